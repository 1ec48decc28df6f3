// A Knock directory for the tests of the page, with what the one of the crate knock-directory lacks.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { OUT, ROOT } from './paths.mjs';

/** The directory of a wildlife park: emails, in-app messages, SMS and push, with a delay, a batch and branches. */
export const PARK = path.join(ROOT, 'crates', 'knock-directory', 'tests', 'fixtures', 'park');

const CHANNELS = {
  postmark: { type: 'email', name: 'Postmark' },
  'in-app-feed': { type: 'in_app_feed', name: 'Bell' },
  twilio: { type: 'sms', name: 'Twilio' },
  apns: { type: 'push', id: '8209f26c-62a5-461d-95e2-a5716a26e652', name: 'iPhones' },
  slack: { type: 'chat', id: '6d2a6ba2-9ac2-4d2f-a5e4-c8b0a9e2a1f0', name: 'Slack' },
  hook: { type: 'http', name: 'Hook' },
};

const channel = (ref, key, template) => ({ type: 'channel', ref, channel_key: key, channel_type: CHANNELS[key].type, template });
const all = { email: 'email', feed: 'feed', sms: 'sms', push: 'push', chat: 'chat', hook: 'hook' };

/** One step for each channel, with the same HTML in all of them. */
const steps = (html) => [
  channel(all.email, 'postmark', { subject: '{{ title }}', html_body: html, settings: {} }),
  channel(all.feed, 'in-app-feed', {
    markdown_body: html,
    action_url: '{{ url }}',
    action_buttons: [{ label: 'Open it', action: '{{ url }}' }, { label: 'Later', action: 'https://park.example/later' }],
  }),
  channel(all.sms, 'twilio', { text_body: '{{ title }} {{ url }}', settings: {} }),
  channel(all.push, 'apns', { title: '{{ title }}', text_body: '{{ title }} {{ url }}', settings: { delivery_type: 'content' } }),
  channel(all.chat, 'slack', {
    json_body: JSON.stringify({
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: 'Fence' } },
        { type: 'section', text: { type: 'mrkdwn', text: '*Down*: <{{ url }}|the map>' } },
        { type: 'actions', elements: [{ type: 'button', style: 'primary', text: { type: 'plain_text', text: 'Go there' }, url: '{{ url }}' }] },
        { type: 'image', image_url: 'http://images.test/slack.png', alt_text: 'A fence' },
      ],
    }),
  }),
  channel(all.hook, 'hook', {
    method: 'POST',
    url: '{{ vars.hook }}',
    headers: [{ key: 'x-park', value: '{{ recipient.id }}' }],
    body: '{"fence": "{{ title }}"}',
  }),
];

const SCHEMA = {
  type: 'object',
  required: ['fence', 'urgent'],
  properties: {
    fence: { type: 'string', title: 'Fence', description: 'Its number on the map.' },
    volts: { type: 'integer', minimum: 0 },
    urgent: { type: 'boolean' },
    level: { enum: ['low', 'high'] },
    on: { type: 'string', format: 'date' },
    keeper: { type: 'object', properties: { name: { type: 'string' } } },
    animals: { type: 'array', items: { type: 'string' } },
    more: {},
  },
};

const WORKFLOWS = {
  everything: { name: 'Everything', steps: steps('{{ html }}') },
  checked: {
    name: 'Checked',
    trigger_data_json_schema: SCHEMA,
    steps: [channel('sms', 'twilio', { text_body: 'Fence {{ fence }}, {{ animals | join: "+" }}, {{ keeper.name }}, {{ on }}, {{ urgent }}, {{ level }}', settings: {} })],
  },
  agent: {
    name: 'Agent',
    steps: [
      { type: 'ai_agent', ref: 'agent', model: 'm', request_prompt: 'Hello' },
      channel('sms', 'twilio', { text_body: 'It said {{ data.agent.text }}', settings: {} }),
    ],
  },
  waiting: {
    name: 'Waiting',
    steps: [
      { type: 'wait_for_event', ref: 'paid', settings: { event: { event_type: 'integration_source', event_key: 'paid', integration_source_key: 'stripe' }, expires_after: { unit: 'hours', value: 1 }, on_timeout: 'continue' } },
      channel('sms', 'twilio', { text_body: 'Paid: {{ refs.paid.matched }}, {{ refs.paid.signal_variables.data.amount }}', settings: {} }),
    ],
  },
  broken: { name: 'Broken', steps: [{ type: 'teleport', ref: 'a' }] },
};

/** Writes the directory, and returns its path. Channels can be other than usual. The preferences are the defaults of all users. */
export function writeProject(name, variables = {}, channels = {}, preferences = {}) {
  const root = path.join(OUT, 'projects', name);
  rmSync(root, { recursive: true, force: true });
  for (const [key, workflow] of Object.entries(WORKFLOWS)) {
    const folder = path.join(root, 'workflows', key);
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, 'workflow.json'), JSON.stringify(workflow));
  }
  writeFileSync(path.join(root, 'knock.json'), JSON.stringify({ knockDir: '.' }));
  writeFileSync(path.join(root, 'emulator.json'), JSON.stringify({ channels: { ...CHANNELS, ...channels }, variables, preferences }));
  return root;
}

export const PUSH_CHANNEL = CHANNELS.apns.id;
export const CHAT_CHANNEL = CHANNELS.slack.id;

/** Creates a user whom every channel reaches. */
export async function createReachable(emulator, id, name = 'John Hammond') {
  await emulator.call('PUT', `/v1/users/${id}`, { name, email: `${id}@park.example`, phone_number: '+15555550100' });
  await emulator.call('PUT', `/v1/users/${id}/channel_data/${PUSH_CHANNEL}`, { data: { tokens: ['token-1'] } });
  await emulator.call('PUT', `/v1/users/${id}/channel_data/${CHAT_CHANNEL}`, {
    data: { connections: [{ incoming_webhook: { url: 'http://127.0.0.1:9/hook' } }] },
  });
}
