// Cloudflare Workers, in workerd, driven by miniflare.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Miniflare } from 'miniflare';

import { driveApp } from '../lib/app.mjs';
import { checkHeads } from '../lib/emulator.mjs';
import { secrets } from '../lib/knock.mjs';
import { EXAMPLES, HERE } from '../lib/paths.mjs';
import { buildWorker } from '../lib/tools.mjs';

const SCENARIO = path.join(HERE, 'worker');
const EXAMPLE = path.join(EXAMPLES, 'cloudflare-worker');

export async function build() {
  await buildWorker('the scenario', SCENARIO);
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
    await driveApp(report, 'example', send, emulator, {
      alerts: '/alerts',
      token: (user) => `/token?user_id=${user}`,
      webhook: '/webhooks/knock',
    });
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
}

/** Returns the compatibility date of the example, which its workerd must support. */
function compatibilityDate() {
  const wrangler = readFileSync(path.join(EXAMPLE, 'wrangler.toml'), 'utf8');
  return /^compatibility_date = "([\d-]+)"$/m.exec(wrangler)[1];
}

async function withWorker(main, emulator, work) {
  const folder = path.dirname(main);
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port: 0,
    compatibilityDate: compatibilityDate(),
    modulesRoot: folder,
    modules: [
      { type: 'ESModule', path: main },
      { type: 'CompiledWasm', path: path.join(folder, 'index_bg.wasm') },
    ],
    bindings: secrets(emulator.url),
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
