import { methods } from '../../lib/cases.mjs';
import { INLINE_USER, OPTIONS, PREFERENCES, PREFERENCES_NULL, TENANT, USER } from '../values.mjs';

export default methods('users.bulk', {
  delete: [
    'POST /v1/users/bulk/delete',
    { required: [{ user_ids: [USER] }], full: [{ user_ids: [USER, 'user_2', 'é'] }, OPTIONS], empty: [{ user_ids: [] }] },
  ],
  identify: [
    'POST /v1/users/bulk/identify',
    { required: [{ users: [{ id: USER }] }], full: [{ users: [{ id: USER }, INLINE_USER] }, OPTIONS] },
  ],
  setPreferences: [
    'POST /v1/users/bulk/preferences',
    {
      required: [{ user_ids: [USER], preferences: {} }],
      full: [{ user_ids: [USER, 'user_2'], preferences: { id: TENANT, ...PREFERENCES } }],
      null: [{ user_ids: [USER], preferences: PREFERENCES_NULL }],
    },
  ],
});
