import { methods } from '../../lib/cases.mjs';
import { FEED, INSERTED_AT, OPTIONS, PAGING, TENANT, USER, WORKFLOW } from '../values.mjs';

export default methods('users.feeds', {
  getSettings: ['GET /v1/users/{user_id}/feeds/{id}/settings', { required: [USER, FEED], full: [USER, FEED, OPTIONS] }],
  listItems: [
    'GET /v1/users/{user_id}/feeds/{id}',
    {
      required: [USER, FEED],
      full: [
        USER,
        FEED,
        {
          ...PAGING,
          archived: 'include',
          exclude: 'activities,data.user.email',
          has_tenant: true,
          inserted_at: INSERTED_AT,
          locale: 'en-US',
          mode: 'compact',
          source: WORKFLOW,
          status: 'unread',
          tenant: TENANT,
          trigger_data: '{"priority":"high"}',
          workflow_categories: ['billing', 'product updates'],
        },
      ],
      'has-tenant-false': [USER, FEED, { has_tenant: false }],
    },
  ],
});
