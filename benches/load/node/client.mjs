// Measures an official SDK: `node client.mjs VERSION --url URL --in-flight N --warm-up-ms A --duration-ms B
// [--recipients R | --messages M]` prints one JSON object. VERSION is that of @knocklabs/node: 1.35.0 or 0.6.19.

import { parseArgs } from 'node:util';

import { measure } from './measure.mjs';

const API_KEY = 'sk_test_12345';
const WORKFLOW = 'dinosaurs-loose';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    'in-flight': { type: 'string' },
    'warm-up-ms': { type: 'string' },
    'duration-ms': { type: 'string' },
    recipients: { type: 'string', default: '4' },
    messages: { type: 'string' },
  },
});

const client = await clientOf(positionals[0], values.url);
const call = values.messages ? listing(Number(values.messages)) : triggering(recipients(Number(values.recipients)));
const outcome = await measure(call, {
  inFlight: Number(values['in-flight']),
  warmUpMs: Number(values['warm-up-ms']),
  measuredMs: Number(values['duration-ms']),
});
console.log(JSON.stringify(outcome));

// Creates the client with its defaults, except for retries, which would hide failures; 0.6 has none.
async function clientOf(version, url) {
  switch (version) {
    case '1.35.0': {
      const { Knock } = await import('knock1');
      return new Knock({ apiKey: API_KEY, baseURL: url, maxRetries: 0 });
    }
    case '0.6.19': {
      const { Knock } = await import('knock0');
      return new Knock(API_KEY, { host: url });
    }
    default:
      throw new Error(`unknown version ${version}`);
  }
}

function triggering(recipients) {
  return async () => {
    await client.workflows.trigger(WORKFLOW, {
      recipients,
      actor: 'dnedry',
      data: { type: 'trex', priority: 1 },
      tenant: 'jurassic-park',
    });
  };
}

function listing(pageSize) {
  return async () => {
    const { items } = await client.messages.list({ page_size: pageSize });
    if (items.length !== pageSize) throw new Error(`${items.length} messages, not ${pageSize}`);
  };
}

function recipients(count) {
  const known = ['jhammond', 'agrant', 'imalcolm', 'esattler'];
  const other = (_, index) => known[index] ?? `visitor-${String(index).padStart(4, '0')}`;
  return Array.from({ length: count }, other);
}
