import { methods } from '../../lib/cases.mjs';
import {
  CHANNEL,
  CHANNEL_DATA,
  COLLECTION,
  INLINE_OBJECT,
  INLINE_USER,
  MESSAGE_FILTERS,
  OBJECT,
  OBJECT_REFERENCE,
  OPTIONS,
  PAGING,
  PREFERENCES,
  PREFERENCES_NULL,
  TENANT,
  USER,
  WORKFLOW,
} from '../values.mjs';

const AT = [COLLECTION, OBJECT];

const channelData = Object.fromEntries(
  Object.entries(CHANNEL_DATA).map(([shape, data]) => [shape, [...AT, CHANNEL, { data }]]),
);

export default methods('objects', {
  list: [
    'GET /v1/objects/{collection}',
    { required: [COLLECTION], full: ['$tenants', { ...PAGING, include: ['preferences'] }] },
  ],
  delete: ['DELETE /v1/objects/{collection}/{id}', { required: AT, full: [...AT, OPTIONS] }],
  addSubscriptions: [
    'POST /v1/objects/{collection}/{object_id}/subscriptions',
    {
      required: [...AT, { recipients: [USER] }],
      full: [
        ...AT,
        { recipients: [USER, INLINE_USER, OBJECT_REFERENCE, INLINE_OBJECT], properties: { role: 'owner', level: 3 } },
      ],
      null: [...AT, { recipients: [USER], properties: null }],
    },
  ],
  deleteSubscriptions: [
    'DELETE /v1/objects/{collection}/{object_id}/subscriptions',
    {
      required: [...AT, { recipients: [USER] }],
      full: [...AT, { recipients: [USER, OBJECT_REFERENCE] }, OPTIONS],
    },
  ],
  get: ['GET /v1/objects/{collection}/{id}', { required: AT, full: [...AT, OPTIONS] }],
  getChannelData: [
    'GET /v1/objects/{collection}/{object_id}/channel_data/{channel_id}',
    { required: [...AT, CHANNEL], full: [...AT, CHANNEL, OPTIONS] },
  ],
  getPreferences: [
    'GET /v1/objects/{collection}/{object_id}/preferences/{id}',
    { required: [...AT, 'default'], full: [...AT, TENANT, OPTIONS] },
  ],
  listMessages: [
    'GET /v1/objects/{collection}/{id}/messages',
    { required: AT, full: [...AT, MESSAGE_FILTERS] },
  ],
  listPreferences: [
    'GET /v1/objects/{collection}/{object_id}/preferences',
    { required: AT, full: [...AT, OPTIONS] },
  ],
  listSchedules: [
    'GET /v1/objects/{collection}/{id}/schedules',
    { required: AT, full: [...AT, { ...PAGING, tenant: TENANT, workflow: WORKFLOW }] },
  ],
  listSubscriptions: [
    'GET /v1/objects/{collection}/{object_id}/subscriptions',
    {
      required: AT,
      full: [
        ...AT,
        {
          ...PAGING,
          include: ['preferences'],
          mode: 'object',
          objects: [OBJECT_REFERENCE, { id: 'project 2', collection: COLLECTION }],
          recipients: [USER, 'user_2'],
        },
      ],
      'recipients-references': [...AT, { mode: 'object', recipients: [OBJECT_REFERENCE, { id: TENANT, collection: '$tenants' }] }],
      'recipients-user-first': [...AT, { recipients: [USER, OBJECT_REFERENCE] }],
      'recipients-reference-first': [...AT, { recipients: [OBJECT_REFERENCE, USER] }],
      'recipients-empty': [...AT, { recipients: [] }],
    },
  ],
  set: [
    'PUT /v1/objects/{collection}/{id}',
    {
      required: [...AT, {}],
      full: [
        ...AT,
        {
          channel_data: { [CHANNEL]: CHANNEL_DATA.slack },
          locale: 'en-US',
          name: 'Apollo',
          preferences: { default: PREFERENCES },
          timezone: 'Europe/Paris',
          budget: 1000000,
          archived: false,
          owner: { id: USER },
        },
      ],
      null: [...AT, { locale: null, name: null, timezone: null, budget: null }],
    },
  ],
  setChannelData: [
    'PUT /v1/objects/{collection}/{object_id}/channel_data/{channel_id}',
    {
      required: [...AT, CHANNEL, { data: CHANNEL_DATA.tokens }],
      full: [...AT, CHANNEL, { data: CHANNEL_DATA['ms-teams'] }, OPTIONS],
      ...channelData,
    },
  ],
  setPreferences: [
    'PUT /v1/objects/{collection}/{object_id}/preferences/{id}',
    {
      required: [...AT, 'default', {}],
      full: [...AT, TENANT, { __persistence_strategy__: 'merge', ...PREFERENCES }],
      null: [...AT, 'default', PREFERENCES_NULL],
    },
  ],
  unsetChannelData: [
    'DELETE /v1/objects/{collection}/{object_id}/channel_data/{channel_id}',
    { required: [...AT, CHANNEL], full: [...AT, CHANNEL, OPTIONS] },
  ],
  unsetPreferences: [
    'DELETE /v1/objects/{collection}/{object_id}/preferences/{id}',
    { required: [...AT, 'default'], full: [...AT, TENANT, OPTIONS] },
  ],
});
