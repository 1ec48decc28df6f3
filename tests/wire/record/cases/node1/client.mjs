// The effects of client options on a request.

import { USER, WORKFLOW } from '../values.mjs';

const GET = { operation: 'GET /v1/users/{user_id}', method: 'users.get', args: [USER] };
const LIST = { operation: 'GET /v1/users', method: 'users.list', args: [{ page_size: 10 }] };
const TRIGGER = {
  operation: 'POST /v1/workflows/{key}/trigger',
  method: 'workflows.trigger',
  args: [WORKFLOW, { recipients: [USER] }],
};
const CANCEL = {
  operation: 'POST /v1/workflows/{key}/cancel',
  method: 'workflows.cancel',
  args: [WORKFLOW, { cancellation_key: 'k' }],
};
const STAINLESS = ['x-stainless-retry-count', 'x-stainless-timeout', 'x-stainless-lang', 'x-stainless-package-version'];

const on = (call, name, rest = {}) => ({ name: `client/${name}`, ...call, ...rest });
const withOptions = (call, options) => ({ ...call, args: [...call.args, options] });

export default [
  on(GET, 'plain-get'),
  on(TRIGGER, 'plain-post'),

  on(GET, 'api-key-env', { env: { KNOCK_API_KEY: 'sk_test_env' } }),
  on(GET, 'api-key-env-trimmed', { env: { KNOCK_API_KEY: ' sk_test_env\n' } }),
  on(GET, 'api-key-over-env', { client: { apiKey: 'sk_test_option' }, env: { KNOCK_API_KEY: 'sk_test_env' } }),
  on(GET, 'api-key-env-blank', { env: { KNOCK_API_KEY: '  ' } }),
  on(GET, 'api-key-missing', { client: { omit: ['apiKey'] } }),
  on(GET, 'api-key-empty', { client: { apiKey: '' } }),
  on(GET, 'api-key-public', {
    client: { apiKey: 'pk_test_12345', defaultHeaders: { 'X-Knock-User-Token': 'header.payload.signature' } },
  }),

  on(GET, 'branch', { client: { branch: 'feature/new-emails' } }),
  on(TRIGGER, 'branch-post', { client: { branch: 'my-branch' } }),
  on(GET, 'branch-env', { env: { KNOCK_BRANCH: 'env-branch' } }),
  on(GET, 'branch-over-env', { client: { branch: 'option-branch' }, env: { KNOCK_BRANCH: 'env-branch' } }),
  on(GET, 'branch-null-over-env', { client: { branch: null }, env: { KNOCK_BRANCH: 'env-branch' } }),
  on(GET, 'branch-env-blank', { env: { KNOCK_BRANCH: ' ' } }),

  on(GET, 'default-headers', { client: { defaultHeaders: { 'X-Custom': 'one', 'User-Agent': 'mine/1.0' } } }),
  on(GET, 'default-headers-remove', { client: { defaultHeaders: { Authorization: null, Accept: null } } }),
  on(CANCEL, 'default-headers-accept', { client: { defaultHeaders: { Accept: 'application/vnd.mine' } } }),
  on(TRIGGER, 'default-headers-content-type', { client: { defaultHeaders: { 'Content-Type': 'text/plain' } } }),
  on(GET, 'custom-headers-env', { env: { KNOCK_CUSTOM_HEADERS: 'X-One: 1\nX-Two:  two : 2 \nnonsense' } }),
  on(GET, 'custom-headers-under-default', {
    client: { defaultHeaders: { 'X-One': 'option' } },
    env: { KNOCK_CUSTOM_HEADERS: 'X-One: env' },
  }),
  on(GET, 'default-query', { client: { defaultQuery: { trace: '1' } } }),
  on(LIST, 'default-query-and-call', { client: { defaultQuery: { page_size: '50', trace: '1' } } }),

  on(GET, 'base-url-env', { env: { KNOCK_BASE_URL: '<origin>' } }),
  on(GET, 'base-url-slash', { client: { baseURL: '<origin>/' } }),
  on(GET, 'base-url-path', { client: { baseURL: '<origin>/proxy/knock' }, basePath: '/proxy/knock' }),
  on(GET, 'base-url-path-slash', { client: { baseURL: '<origin>/proxy/knock/' }, basePath: '/proxy/knock' }),
  on(GET, 'base-url-path-slashes', { client: { baseURL: '<origin>/proxy//' }, basePath: '/proxy/' }),
  on(GET, 'base-url-query', { client: { baseURL: '<origin>/?tenant=a' } }),
  on(LIST, 'base-url-query-and-call', { client: { baseURL: '<origin>/?tenant=a&page_size=5' } }),
  on(GET, 'base-url-fragment', { client: { baseURL: '<origin>/#x' } }),
  on(GET, 'base-url-relative', { client: { baseURL: '/api' } }),

  on(withOptions(TRIGGER, { idempotencyKey: 'k-1' }), 'idempotency-key'),
  on(withOptions(TRIGGER, { idempotencyKey: '' }), 'idempotency-key-empty'),
  on(withOptions(TRIGGER, { headers: { 'Idempotency-Key': 'from-headers' } }), 'idempotency-key-header'),
  on(withOptions(TRIGGER, { idempotencyKey: 'k-1', headers: { 'Idempotency-Key': null } }), 'idempotency-key-removed'),
  on(withOptions(GET, { idempotencyKey: 'k-1' }), 'idempotency-key-on-get'),
  on(withOptions(CANCEL, { idempotencyKey: 'k-1' }), 'idempotency-key-on-cancel'),

  on(withOptions(GET, { query: { a: 1, b: ['x', 'y'] } }), 'call-query'),
  on(withOptions(LIST, { query: { after: 'z' } }), 'call-query-replaces'),
  on(withOptions(TRIGGER, { query: { dry_run: true } }), 'call-query-on-post'),
  on(withOptions(TRIGGER, { headers: { 'X-Custom': 'one', 'Content-Type': 'application/vnd.mine' } }), 'call-headers'),
  on(withOptions(CANCEL, { headers: { Accept: 'text/plain' } }), 'call-headers-accept'),
  on(withOptions(GET, { timeout: 1500 }), 'call-timeout', { keep: STAINLESS }),
  on(withOptions(TRIGGER, { timeout: 90000 }), 'call-timeout-post', { keep: STAINLESS }),
  on(GET, 'stainless-headers', { keep: STAINLESS }),

  // Calls of endpoints that have no method.
  {
    name: 'client/raw-post',
    operation: 'POST /v1/notify',
    method: 'post',
    args: ['/v1/notify', { body: { name: 'welcome', actor: USER, recipients: [USER] } }],
  },
  {
    name: 'client/raw-post-cancel',
    operation: 'POST /v1/notify/cancel',
    method: 'post',
    args: ['/v1/notify/cancel', { body: { name: 'welcome', cancellation_key: 'k' } }],
  },
  {
    name: 'client/raw-delete',
    operation: 'DELETE /v1/messages/{message_id}/unseen',
    method: 'delete',
    args: ['/v1/messages/m_1/unseen'],
  },
  {
    name: 'client/raw-get-query',
    operation: 'GET /v1/users',
    method: 'get',
    args: ['/v1/users?page_size=5', { query: { after: 'x' } }],
  },
];
