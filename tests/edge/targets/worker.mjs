// Cloudflare Workers: the scenario and the example in workerd, driven by miniflare, and the README with the real `wrangler`.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { Miniflare } from 'miniflare';

import { driveApp, driveUnconfigured } from '../lib/app.mjs';
import { checkHeads } from '../lib/emulator.mjs';
import { knownOf, secrets, verifyToken } from '../lib/knock.mjs';
import { EXAMPLES, HERE } from '../lib/paths.mjs';
import { Walk, readSettings } from '../lib/readme.mjs';
import { buildWorker } from '../lib/tools.mjs';

const SCENARIO = path.join(HERE, 'worker');
const EXAMPLE = path.join(EXAMPLES, 'cloudflare-worker');
/** An entry for the example, whose consumer stops half-way, and which tells what became of the messages. */
const FAILING = path.join(SCENARIO, 'failing_consumer.mjs');
const ALERTS = 40;
/** As in the wrangler.toml of the example, but with short waits. */
const QUEUES = {
  queueProducers: { NOTIFICATIONS: 'notifications', UNDELIVERED: 'notifications-undelivered' },
  queueConsumers: {
    notifications: { maxBatchSize: 10, maxBatchTimeout: 1, maxRetries: 25 },
    'notifications-undelivered': { maxBatchTimeout: 1 },
  },
};
const PATHS = { alerts: '/alerts', token: (user) => `/token?user_id=${user}`, webhook: '/webhooks/knock' };
/** What the Worker has instead of its secrets. */
const UNCONFIGURED = {
  'without bindings': {},
  'with blank secrets': { KNOCK_API_KEY: ' ', KNOCK_SIGNING_KEY: '', KNOCK_WEBHOOK_SECRET: ' ' },
};
const DEV = 'npx wrangler dev';
/** How much larger than in sizes.json the example may be, which wrangler compresses less. */
const SLACK = 1.15;

export async function build() {
  await buildWorker('the scenario', SCENARIO, ['--no-opt']);
  await buildWorker('examples/cloudflare-worker', EXAMPLE);
}

export async function runTarget(report, emulator) {
  await withWorker(path.join(SCENARIO, 'build', 'index.js'), emulator, async (worker) => {
    await report.step('the scenario runs to its end', async () => {
      const response = await worker.dispatchFetch('http://worker/', { signal: AbortSignal.timeout(300_000) });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} ${text}`);
      report.scenario(JSON.parse(text));
    });
    await report.step('the wire: no request is chunked or without its length', () => checkHeads(emulator.heads));
  });
  // The same `main` that users of the example run.
  const wrangler = readFileSync(path.join(EXAMPLE, 'wrangler.toml'), 'utf8');
  const main = path.join(EXAMPLE, /^main = "(.+)"$/m.exec(wrangler)[1]);
  await withWorker(main, emulator, async (worker) => {
    const send = (where, init) => worker.dispatchFetch(`http://worker${where}`, init);
    await driveApp(report, 'example', send, emulator, PATHS);
    await report.step('example: cron triggers the digest, and running it again is still one run', async () => {
      await emulator.reset();
      const { scheduled } = await worker.getWorker();
      const at = new Date(Date.UTC(2026, 4, 1, 9));
      for (let time = 0; time < 2; time += 1) {
        const { outcome } = await scheduled({ scheduledTime: at, cron: '0 9 * * *' });
        if (outcome !== 'ok') throw new Error(`the outcome is ${outcome}`);
      }
      const runs = await emulator.runs();
      if (runs.length !== 1 || runs[0].workflow !== 'daily-digest') throw new Error(`the runs: ${JSON.stringify(runs)}`);
    });
  });
  for (const [name, bindings] of Object.entries(UNCONFIGURED)) {
    await withWorker(main, emulator, async (worker) => {
      const send = (where, init) => worker.dispatchFetch(`http://worker${where}`, init);
      await driveUnconfigured(report, `example, ${name}`, send, emulator, PATHS);
      await driveUnconfigured(report, `example, ${name}, later`, send, emulator, { alerts: '/alerts/later' });
    }, { bindings });
  }
  await withWorker(main, emulator, (worker) => driveQueue(report, worker, emulator), { entry: FAILING });
  await runWrangler(report);
}

/** Sends alerts over the queue, whose consumer stops half-way. */
async function driveQueue(report, worker, emulator) {
  const post = (body) =>
    worker.dispatchFetch('http://worker/alerts/later', { method: 'POST', body: JSON.stringify(body), signal: AbortSignal.timeout(60_000) });
  // A run does not have the id of its alert, but its data.
  const alert = (id) => ({ id, user_id: 'jhammond', email: 'jhammond@ingen.net', dinosaur: id });
  const queue = async () => (await worker.dispatchFetch('http://worker/queue')).json();
  const sent = async () => (await emulator.runs()).map(({ data }) => data.dinosaur).sort();
  /** Waits until so many messages are done with, after which nothing more can come of them. */
  const quiet = (messages) => until(async () => (await queue()).done >= messages, `the end of ${messages} messages`);
  await report.step('queue: a consumer that stops half-way loses no alert and repeats none', async () => {
    await emulator.reset();
    await emulator.fault([{ kind: 'status', status: 503, times: 4 }, { kind: 'drop_after', path: '/v1/workflows/', times: 4 }]);
    const ids = Array.from({ length: ALERTS }, (_, index) => `queued-${index}`);
    const statuses = await Promise.all(ids.map(async (id) => (await post(alert(id))).status));
    if (statuses.some((status) => status !== 202)) throw new Error(`the statuses: ${statuses}`);
    await quiet(ALERTS);
    if ((await queue()).failures === 0) throw new Error('the consumer did not stop');
    same(await sent(), ids.sort(), 'the alerts that were sent');
    same((await queue()).undelivered, [], 'what was not delivered');
  });
  await report.step('queue: a call that a key may not make is sent once it may, and a refused one is set aside', async () => {
    await emulator.reset();
    await emulator.fault({ kind: 'status', status: 403 });
    await post(alert('forbidden'));
    await quiet(ALERTS + 1);
    await emulator.fault({ kind: 'status', status: 422 });
    await post(alert('refused'));
    await until(async () => (await queue()).undelivered.length > 0, 'what was refused');
    await quiet(ALERTS + 2);
    same(await sent(), ['forbidden'], 'the alerts that were sent');
    const { undelivered } = await queue();
    const { reason, error, message } = JSON.parse(undelivered[0].text);
    const call = JSON.parse(message);
    same([undelivered.length, reason, call.idempotency_key], [1, 'refused', 'alert-refused'], 'what was not delivered');
    if (!error.startsWith('workflows.trigger: 422')) throw new Error(`the error: ${error}`);
  });
  await report.step('queue: what is no call reaches the undelivered ones as it was', async () => {
    const { posted } = await (await worker.dispatchFetch('http://worker/queue/odd')).json();
    await until(async () => (await queue()).undelivered.length > posted, 'what is no call');
    await quiet(ALERTS + 2 + posted);
    const { undelivered } = await queue();
    const texts = [];
    for (const { text } of undelivered.slice(1).filter(({ text }) => text?.startsWith('{'))) texts.push(JSON.parse(text));
    const error = 'the message is not a stored call';
    same(texts, [{ reason: 'not_a_call', error, message: 'no call' }], 'the texts with a reason');
    const others = undelivered.slice(1).filter(({ text }) => !text?.startsWith('{')).map((body) => JSON.stringify(body));
    const expected = [
      { text: '"'.repeat(70_000) },
      { object: { user: 'jhammond' } },
      { bytes: [0, 159, 255] },
      { map: [['user', 'jhammond']] },
      { value: '10' },
    ];
    same(others.sort(), expected.map((body) => JSON.stringify(body)).sort(), 'the others');
  });
}

/** Compares what there is with what is expected. */
function same(actual, expected, what) {
  const [one, other] = [actual, expected].map((value) => JSON.stringify(value));
  if (one !== other) throw new Error(`${what}: ${one.slice(0, 1000)} instead of ${other.slice(0, 1000)}`);
}

/** Waits until a check holds, for up to a minute. */
async function until(holds, what) {
  for (const end = Date.now() + 60_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`${what} did not arrive within a minute`);
    await new Promise((resolve) => { setTimeout(resolve, 200); });
  }
}

/** Follows the README of the example with the real `wrangler`. */
async function runWrangler(report) {
  const walk = new Walk('cloudflare-worker', {
    servers: { [DEV]: { ready: /Ready on / } },
    account: [/^npx wrangler (secret put|queues create|deploy$)/],
  });
  try {
    await report.step('wrangler: the README leads to an alert, a token, a webhook and a run of cron', () => followReadme(walk));
    const known = knownOf(readSettings(path.join(walk.folder, '.dev.vars')));
    const send = (where, init) => fetch(`http://127.0.0.1:8787${where}`, init);
    await driveApp(report, 'wrangler: example', send, walk.emulator, PATHS, known);
    await report.step('wrangler: the README leads to what is deployed', () => dryRun(walk));
  } catch (error) {
    throw new Error(`${error.message}\n${walk.output()}`);
  } finally {
    await report.step('wrangler: nothing is left of it', () => walk.end());
  }
}

async function followReadme(walk) {
  const printed = await walk.section('Run locally');
  const known = knownOf(readSettings(path.join(walk.folder, '.dev.vars')));
  await verifyToken(/eyJ[\w.-]+/.exec(printed)?.[0], 'jhammond', known);
  // wrangler hands a batch to the consumer some seconds after it was posted.
  await until(async () => (await walk.emulator.runs()).length >= 3, 'the alert in the queue');
  const runs = await walk.emulator.runs();
  const workflows = runs.map(({ workflow }) => workflow).sort();
  if (`${workflows}` !== 'daily-digest,dinosaurs-loose,dinosaurs-loose') throw new Error(`the runs: ${JSON.stringify(runs)}`);
  for (const expected of [runs[0].id, 'handled message.sent']) {
    if (!printed.includes(expected)) throw new Error(`${expected} is not in what the commands printed: ${printed}`);
  }
}

async function dryRun(walk) {
  const printed = await walk.section('Deploy');
  const size = Number(/gzip: ([\d.]+) KiB/.exec(printed)[1]) * 1024;
  console.log(`  (${size} bytes, as wrangler compresses it)`);
  const known = JSON.parse(readFileSync(path.join(HERE, 'sizes.json'), 'utf8'))['worker-example'];
  if (size > known * SLACK) throw new Error(`${size} bytes are more than 15 % above the ${known} in sizes.json`);
  if (!existsSync(path.join(walk.folder, 'dist', 'index.js'))) throw new Error('there is no dist/index.js');
}

/** Returns the compatibility date of the example, which its workerd must support. */
function compatibilityDate() {
  const wrangler = readFileSync(path.join(EXAMPLE, 'wrangler.toml'), 'utf8');
  return /^compatibility_date = "([\d-]+)"$/m.exec(wrangler)[1];
}

/** Runs a Worker, perhaps with other bindings, or with another entry beside its main module. */
async function withWorker(main, emulator, work, { bindings = secrets(emulator.url), entry } = {}) {
  const folder = path.dirname(main);
  const entries = entry ? [{ type: 'ESModule', path: path.join(folder, path.basename(entry)), contents: readFileSync(entry) }] : [];
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    compatibilityDate: compatibilityDate(),
    modulesRoot: folder,
    modules: [
      ...entries,
      { type: 'ESModule', path: main },
      { type: 'CompiledWasm', path: path.join(folder, 'index_bg.wasm') },
    ],
    bindings,
    ...QUEUES,
    // Hides what the app logs.
    handleRuntimeStdio: () => {},
  });
  try {
    await miniflare.ready;
    await work(miniflare);
  } finally {
    await miniflare.dispose();
  }
}
