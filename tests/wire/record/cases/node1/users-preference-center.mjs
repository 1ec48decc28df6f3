import { methods } from '../../lib/cases.mjs';
import { OPTIONS, USER } from '../values.mjs';

export default methods('users.preferenceCenter', {
  generateSignedURL: [
    'POST /v1/users/{user_id}/preference_center/signed_url',
    { required: [USER], full: [USER, OPTIONS] },
  ],
  getConfig: ['GET /v1/users/{user_id}/preference_center/config', { required: [USER], full: [USER, OPTIONS] }],
});
