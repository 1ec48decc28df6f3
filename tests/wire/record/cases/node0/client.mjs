// The effects of client options on a request.

import { USER } from '../values.mjs';

const GET = { operation: 'GET /v1/users/{user_id}', method: 'users.get', args: [USER] };
const on = (name, rest) => ({ name: `client/${name}`, ...GET, ...rest });

export default [
  on('plain-get', {}),
  on('api-key-env', { env: { KNOCK_API_KEY: 'sk_test_env' } }),
  on('api-key-over-env', { client: { key: 'sk_test_option' }, env: { KNOCK_API_KEY: 'sk_test_env' } }),
  on('api-key-missing', { client: { omit: ['key'] } }),
  on('host-slash', { client: { host: '<origin>/' } }),
  on('host-path', { client: { host: '<origin>/proxy/knock' }, basePath: '/proxy/knock' }),
];
