// The responses of the server, attempt by attempt. A response is a status with headers and a body,
// `drop` (the connection is closed without a response), `hang` (no response at all)
// or `truncate` (the connection is closed in the middle of the body). After the last one, the server returns 200.

import { USER, WORKFLOW } from './values.mjs';

const TRIGGER = { method: 'workflows.trigger', args: [WORKFLOW, { recipients: [USER] }] };
const TRIGGER_KEYED = { ...TRIGGER, args: [...TRIGGER.args, { idempotencyKey: 'k-1' }] };
const GET = { method: 'users.get', args: [USER] };

const JSON_TYPE = { 'content-type': 'application/json' };
const reply = (status, headers = {}, body = `{"message":"status ${status}"}`) => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body,
});
const times = (count, response) => Array.from({ length: count }, () => response);
// More responses than attempts.
const always = (status, headers, body) => times(4, reply(status, headers, body));
const on = (name, call, responses, rest = {}) => ({ name, call, responses, ...rest });

const STATUSES = [400, 401, 403, 404, 408, 409, 418, 422, 425, 429, 500, 501, 502, 503, 504, 529];
const NOW = '2026-01-01T00:00:00.000Z';

const RETRY_AFTER = {
  'retry-after-ms': { 'retry-after-ms': '5' },
  'retry-after-ms-fraction': { 'retry-after-ms': '1.5' },
  'retry-after-ms-zero': { 'retry-after-ms': '0' },
  'retry-after-ms-negative': { 'retry-after-ms': '-5' },
  'retry-after-ms-garbage': { 'retry-after-ms': 'soon' },
  'retry-after-ms-with-unit': { 'retry-after-ms': '7ms' },
  'retry-after-ms-long': { 'retry-after-ms': '86400000' },
  'retry-after-ms-over-retry-after': { 'retry-after-ms': '5', 'retry-after': '2' },
  'retry-after-ms-zero-and-retry-after': { 'retry-after-ms': '0', 'retry-after': '2' },
  'retry-after-ms-garbage-and-retry-after': { 'retry-after-ms': 'soon', 'retry-after': '2' },
  'retry-after-seconds': { 'retry-after': '2' },
  'retry-after-fraction': { 'retry-after': '0.25' },
  'retry-after-zero': { 'retry-after': '0' },
  'retry-after-negative': { 'retry-after': '-1' },
  'retry-after-long': { 'retry-after': '86400' },
  'retry-after-date': { 'retry-after': 'Thu, 01 Jan 2026 00:00:03 GMT' },
  'retry-after-date-past': { 'retry-after': 'Wed, 31 Dec 2025 23:59:00 GMT' },
  'retry-after-garbage': { 'retry-after': 'soon' },
  'retry-after-date-iso': { 'retry-after': '2026-01-01T00:00:03Z' },
};

const INVALID = {
  code: 'invalid_params',
  errors: [{ field: 'recipients', message: "can't be blank", type: 'required' }],
  message: 'One or more parameters supplied were invalid',
  status: 422,
  type: 'invalid_request_error',
};

export const RETRIES = [
  ...STATUSES.map((status) => on(`status-${status}`, TRIGGER, always(status))),
  ...[404, 429, 500].map((status) => on(`get-status-${status}`, GET, always(status))),

  ...STATUSES.map((status) => on(`should-retry-true-${status}`, TRIGGER, always(status, { 'x-should-retry': 'true' }))),
  ...STATUSES.map((status) => on(`should-retry-false-${status}`, TRIGGER, always(status, { 'x-should-retry': 'false' }))),
  on('should-retry-upper-case-400', TRIGGER, always(400, { 'x-should-retry': 'TRUE' })),
  on('should-retry-upper-case-500', TRIGGER, always(500, { 'x-should-retry': 'False' })),
  on('should-retry-true-200', TRIGGER, always(200, { 'x-should-retry': 'true' }, '{}')),

  ...Object.entries(RETRY_AFTER).map(([name, headers]) => on(name, TRIGGER, always(429, headers), { now: NOW })),
  on('retry-after-on-400', TRIGGER, always(400, { 'retry-after': '1' })),
  on('retry-after-on-503', TRIGGER, always(503, { 'retry-after': '1' })),

  on('drop', TRIGGER, times(4, { drop: true })),
  on('get-drop', GET, times(4, { drop: true })),
  on('drop-then-ok', TRIGGER, [{ drop: true }]),
  on('truncate', TRIGGER, times(4, { truncate: true, ...reply(200) })),
  on('truncate-500', TRIGGER, times(4, { truncate: true, ...reply(500) })),
  on('timeout', TRIGGER, times(4, { hang: true }), { client: { timeout: 150 } }),
  on('timeout-then-ok', TRIGGER, [{ hang: true }], { client: { timeout: 500 } }),

  on('500-then-ok', TRIGGER, [reply(500)]),
  on('429-500-then-ok', TRIGGER, [reply(429), reply(500)]),
  on('500-then-400', TRIGGER, [reply(500), reply(400)]),
  on('drop-429-500', TRIGGER, [{ drop: true }, reply(429, { 'retry-after': '1' }), reply(500)]),

  on('own-key', TRIGGER_KEYED, always(500)),
  on('no-retries', TRIGGER, always(500), { client: { maxRetries: 0 } }),
  on('call-retries', { ...TRIGGER, args: [...TRIGGER.args, { maxRetries: 1 }] }, always(500)),
  on('ten-retries', TRIGGER, times(11, reply(500)), { client: { maxRetries: 10 } }),

  on('body-html', TRIGGER, always(500, { 'content-type': 'text/html' }, '<h1>Bad gateway</h1>')),
  on('body-empty', TRIGGER, always(500, {}, '')),
  on('body-errors', TRIGGER, always(422, {}, JSON.stringify(INVALID))),
];
