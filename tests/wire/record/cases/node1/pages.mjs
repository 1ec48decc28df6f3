// The request for the second page of each kind of list.

import { CHANNEL, MESSAGES } from '../values.mjs';

const INFO = { __typename: 'PageInfo', after: 'next+page/==', before: null, page_size: 1 };
const OBJECT = '{"object_id":"tenant-123","collection":"$tenants"}';

export default [
  {
    name: 'users.list/page-2',
    operation: 'GET /v1/users',
    method: 'users.list',
    args: [{ page_size: 1, include: ['preferences'] }],
    firstResponse: { entries: [{ id: 'user_1' }], page_info: INFO },
  },
  {
    name: 'users.list/page-2-after-before',
    operation: 'GET /v1/users',
    method: 'users.list',
    args: [{ after: 'first', before: 'last' }],
    firstResponse: { entries: [{ id: 'user_1' }], page_info: INFO },
  },
  {
    name: 'messages.list/page-2',
    operation: 'GET /v1/messages',
    method: 'messages.list',
    args: [{ message_ids: MESSAGES, inserted_at: { gt: '2026-01-01T00:00:00Z' } }],
    firstResponse: { items: [{ id: MESSAGES[0] }], page_info: INFO },
  },
  {
    name: 'providers.slack.listChannels/page-2',
    operation: 'GET /v1/providers/slack/{channel_id}/channels',
    method: 'providers.slack.listChannels',
    args: [CHANNEL, { access_token_object: OBJECT, query_options: { cursor: 'first', limit: 1 } }],
    firstResponse: { slack_channels: [{ id: 'C1' }], next_cursor: 'dGVhbTpDMDYxRkE1UEI=' },
  },
  {
    name: 'providers.msTeams.listTeams/page-2',
    operation: 'GET /v1/providers/ms-teams/{channel_id}/teams',
    method: 'providers.msTeams.listTeams',
    args: [CHANNEL, { ms_teams_tenant_object: OBJECT, query_options: { $top: 1 } }],
    firstResponse: { ms_teams_teams: [{ id: 'T1' }], skip_token: 'RFNwdAIAAQ==' },
  },
];
