import { methods } from '../../lib/cases.mjs';
import { INLINE_USER, OPTIONS, TENANT, USER } from '../values.mjs';

const KEY = 'vip-users';

export default methods('audiences', {
  addMembers: [
    'POST /v1/audiences/{key}/members',
    {
      required: [KEY, { members: [{ user: { id: USER } }] }],
      full: [
        KEY,
        { members: [{ user: { id: USER }, tenant: null }, { user: INLINE_USER, tenant: TENANT }], create_audience: true },
      ],
      'create-false': [KEY, { members: [{ user: { id: USER } }], create_audience: false }],
    },
  ],
  listMembers: ['GET /v1/audiences/{key}/members', { required: [KEY], full: [KEY, OPTIONS], query: [KEY, { query: { after: 'abc' } }] }],
  removeMembers: [
    'DELETE /v1/audiences/{key}/members',
    {
      required: [KEY, { members: [{ user: { id: USER } }] }],
      full: [KEY, { members: [{ user: { id: USER }, tenant: TENANT }] }, OPTIONS],
    },
  ],
});
