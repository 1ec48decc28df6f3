// Spin: its engine wasmtime, with the same WASI as in Spin, a stand-in for the command `spin`, and Spin itself if it is installed.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { driveApp, driveUnconfigured } from '../lib/app.mjs';
import { checkHeads } from '../lib/emulator.mjs';
import { secrets } from '../lib/knock.mjs';
import { BUILD, EXAMPLES, HERE, ROOT, cargoBin } from '../lib/paths.mjs';
import { run, serve } from '../lib/process.mjs';
import { buildSpinExample } from '../lib/spin_example.mjs';
import { buildComponent, buildEnv } from '../lib/tools.mjs';

const EXAMPLE = path.join(EXAMPLES, 'spin-app');
/** The folder of a command that is like `spin`. */
const STAND_IN = path.join(HERE, 'spin-stand-in');
/** The component of the example, in its target folder. */
const WASM = path.join('wasm32-wasip2', 'release', 'knock_spin_app.wasm');
/** The WASI that Spin has. */
const WASI = ['-Sp3,cli,inherit-network', '-Wcomponent-model-async'];
const PATHS = { alerts: '/alerts', token: (user) => `/token/${user}`, webhook: '/webhooks/knock' };
let scenario;
let example;

export async function build() {
  scenario = await buildComponent('the scenario for Spin', path.join(HERE, 'spin'), 'edge_spin');
  example = await buildSpinExample();
}

export async function runTarget(report, emulator) {
  await report.step('the unit tests of knock-spin, and the examples in its documentation', testAdapter);
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
  const unset = { KNOCK_BASE_URL: emulator.url, KNOCK_WEBHOOK_SECRET: ' ' };
  await withWasmtime(example, emulator, (url) => driveUnconfigured(report, 'example', through(url), emulator, PATHS), unset);
  await report.step('spin stand-in: an option that Spin does not have is refused', refusesOptions);
  await runSpin(report, 'spin stand-in', emulator, { PATH: `${STAND_IN}:${process.env.PATH}`, CARGO_TARGET_DIR: BUILD });
  if (spawnSync('spin', ['--version']).status === 0) {
    await runSpin(report, 'spin', emulator, {});
  } else {
    console.log('  (`spin` is not on PATH: instead of it a stand-in ran, and wasmtime, the engine of Spin)');
  }
}

/** Runs the example by the command `spin` of an environment. */
async function runSpin(report, name, emulator, env) {
  await report.step(`${name}: the commands of the README send an alert`, () => followReadme(emulator, env));
  const variables = secrets(emulator.url);
  await withSpin(EXAMPLE, env, variables, (url) => driveApp(report, `${name}: example`, through(url), emulator, PATHS));
  const blank = { ...variables, KNOCK_SIGNING_KEY: '', KNOCK_WEBHOOK_SECRET: '', KNOCK_API_KEY: ' ' };
  await withSpin(EXAMPLE, env, blank, (url) =>
    driveUnconfigured(report, `${name}: example`, through(url), emulator, PATHS));
  await report.step(`${name}: a port that the manifest does not allow is not reached`, () => wrongPort(emulator, env));
}

/** Runs the commands of the README for local use, with other ports. The emulator runs already. */
async function followReadme(emulator, env) {
  const readme = readFileSync(path.join(EXAMPLE, 'README.md'), 'utf8');
  const section = /## Run locally\n([^]*?)\n## /.exec(readme)[1];
  const [start, ask] = [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, commands]) => commands);
  const up = withOther(start, {
    'cargo run -p knock-emulator ': '# cargo run -p knock-emulator ',
    'http://127.0.0.1:4010': emulator.url,
    'spin build --up': 'exec spin build --up --listen 127.0.0.1:0',
  });
  await emulator.reset();
  await serving(['sh', ['-ec', up]], env, EXAMPLE, async (url) => {
    const curl = withOther(ask, { 'http://127.0.0.1:3000': url, 'curl ': 'curl -sS --max-time 20 ' });
    const output = await run('sh', ['-ec', curl]);
    const runs = await emulator.runs();
    if (runs.length !== 1 || !output.includes(runs[0].id)) throw new Error(`curl printed ${output}`);
  });
}

/** Replaces parts of commands, which must be there. */
function withOther(commands, replacements) {
  return Object.entries(replacements).reduce((text, [part, other]) => {
    if (!text.includes(part)) throw new Error(`the README has no ${part}`);
    return text.replace(part, other);
  }, commands);
}

/** Runs the example with a manifest that allows another port than that of the emulator. */
async function wrongPort(emulator, env) {
  const manifest = readFileSync(path.join(EXAMPLE, 'spin.toml'), 'utf8');
  const folder = mkdtempSync(path.join(tmpdir(), 'knock-spin-'));
  const wasm = path.join(env.CARGO_TARGET_DIR ?? path.join(EXAMPLE, 'target'), WASM);
  mkdirSync(path.join(folder, 'target', path.dirname(WASM)), { recursive: true });
  copyFileSync(wasm, path.join(folder, 'target', WASM));
  writeFileSync(path.join(folder, 'spin.toml'), manifest.replace('http://127.0.0.1:*', 'http://127.0.0.1:4010'));
  try {
    await emulator.reset();
    await withSpin(folder, env, secrets(emulator.url), async (url) => {
      const alert = { id: '17', user_id: 'jhammond', email: 'jhammond@ingen.net', dinosaur: 'trex' };
      const init = { method: 'POST', body: JSON.stringify(alert), signal: AbortSignal.timeout(60_000) };
      const { status } = await fetch(`${url}/alerts`, init);
      const requests = await emulator.requests();
      if (status !== 502 || requests.length > 0) throw new Error(`the status is ${status}, and ${requests.length} requests were sent`);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function refusesOptions() {
  const error = await run(path.join(STAND_IN, 'spin'), ['up', '--port', '3000'], { cwd: EXAMPLE }).then(() => null, (refused) => refused);
  if (!/--port/.test(error?.message)) throw new Error(`spin up --port: ${error?.message ?? 'is accepted'}`);
}

const through = (url) => (where, init) => fetch(url + where, init);

/** They run in wasmtime, because the crate is empty elsewhere. */
async function testAdapter() {
  const output = await run('cargo', ['test', '-p', 'knock-spin', '--target', 'wasm32-wasip2'], {
    cwd: ROOT,
    env: {
      ...buildEnv,
      CARGO_TARGET_WASM32_WASIP2_RUNNER: [cargoBin('wasmtime'), 'run', '-Shttp', ...WASI].join(' '),
    },
  });
  if (!/test result: ok\. [1-9]\d* passed/.test(output)) throw new Error(`no test ran:\n${output}`);
}

async function withWasmtime(component, emulator, work, variables = secrets(emulator.url)) {
  const server = await serve(
    cargoBin('wasmtime'),
    [
      'serve', ...WASI, '--addr', '127.0.0.1:0',
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

/** Runs `spin up` with the manifest of a folder, whose component is built. */
function withSpin(folder, env, variables, work) {
  const set = Object.entries(variables).map(([name, value]) => [`SPIN_VARIABLE_${name}`, value]);
  const command = ['spin', ['up', '--from', path.join(folder, 'spin.toml'), '--listen', '127.0.0.1:0']];
  return serving(command, { ...env, ...Object.fromEntries(set) }, folder, work);
}

async function serving([command, args], env, cwd, work) {
  const server = await serve(command, args, /Serving (http:\/\/[\d.:]+)/, { cwd, env, seconds: 600 });
  try {
    await work(server.found[1]);
  } catch (error) {
    throw new Error(`${error.message}\n${server.output()}`);
  } finally {
    await server.stop();
  }
}
