// Spin: its engine wasmtime, with the same WASI as in Spin, and Spin itself if it is installed.
import { spawnSync } from 'node:child_process';
import path from 'node:path';

import { driveApp } from '../lib/app.mjs';
import { checkHeads } from '../lib/emulator.mjs';
import { secrets } from '../lib/knock.mjs';
import { EXAMPLES, HERE, cargoBin } from '../lib/paths.mjs';
import { serve } from '../lib/process.mjs';
import { buildComponent } from '../lib/tools.mjs';

const EXAMPLE = path.join(EXAMPLES, 'spin-app');
const PATHS = { alerts: '/alerts', token: (user) => `/token/${user}`, webhook: '/webhooks/knock' };
let scenario;
let example;

export async function build() {
  scenario = await buildComponent('the scenario for Spin', path.join(HERE, 'spin'), 'edge_spin');
  // The source of the example without Spin variables, which wasmtime does not have.
  example = await buildComponent('examples/spin-app for wasmtime', path.join(HERE, 'spin-app'), 'edge_spin_app');
}

export async function runTarget(report, emulator) {
  await withWasmtime(scenario, emulator, async (url) => {
    await report.step('the scenario runs to its end', async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(300_000) });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`${response.status} ${text}`);
      report.scenario(JSON.parse(text));
    });
    await report.step('the wire: no request is chunked or without its length', () => checkHeads(emulator.heads));
  });
  await withWasmtime(example, emulator, (url) => driveApp(report, 'example', through(url), emulator, PATHS));
  if (spawnSync('spin', ['--version']).status === 0) {
    await withSpin(emulator, (url) => driveApp(report, 'example in spin up', through(url), emulator, PATHS));
  } else {
    console.log('  (`spin` is not on PATH: the example ran in wasmtime, the engine of Spin)');
  }
}

const through = (url) => (where, init) => fetch(url + where, init);

async function withWasmtime(component, emulator, work) {
  const variables = secrets(emulator.url);
  const server = await serve(
    cargoBin('wasmtime'),
    [
      'serve', '-Sp3,cli,inherit-network', '-Wcomponent-model-async', '--addr', '127.0.0.1:0',
      // Without values, these are taken from our environment, which keeps secrets out of the list of processes.
      ...Object.keys(variables).flatMap((name) => ['--env', name]),
      component,
    ],
    /Serving HTTP on (http:\/\/[\d.:]+)/,
    { env: variables },
  );
  try {
    await work(server.found[1]);
  } catch (error) {
    throw new Error(`${error.message}\n${server.output()}`);
  } finally {
    await server.stop();
  }
}

async function withSpin(emulator, work) {
  const variables = Object.entries(secrets(emulator.url));
  const server = await serve(
    'spin',
    ['up', '--build', '--listen', '127.0.0.1:0'],
    /Serving (http:\/\/[\d.:]+)/,
    {
      cwd: EXAMPLE,
      seconds: 600,
      env: Object.fromEntries(variables.map(([name, value]) => [`SPIN_VARIABLE_${name}`, value])),
    },
  );
  try {
    await work(server.found[1]);
  } finally {
    await server.stop();
  }
}
