// Calls to `signUserToken`. `key` names an entry of `signingKeys` in `tokens.mjs`; null passes no key.

export const IAT = 1767225600; // 2026-01-01T00:00:00Z

const USER = 'user_123';
const user = (id) => ({ type: 'user', id });
const tenant = (id) => ({ type: 'tenant', id });
const object = (collection, id) => ({ type: 'object', collection, id });
const grant = (entity, ...grants) => ({ entity, grants });

const EVERY_GRANT = [
  'slack/channels_read',
  'ms_teams/channels_read',
  'channel_data/read',
  'channel_data/write',
  'user/feed_read',
];

const signs = (name, rest = {}) => ({ name, userId: USER, key: 'pkcs8-pem', ...rest });

export const TOKENS = [
  signs('plain'),
  signs('key-base64', { key: 'pkcs8-pem-base64' }),
  signs('key-env', { key: null, envKey: 'pkcs8-pem' }),
  signs('key-env-base64', { key: null, envKey: 'pkcs8-pem-base64' }),
  signs('key-over-env', { envKey: 'garbage' }),
  signs('key-crlf', { key: 'pkcs8-pem-crlf' }),
  signs('key-no-last-newline', { key: 'pkcs8-pem-no-last-newline' }),
  signs('key-base64-last-newline', { key: 'pkcs8-pem-base64-last-newline' }),
  signs('expires-in', { expiresInSeconds: 60 }),
  signs('expires-in-zero', { expiresInSeconds: 0 }),
  signs('expires-in-negative', { expiresInSeconds: -60 }),
  signs('expires-in-year', { expiresInSeconds: 31536000 }),
  signs('user-empty', { userId: '' }),
  signs('user-unicode', { userId: 'josé/日本 \u{1f600}' }),
  signs('user-punctuation', { userId: 'a"b\\c\n<>&\u2028\u007f/' }),
  signs('grant-user', { grants: [grant(user(USER), 'user/feed_read')] }),
  signs('grant-tenant', { grants: [grant(tenant('acme'), 'slack/channels_read')] }),
  signs('grant-object', { grants: [grant(object('projects', 'p_1'), 'channel_data/read')] }),
  signs('grant-every', { grants: [grant(tenant('acme'), ...EVERY_GRANT)] }),
  signs('grant-order', { grants: [grant(tenant('acme'), ...EVERY_GRANT.toReversed())] }),
  signs('grant-twice', { grants: [grant(tenant('acme'), 'channel_data/read', 'channel_data/read')] }),
  signs('grant-none', { grants: [grant(tenant('acme'))] }),
  signs('grant-unknown', { grants: [grant(user(USER), 'user/guide_read')] }),
  signs('grant-id-not-escaped', { grants: [grant(object('my things', 'é/1?#'), 'channel_data/read')] }),
  signs('grants-several', {
    expiresInSeconds: 120,
    grants: [
      grant(tenant('zeta'), 'slack/channels_read', 'channel_data/read'),
      grant(user(USER), 'user/feed_read'),
      grant(object('projects', 'p_1'), 'channel_data/read', 'channel_data/write'),
    ],
  }),
  signs('grants-same-entity', {
    grants: [
      grant(tenant('acme'), 'slack/channels_read'),
      grant(user(USER), 'user/feed_read'),
      grant(tenant('acme'), 'channel_data/read', 'slack/channels_read'),
    ],
  }),
  signs('grants-tenant-as-object', {
    grants: [grant(tenant('acme'), 'slack/channels_read'), grant(object('$tenants', 'acme'), 'channel_data/write')],
  }),
  signs('grants-empty', { grants: [] }),
  signs('jti', { shouldGenerateJti: true }),
  signs('jti-and-grants', {
    shouldGenerateJti: true,
    expiresInSeconds: 60,
    grants: [grant(user(USER), 'user/feed_read')],
  }),
  signs('jti-false', { shouldGenerateJti: false }),

  // Invalid keys.
  signs('no-key', { key: null }),
  signs('key-empty', { key: 'empty' }),
  signs('key-garbage', { key: 'garbage' }),
  signs('key-readme', { key: 'readme' }),
  signs('key-garbage-pem', { key: 'garbage-pem' }),
  signs('key-garbage-pem-base64', { key: 'garbage-pem-base64' }),
  signs('key-space-first', { key: 'pkcs8-pem-space-first' }),
  signs('key-der-base64', { key: 'pkcs8-der-base64' }),
  signs('key-public', { key: 'public-pem' }),
  signs('key-public-base64', { key: 'public-pem-base64' }),
  signs('key-pkcs1', { key: 'pkcs1-pem' }),
  signs('key-pkcs1-base64', { key: 'pkcs1-pem-base64' }),
];
