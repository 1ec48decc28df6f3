// Vercel: the scenario in Vercel's `edge-runtime`, and the README of the example with the real command `vercel`.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { EdgeRuntime } from 'edge-runtime';
import { build as bundle } from 'esbuild';

import { INCOMPLETE, driveApp, driveUnconfigured } from '../lib/app.mjs';
import { checkHeads } from '../lib/emulator.mjs';
import { buildScenario, scenarioOf } from '../lib/host.mjs';
import { secrets } from '../lib/knock.mjs';
import { HERE } from '../lib/paths.mjs';
import { Walk } from '../lib/readme.mjs';
import { checkRespond } from '../lib/respond_check.mjs';

const DEV = 'npx vercel dev -L';
const URL_OF_DEV = 'http://127.0.0.1:3000';
const RUNTIMES = { 'Node.js': { alerts: '/api/alert' }, Edge: { alerts: '/api/alert-edge' } };

export const build = () => buildScenario('vercel');

export async function runTarget(report, emulator) {
  await runScenario(report, emulator);
  const walk = new Walk('vercel', {
    servers: { [DEV]: { ready: /Ready! Available at/ } },
    account: [/^npx vercel (link|env add|deploy)\b/],
  });
  try {
    await report.step('the README leads to an alert', () => followReadme(walk));
    for (const [name, paths] of Object.entries(RUNTIMES)) await driveApp(report, `example, ${name}`, send, walk.emulator, paths);
    await report.step('example: an unknown exception tells the client nothing', () => checkRespond(walk.folder));
    await withoutSettings(report, walk);
    await report.step('the README leads to a deployment', () => builds(walk));
  } catch (error) {
    throw new Error(`${error.message}\n${walk.output()}`);
  } finally {
    await report.step('nothing is left of `vercel dev`', () => walk.end());
  }
}

const send = (where, init) => fetch(URL_OF_DEV + where, init);

async function runScenario(report, emulator) {
  const edge = await start(`
    import init, { call, scenario } from './edge_fetch.js';
    import wasm from './edge_fetch_bg.wasm?module';
    import { tryHosts } from ${JSON.stringify(path.join(HERE, 'fetch', 'hosts.js'))};
    export default async (request) => {
      await init({ module_or_path: wasm });
      return new Response(new URL(request.url).pathname === '/hosts'
        ? JSON.stringify({ steps: await tryHosts(call) })
        : await scenario(process.env.KNOCK_BASE_URL, []));
    };`, scenarioOf('vercel'), emulator);
  const runs = (name, where) => report.step(`${name} to its end`, async () => {
    const response = await edge.dispatchFetch(`http://edge${where}`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    report.scenario(JSON.parse(text));
  });
  await runs('the scenario runs', '/');
  await runs('every kind of host is tried', '/hosts');
  await report.step('the wire: no request is chunked or without its length', () => checkHeads(emulator.heads));
}

async function followReadme(walk) {
  const printed = await walk.section('Run locally');
  const runs = await walk.emulator.runs();
  if (runs.length !== 1 || !printed.includes(runs[0].id)) throw new Error(`the commands printed ${printed}`);
}

/** Starts the example with only one of its settings. */
async function withoutSettings(report, walk) {
  for (const settings of INCOMPLETE) {
    await walk.stop(DEV);
    writeFileSync(path.join(walk.folder, '.env'), settings);
    await walk.start(DEV);
    for (const [name, paths] of Object.entries(RUNTIMES)) {
      await driveUnconfigured(report, `${name}, with ${settings.trim().replace('\n', ' and ')} alone`, send, walk.emulator, paths);
    }
  }
}

/** Builds what is deployed, and calls the function in it. */
async function builds(walk) {
  mkdirSync(path.join(walk.folder, '.vercel'), { recursive: true });
  // What `vercel link` writes.
  const project = { projectId: 'prj_local', orgId: 'team_local', settings: { framework: null } };
  writeFileSync(path.join(walk.folder, '.vercel', 'project.json'), JSON.stringify(project));
  await walk.section('Deploy');
  const functions = path.join(walk.folder, '.vercel', 'output', 'functions', 'api');
  const config = (name) => JSON.parse(readFileSync(path.join(functions, `${name}.func`, '.vc-config.json'), 'utf8'));
  const { runtime, handler } = config('alert');
  if (!/^nodejs\d+\.x$/.test(runtime) || config('alert-edge').runtime !== 'edge') throw new Error(`the runtime is ${runtime}`);
  // Each function has its own copy of the package.
  rmSync(path.join(walk.folder, 'pkg'), { recursive: true });
  const { POST } = await import(pathToFileURL(path.join(functions, 'alert.func', handler)));
  Object.assign(process.env, { KNOCK_API_KEY: 'sk_test_emulator', KNOCK_BASE_URL: 'http://127.0.0.1:4010' });
  await walk.emulator.reset();
  const body = JSON.stringify({ id: '17', user_id: 'jhammond', email: 'jhammond@ingen.net', dinosaur: 'trex' });
  const response = await POST(new Request('http://vercel/api/alert', { method: 'POST', body }));
  const { workflow_run_id: id } = JSON.parse(await response.text());
  const runs = await walk.emulator.runs();
  if (runs.length !== 1 || runs[0].id !== id) throw new Error(`the function returned ${response.status}`);
}

/** Bundles and runs an Edge Function as Vercel does: `.wasm?module` imports a module that was compiled in another realm. */
async function start(source, folder, emulator) {
  const modules = new Map();
  const wasm = {
    name: 'wasm',
    setup(setup) {
      setup.onResolve({ filter: /\.wasm\?module$/ }, ({ path: file, resolveDir }) => ({
        path: path.resolve(resolveDir, file.replace(/\?module$/, '')),
        namespace: 'wasm',
      }));
      setup.onLoad({ filter: /.*/, namespace: 'wasm' }, ({ path: file }) => {
        const name = `wasm_${modules.size}`;
        modules.set(name, new WebAssembly.Module(readFileSync(file)));
        return { contents: `export default globalThis.${name};` };
      });
    },
  };
  const { outputFiles } = await bundle({
    stdin: {
      contents: `import handler from 'function';
        addEventListener('fetch', (event) => event.respondWith(handler(event.request)));`,
      resolveDir: folder,
    },
    plugins: [wasm, {
      name: 'function',
      setup(setup) {
        setup.onResolve({ filter: /^function$/ }, () => ({ path: 'function', namespace: 'function' }));
        setup.onLoad({ filter: /.*/, namespace: 'function' }, () => ({ contents: source, resolveDir: folder }));
      },
    }],
    bundle: true,
    format: 'iife',
    write: false,
    logLevel: 'silent',
  });
  return new EdgeRuntime({
    initialCode: outputFiles[0].text,
    extend: (context) => Object.assign(context, {
      process: { env: secrets(emulator.url) },
      // Hides what the function logs.
      console: { ...console, error: () => {} },
      ...Object.fromEntries(modules),
    }),
  });
}
