import { methods } from '../../lib/cases.mjs';
import {
  CHANNEL,
  CHANNEL_DATA,
  MESSAGE_FILTERS,
  OBJECT_REFERENCE,
  OPTIONS,
  PAGING,
  PREFERENCES,
  PREFERENCES_NULL,
  TENANT,
  USER,
  USER_PROPERTIES,
  WORKFLOW,
} from '../values.mjs';

const channelData = Object.fromEntries(
  Object.entries(CHANNEL_DATA).map(([shape, data]) => [shape, [USER, CHANNEL, { data }]]),
);

export default methods('users', {
  update: [
    'PUT /v1/users/{user_id}',
    {
      required: [USER, {}],
      full: [USER, USER_PROPERTIES],
      null: [
        USER,
        {
          avatar: null,
          channel_data: null,
          created_at: null,
          email: null,
          locale: null,
          name: null,
          phone_number: null,
          preferences: null,
          timezone: null,
          plan: null,
        },
      ],
    },
  ],
  list: [
    'GET /v1/users',
    {
      required: [],
      full: [{ ...PAGING, include: ['preferences'] }],
      'include-empty': [{ include: [] }],
      'page-size': [{ page_size: 50 }],
    },
  ],
  delete: ['DELETE /v1/users/{user_id}', { required: [USER], full: [USER, OPTIONS] }],
  get: ['GET /v1/users/{user_id}', { required: [USER], full: [USER, OPTIONS] }],
  getChannelData: [
    'GET /v1/users/{user_id}/channel_data/{channel_id}',
    { required: [USER, CHANNEL], full: [USER, CHANNEL, OPTIONS] },
  ],
  getPreferences: [
    'GET /v1/users/{user_id}/preferences/{id}',
    { required: [USER, 'default'], full: [USER, TENANT, { tenant: TENANT }], null: [USER, 'default', { tenant: null }] },
  ],
  listMessages: ['GET /v1/users/{user_id}/messages', { required: [USER], full: [USER, MESSAGE_FILTERS] }],
  listPreferences: ['GET /v1/users/{user_id}/preferences', { required: [USER], full: [USER, OPTIONS] }],
  listSchedules: [
    'GET /v1/users/{user_id}/schedules',
    { required: [USER], full: [USER, { ...PAGING, tenant: TENANT, workflow: WORKFLOW }] },
  ],
  listSubscriptions: [
    'GET /v1/users/{user_id}/subscriptions',
    {
      required: [USER],
      full: [
        USER,
        { ...PAGING, include: ['preferences'], objects: [OBJECT_REFERENCE, { id: 'tenant/1', collection: '$tenants' }] },
      ],
      'objects-ids': [USER, { objects: ['project_1', 'project_2'] }],
      'objects-id-first': [USER, { objects: ['project_1', OBJECT_REFERENCE] }],
      'objects-reference-first': [USER, { objects: [OBJECT_REFERENCE, 'project_2'] }],
    },
  ],
  merge: [
    'POST /v1/users/{user_id}/merge',
    { required: [USER, { from_user_id: 'user_old' }], full: [USER, { from_user_id: 'anon/é?1' }, OPTIONS] },
  ],
  setChannelData: [
    'PUT /v1/users/{user_id}/channel_data/{channel_id}',
    {
      required: [USER, CHANNEL, { data: CHANNEL_DATA.tokens }],
      full: [USER, CHANNEL, { data: CHANNEL_DATA.slack }, OPTIONS],
      ...channelData,
    },
  ],
  setPreferences: [
    'PUT /v1/users/{user_id}/preferences/{id}',
    {
      required: [USER, 'default', {}],
      full: [USER, TENANT, { __persistence_strategy__: 'merge', ...PREFERENCES }],
      replace: [USER, 'default', { __persistence_strategy__: 'replace', commercial_subscribed: false }],
      null: [USER, 'default', PREFERENCES_NULL],
    },
  ],
  unsetChannelData: [
    'DELETE /v1/users/{user_id}/channel_data/{channel_id}',
    { required: [USER, CHANNEL], full: [USER, CHANNEL, OPTIONS] },
  ],
  unsetPreferences: [
    'DELETE /v1/users/{user_id}/preferences/{id}',
    { required: [USER, 'default'], full: [USER, TENANT, OPTIONS] },
  ],
});
