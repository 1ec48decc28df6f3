// Vercel Edge Functions, in Vercel's `edge-runtime`: an isolate with `fetch` and without Node.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runInContext } from 'node:vm';

import { EdgeRuntime } from 'edge-runtime';
import { build as bundle } from 'esbuild';

import { driveApp } from '../lib/app.mjs';
import { checkHeads } from '../lib/emulator.mjs';
import { secrets } from '../lib/knock.mjs';
import { EXAMPLES, HERE, OUT } from '../lib/paths.mjs';
import { buildPackage } from '../lib/tools.mjs';

const EXAMPLE = path.join(EXAMPLES, 'vercel-edge');
const SCENARIO = path.join(OUT, 'vercel-scenario');

export async function build() {
  await buildPackage('the scenario over fetch', path.join(HERE, 'vercel'), 'edge_vercel', SCENARIO);
  await buildPackage('examples/vercel-edge', EXAMPLE, 'knock_vercel_edge', path.join(EXAMPLE, 'pkg'));
}

export async function runTarget(report, emulator) {
  const scenario = `
    import { initSync, scenario } from './edge_vercel.js';
    import wasm from './edge_vercel_bg.wasm?module';
    initSync({ module: wasm });
    export default async () => new Response(await scenario(process.env.KNOCK_BASE_URL));`;
  const edge = await start(scenario, SCENARIO, emulator);
  await report.step('the scenario runs to its end', async () => {
    const response = await edge.dispatchFetch('http://edge/');
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    report.scenario(JSON.parse(text));
  });
  await report.step('the wire: no request is chunked or without its length', () => checkHeads(emulator.heads));

  const source = readFileSync(path.join(EXAMPLE, 'api', 'alert.js'), 'utf8');
  const app = await start(source, path.join(EXAMPLE, 'api'), emulator);
  const send = (where, init) => app.dispatchFetch(`http://edge${where}`, init);
  await driveApp(report, 'example', send, emulator, { alerts: '/api/alert' });
}

/** Bundles and runs an Edge Function as Vercel does: `.wasm?module` imports a compiled module of the isolate. */
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
        modules.set(name, readFileSync(file));
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
    extend: (context) => {
      context.process = { env: secrets(emulator.url) };
      // Hides what the function logs.
      context.console = { ...console, error: () => {} };
      // The modules must be made by the `WebAssembly` of the isolate.
      const { Module } = runInContext('WebAssembly', context);
      for (const [name, bytes] of modules) context[name] = new Module(bytes);
      return context;
    },
  });
}
