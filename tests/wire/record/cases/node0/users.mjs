import { methods } from '../../lib/cases.mjs';
import { CHANNEL, CHANNEL_DATA, PREFERENCES, PREFERENCES_NULL, TENANT, USER, USER_PROPERTIES } from '../values.mjs';

const channelData = Object.fromEntries(
  Object.entries(CHANNEL_DATA).map(([shape, data]) => [shape, [USER, CHANNEL, data]]),
);

export default methods('users', {
  identify: [
    'PUT /v1/users/{user_id}',
    {
      required: [USER],
      full: [USER, USER_PROPERTIES],
      null: [USER, { name: null, email: null, plan: null }],
    },
  ],
  get: ['GET /v1/users/{user_id}', { required: [USER] }],
  delete: ['DELETE /v1/users/{user_id}', { required: [USER] }],
  setPreferences: [
    'PUT /v1/users/{user_id}/preferences/{id}',
    {
      required: [USER, {}],
      full: [USER, { __persistence_strategy__: 'merge', ...PREFERENCES }, { preferenceSet: TENANT }],
      null: [USER, PREFERENCES_NULL],
    },
  ],
  getPreferences: [
    'GET /v1/users/{user_id}/preferences/{id}',
    {
      required: [USER],
      full: [USER, { preferenceSet: TENANT, tenant: TENANT }],
      'tenant-null': [USER, { tenant: null }],
      'tenant-awkward': [USER, { tenant: "a b&c=d/é?#+%'~*" }],
    },
  ],
  getAllPreferences: ['GET /v1/users/{user_id}/preferences', { required: [USER] }],
  setChannelData: [
    'PUT /v1/users/{user_id}/channel_data/{channel_id}',
    { required: [USER, CHANNEL, CHANNEL_DATA.tokens], ...channelData },
  ],
  getChannelData: ['GET /v1/users/{user_id}/channel_data/{channel_id}', { required: [USER, CHANNEL] }],
  unsetChannelData: ['DELETE /v1/users/{user_id}/channel_data/{channel_id}', { required: [USER, CHANNEL] }],
});
