// Unusual text in a query string.

import { IDS } from '../ids.mjs';
import { USER } from '../values.mjs';

const TEXTS = {
  ...IDS,
  'ascii-punctuation': '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
};

export default Object.entries(TEXTS).map(([label, tenant]) => ({
  name: `users.getPreferences/tenant-${label}`,
  operation: 'GET /v1/users/{user_id}/preferences/{id}',
  method: 'users.getPreferences',
  args: [USER, 'default', { tenant }],
}));
