import audiences from './audiences.mjs';
import bulkOperations from './bulk-operations.mjs';
import channels from './channels.mjs';
import client from './client.mjs';
import ids from './ids.mjs';
import integrations from './integrations.mjs';
import messages from './messages.mjs';
import messagesBatch from './messages-batch.mjs';
import objects from './objects.mjs';
import objectsBulk from './objects-bulk.mjs';
import pages from './pages.mjs';
import providers from './providers.mjs';
import queries from './queries.mjs';
import schedules from './schedules.mjs';
import tenants from './tenants.mjs';
import users from './users.mjs';
import usersBulk from './users-bulk.mjs';
import usersFeeds from './users-feeds.mjs';
import usersGuides from './users-guides.mjs';
import usersPreferenceCenter from './users-preference-center.mjs';
import workflowRecipientRuns from './workflow-recipient-runs.mjs';
import workflows from './workflows.mjs';

export const cases = [
  workflows,
  users,
  usersFeeds,
  usersGuides,
  usersPreferenceCenter,
  usersBulk,
  objects,
  objectsBulk,
  tenants,
  messages,
  messagesBatch,
  workflowRecipientRuns,
  schedules,
  bulkOperations,
  channels,
  audiences,
  providers,
  integrations,
  pages,
  ids,
  queries,
  client,
].flat();
