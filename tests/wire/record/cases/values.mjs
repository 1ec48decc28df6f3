// Values shared by the cases. Nothing here is a credential.

export const API_KEY = 'sk_test_12345';

export const USER = 'user_123';
export const COLLECTION = 'projects';
export const OBJECT = 'project_1';
export const TENANT = 'tenant_acme';
export const CHANNEL = '8209f26c-62a5-461d-95e2-a5716a26e652';
export const FEED = '5e6a7b1c-9d3f-4c1a-8b2e-0f1d2c3b4a59';
export const MESSAGE = '2w3YUpTTOxuDvZFji8OMsKrG176';
export const MESSAGES = [MESSAGE, '2w3YVRbPXMIh8Zq6oBFcVDA5xes'];
export const RUN = '1f2e3d4c-5b6a-4798-8a9b-0c1d2e3f4a5b';
export const RECIPIENT_RUN = '7c6b5a49-3827-4615-9f8e-7d6c5b4a3928';
export const SCHEDULES = ['123e4567-e89b-12d3-a456-426614174000', '9a8b7c6d-5e4f-4321-8fed-cba987654321'];
export const WORKFLOW = 'comment-created';
export const CURSOR = 'g3QAAAABZAACaWRtAAAAJDU+/w==';

// Per-call options: the last parameter of every method of 1.35.0.
export const OPTIONS = {
  idempotencyKey: 'order-42/created',
  headers: { 'X-Knock-User-Token': 'header.payload.signature' },
};

export const PAGING = { after: CURSOR, before: 'g3QAAAABYgE=', page_size: 25 };

export const INSERTED_AT = {
  gt: '2026-01-01T00:00:00Z',
  gte: '2026-01-02T03:04:05.678Z',
  lt: '2026-02-01T00:00:00+02:00',
  lte: '2026-01-31',
};

export const MESSAGE_FILTERS = {
  ...PAGING,
  tenant: TENANT,
  channel_id: CHANNEL,
  status: ['sent', 'delivered'],
  engagement_status: ['seen', 'link_clicked'],
  message_ids: MESSAGES,
  workflow_categories: ['billing', 'product updates'],
  source: WORKFLOW,
  workflow_run_id: RUN,
  workflow_recipient_run_id: RECIPIENT_RUN,
  trigger_data: '{"comment_id":"123","draft":false}',
  inserted_at: INSERTED_AT,
};

export const CONDITION = { variable: 'data.amount', operator: 'greater_than', argument: '100' };

export const CHANNEL_TYPES = {
  email: true,
  in_app_feed: false,
  sms: { conditions: [CONDITION] },
  push: true,
  chat: false,
  http: true,
};

export const PREFERENCES = {
  categories: {
    billing: true,
    marketing: { channel_types: { email: false }, conditions: [CONDITION] },
  },
  channel_types: CHANNEL_TYPES,
  channels: { [CHANNEL]: true, [FEED]: { conditions: [CONDITION] } },
  commercial_subscribed: { conditions: [{ variable: 'recipient.plan', operator: 'empty', argument: null }] },
  workflows: {
    [WORKFLOW]: { channel_types: { sms: true }, channels: { [CHANNEL]: false }, conditions: [CONDITION] },
    digest: false,
  },
};

export const PREFERENCES_NULL = {
  categories: null,
  channel_types: null,
  channels: null,
  commercial_subscribed: null,
  workflows: null,
};

// Every shape of channel data in the document.
export const CHANNEL_DATA = {
  tokens: { tokens: ['apns-token-1', 'apns-token-2'] },
  devices: { devices: [{ token: 'fcm-token-1', locale: 'en-US', timezone: 'America/New_York' }] },
  'devices-null': { devices: [{ token: 'fcm-token-1', locale: null, timezone: null }] },
  'target-arns': { target_arns: ['arn:aws:sns:us-west-2:123456789012:MyTopic'] },
  'arn-devices': {
    devices: [{ target_arn: 'arn:aws:sns:us-west-2:123456789012:MyTopic', locale: 'en-US', timezone: 'Etc/UTC' }],
  },
  'player-ids': { player_ids: ['123e4567-e89b-12d3-a456-426614174000'] },
  slack: {
    connections: [
      { access_token: 'xoxb-test', channel_id: 'C123', channel_name: 'general', user_id: 'U123' },
      { incoming_webhook: { url: 'https://hooks.slack.example/services/T0/B0/x' } },
    ],
    token: { access_token: 'xoxb-test' },
  },
  'slack-null': {
    connections: [{ access_token: null, channel_id: 'C123', user_id: null }],
    token: { access_token: null },
  },
  'ms-teams': {
    connections: [
      {
        ms_teams_channel_id: '19:abc@thread.tacv2',
        ms_teams_team_id: '5f9b1c2d-3e4a-4b5c-8d6e-7f8091a2b3c4',
        ms_teams_tenant_id: '0a1b2c3d-4e5f-4061-8273-8495a6b7c8d9',
        ms_teams_user_id: '1b2c3d4e-5f60-4172-8394-a5b6c7d8e9f0',
      },
      { incoming_webhook: { url: 'https://example.webhook.office.example/webhookb2/1' } },
    ],
    ms_teams_tenant_id: '0a1b2c3d-4e5f-4061-8273-8495a6b7c8d9',
  },
  discord: {
    connections: [
      { channel_id: '123456789012345678' },
      { incoming_webhook: { url: 'https://discord.example/api/webhooks/1/x' } },
    ],
  },
};

export const INLINE_CHANNEL_DATA = { [CHANNEL]: CHANNEL_DATA.tokens };

export const USER_PROPERTIES = {
  avatar: 'https://example.com/avatars/jane.png',
  channel_data: INLINE_CHANNEL_DATA,
  created_at: '2026-01-02T03:04:05Z',
  email: 'jane@example.com',
  locale: 'en-US',
  name: 'Jané Doe 日本',
  phone_number: '+12015550123',
  preferences: { default: PREFERENCES, [TENANT]: { __persistence_strategy__: 'merge', workflows: { digest: true } } },
  timezone: 'America/New_York',
  // Custom properties.
  plan: 'pro',
  seats: 12,
  ratio: 0.25,
  beta: true,
  tags: ['a', 'b'],
  address: { city: 'Paris', zip: null },
};

export const INLINE_USER = { id: 'user_2', ...USER_PROPERTIES };

export const INLINE_OBJECT = {
  id: OBJECT,
  collection: COLLECTION,
  channel_data: { [CHANNEL]: CHANNEL_DATA.slack },
  created_at: '2026-01-02T03:04:05Z',
  name: 'Apollo',
  preferences: { default: { channel_types: { email: true } } },
  budget: 1000000,
};

export const OBJECT_REFERENCE = { id: OBJECT, collection: COLLECTION };

const BRANDING = {
  icon_url: 'https://example.com/icon.png',
  logo_url: 'https://example.com/logo.png',
  primary_color: '#ff5a1f',
  primary_color_contrast: '#ffffff',
};

export const TENANT_SETTINGS = {
  branding: BRANDING,
  preference_set: { __persistence_strategy__: 'replace', ...PREFERENCES },
};

export const INLINE_TENANT = {
  id: TENANT,
  channel_data: { [CHANNEL]: { token: { access_token: 'xoxb-test' }, connections: [] } },
  name: 'Acme & Sons',
  preferences: { default: { channel_types: { email: true } } },
  settings: {
    branding: {
      dark_icon_url: 'https://example.com/icon-dark.png',
      dark_logo_url: 'https://example.com/logo-dark.png',
      dark_primary_color: '#101010',
      dark_primary_color_contrast: '#eeeeee',
      ...BRANDING,
    },
    preference_set: PREFERENCES,
  },
  region: 'eu',
};

export const DATA = {
  comment: 'It\'s "done" <b>&amp;</b> \\ / é 日本 \u{1f600}\n\ttab',
  count: 3,
  amount: 19.99,
  big: 9007199254740991,
  negative: -1,
  ok: true,
  nothing: null,
  list: [1, 'two', null, { three: 3 }],
  nested: { empty_object: {}, empty_list: [], empty_text: '' },
};

export const REPEATS = [
  { frequency: 'weekly', interval: 2, days: ['mon', 'fri'], hours: 9, minutes: 30 },
  { frequency: 'monthly', day_of_month: 15, days: null, hours: null, minutes: null },
];
