import { methods } from '../../lib/cases.mjs';
import { CHANNEL, TENANT, USER, WORKFLOW } from '../values.mjs';

const ACTIONS = ['seen', 'unseen', 'read', 'unread', 'archived', 'unarchived', 'interacted', 'archive', 'unarchive', 'delete'];

export default methods('channels.bulk', {
  updateMessageStatus: [
    'POST /v1/channels/{channel_id}/messages/bulk/{action}',
    {
      required: [CHANNEL, 'archive', {}],
      full: [
        CHANNEL,
        'read',
        {
          archived: 'include',
          delivery_status: 'delivered',
          engagement_status: 'unread',
          has_tenant: true,
          newer_than: '2026-01-01T00:00:00Z',
          older_than: '2026-02-01T00:00:00Z',
          recipient_ids: [USER, 'user_2'],
          tenants: [TENANT],
          trigger_data: '{"comment_id":"123"}',
          workflows: [WORKFLOW],
        },
      ],
      ...Object.fromEntries(ACTIONS.map((action) => [`action-${action}`, [CHANNEL, action, { recipient_ids: [USER] }]])),
    },
  ],
});
