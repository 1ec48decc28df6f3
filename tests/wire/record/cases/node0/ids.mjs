// Unusual ids in a path. 0.6.19 encodes nothing, so many of them reach another route.

import { forEachId } from '../../lib/cases.mjs';
import { IDS_AND_NULL } from '../ids.mjs';

export default forEachId(IDS_AND_NULL, {
  method: 'users.get',
  operation: 'GET /v1/users/{user_id}',
  args: (id) => [id],
});
