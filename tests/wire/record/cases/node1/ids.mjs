// Unusual ids in each position of a path.

import { forEachId } from '../../lib/cases.mjs';
import { IDS_AND_NULL, SOME_IDS } from '../ids.mjs';
import { COLLECTION, OBJECT, USER } from '../values.mjs';

export default [
  ...forEachId(IDS_AND_NULL, {
    method: 'users.get',
    operation: 'GET /v1/users/{user_id}',
    args: (id) => [id],
  }),
  ...forEachId(IDS_AND_NULL, {
    method: 'objects.get',
    operation: 'GET /v1/objects/{collection}/{id}',
    args: (id) => [COLLECTION, id],
  }),
  ...forEachId(SOME_IDS, {
    method: 'objects.get',
    operation: 'GET /v1/objects/{collection}/{id}',
    prefix: 'collection',
    args: (collection) => [collection, OBJECT],
  }),
  ...forEachId(IDS_AND_NULL, {
    method: 'users.getPreferences',
    operation: 'GET /v1/users/{user_id}/preferences/{id}',
    args: (id) => [id, 'default'],
  }),
  ...forEachId(SOME_IDS, {
    method: 'users.getPreferences',
    operation: 'GET /v1/users/{user_id}/preferences/{id}',
    prefix: 'set',
    args: (set) => [USER, set],
  }),
  ...forEachId(SOME_IDS, {
    method: 'users.delete',
    operation: 'DELETE /v1/users/{user_id}',
    args: (id) => [id],
  }),
];
