import { methods } from '../../lib/cases.mjs';
import { CHANNEL } from '../values.mjs';

const AT = { tenant: 'tenant-123', knockChannelId: CHANNEL };
// Sent with GET, which the document does not list: the operation is PUT.
const REVOKE = 'PUT /v1/providers/slack/{channel_id}/revoke_access';

export default methods('slack', {
  getChannels: [
    'GET /v1/providers/slack/{channel_id}/channels',
    {
      required: [AT],
      full: [
        {
          ...AT,
          queryOptions: {
            cursor: 'dXNlcjpVMDYxTkZUVDI=',
            limit: 200,
            excludeArchived: true,
            teamId: 'T123',
            types: 'public_channel,private_channel',
          },
        },
      ],
      'exclude-archived-false': [{ ...AT, queryOptions: { excludeArchived: false, limit: 0 } }],
      'snake-case': [{ ...AT, queryOptions: { exclude_archived: true, team_id: 'T123' } }],
    },
  ],
  authCheck: ['GET /v1/providers/slack/{channel_id}/auth_check', { required: [AT] }],
  revokeAccessToken: [REVOKE, { required: [AT] }],
});
