import client from './client.mjs';
import ids from './ids.mjs';
import preferences from './preferences.mjs';
import slack from './slack.mjs';
import users from './users.mjs';
import workflows from './workflows.mjs';

export const cases = [workflows, users, preferences, slack, ids, client].flat();
