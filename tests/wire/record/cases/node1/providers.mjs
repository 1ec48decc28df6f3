import { methods } from '../../lib/cases.mjs';
import { CHANNEL, OPTIONS } from '../values.mjs';

const TOKEN = { access_token_object: '{"object_id":"tenant-123","collection":"$tenants"}' };
const TEAMS = { ms_teams_tenant_object: '{"object_id":"tenant-123","collection":"$tenants"}' };
const TEAM_ID = '5f9b1c2d-3e4a-4b5c-8d6e-7f8091a2b3c4';

export default [
  ...methods('providers.slack', {
    checkAuth: [
      'GET /v1/providers/slack/{channel_id}/auth_check',
      { required: [CHANNEL, TOKEN], full: [CHANNEL, TOKEN, OPTIONS] },
    ],
    listChannels: [
      'GET /v1/providers/slack/{channel_id}/channels',
      {
        required: [CHANNEL, TOKEN],
        full: [
          CHANNEL,
          {
            ...TOKEN,
            query_options: {
              cursor: 'dXNlcjpVMDYxTkZUVDI=',
              exclude_archived: true,
              limit: 200,
              team_id: 'T123',
              types: 'public_channel,private_channel',
            },
          },
        ],
        'exclude-archived-false': [CHANNEL, { ...TOKEN, query_options: { exclude_archived: false } }],
        'query-options-empty': [CHANNEL, { ...TOKEN, query_options: {} }],
        'query-options-dotted': [CHANNEL, { ...TOKEN, 'query_options.cursor': 'abc=', 'query_options.limit': 10 }],
      },
    ],
    revokeAccess: [
      'PUT /v1/providers/slack/{channel_id}/revoke_access',
      { required: [CHANNEL, TOKEN], full: [CHANNEL, TOKEN, OPTIONS] },
    ],
  }),
  ...methods('providers.msTeams', {
    checkAuth: [
      'GET /v1/providers/ms-teams/{channel_id}/auth_check',
      { required: [CHANNEL, TEAMS], full: [CHANNEL, TEAMS, OPTIONS] },
    ],
    listChannels: [
      'GET /v1/providers/ms-teams/{channel_id}/channels',
      {
        required: [CHANNEL, { ...TEAMS, team_id: TEAM_ID }],
        full: [
          CHANNEL,
          {
            ...TEAMS,
            team_id: TEAM_ID,
            query_options: { $filter: "startsWith(displayName, 'Eng')", $select: 'id,displayName' },
          },
        ],
      },
    ],
    listTeams: [
      'GET /v1/providers/ms-teams/{channel_id}/teams',
      {
        required: [CHANNEL, TEAMS],
        full: [
          CHANNEL,
          {
            ...TEAMS,
            query_options: {
              $filter: "displayName eq 'A & B'",
              $select: 'id,displayName',
              $skiptoken: 'RFNwdAIAAQ==',
              $top: 20,
            },
          },
        ],
      },
    ],
    revokeAccess: [
      'PUT /v1/providers/ms-teams/{channel_id}/revoke_access',
      { required: [CHANNEL, TEAMS], full: [CHANNEL, TEAMS, OPTIONS] },
    ],
  }),
];
