// Records what 1.35.0 does if an attempt fails: how often it retries, how long it waits, and with which idempotency key.

import { fileURLToPath } from 'node:url';

import { Knock } from 'knock1';
import { VERSION } from 'knock1/version.mjs';

import { RETRIES } from './cases/retries.mjs';
import { API_KEY } from './cases/values.mjs';
import { withNow, withSleep } from './lib/clock.mjs';
import { lowerCased, normaliseError, normaliseKey } from './lib/normalise.mjs';
import { writeRecording } from './lib/output.mjs';
import { startServer } from './lib/server.mjs';
import { methodAt } from './lib/surface.mjs';
import { withEnv } from './lib/run.mjs';

export async function recordRetries() {
  const server = await startServer();
  try {
    const cases = [];
    for (const test of RETRIES) cases.push(await withEnv({}, () => recordRetry(server, test)));
    const { maxRetries, timeout } = new Knock({ apiKey: API_KEY });
    writeRecording('retries.json', {
      sdk: '@knocklabs/node',
      version: VERSION,
      defaults: { max_retries: maxRetries, timeout_ms: timeout },
      cases,
    });
    return `retries: ${cases.length} cases`;
  } finally {
    await server.close();
  }
}

async function recordRetry(server, test) {
  // Once with the longest backoff and once with the shortest; the jitter is the only difference.
  const longest = await attempt(server, test, 0);
  const shortest = await attempt(server, test, 1);
  for (const part of ['attempts', 'outcome', 'idempotency_keys']) {
    if (JSON.stringify(longest[part]) !== JSON.stringify(shortest[part])) {
      throw new Error(`${test.name}: ${part} differ from run to run`);
    }
  }
  const { attempts, outcome, idempotency_keys } = longest;
  return {
    name: test.name,
    call: test.call,
    ...(test.client && { client: test.client }),
    ...(test.now && { now: test.now }),
    responses: test.responses,
    attempts,
    retry_counts: longest.retry_counts,
    waits_ms: { longest: longest.waits, shortest: shortest.waits },
    idempotency_keys,
    outcome,
  };
}

async function attempt(server, test, random) {
  server.reset(test.responses);
  const client = new Knock({ apiKey: API_KEY, baseURL: server.origin, ...test.client });
  const waits = [];
  const outcome = await withNow(test.now, () =>
    withSleep(random, waits, async () => {
      try {
        await methodAt(client, test.call.method)(...structuredClone(test.call.args));
        return { ok: true };
      } catch (error) {
        return { error: { ...normaliseError(error, server.origin), status: error.status ?? null } };
      }
    }),
  );
  const headers = server.seen.map((request) => lowerCased(request.rawHeaders));
  const keys = headers.map((each) => each['idempotency-key'] ?? null);
  return {
    attempts: headers.length,
    retry_counts: headers.map((each) => Number(each['x-stainless-retry-count'])),
    waits,
    idempotency_keys: keys[0] === null ? null : { value: normaliseKey(keys[0]), same: new Set(keys).size === 1 },
    outcome,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await recordRetries());
