// Runs Knock's own browser clients against the emulator, in Chromium. See --help.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { BUILT_EMULATOR, HERE, OUT, ROOT } from './lib/paths.mjs';

const HELP = `node run.mjs [--only CASE | --picture]

  --only CASE   runs one file of the folder cases, for example react
  --picture     makes the picture in the README of the emulator instead

KNOCK_EMULATOR=FILE names an emulator that is built already. Otherwise it is built.

It needs Node 20, Rust, and Chromium: on PATH, or in the environment variable CHROMIUM. As root on Debian, it installs the
package chromium if there is none.`;

/** The time limit of every program. */
const LONGEST_MS = 20 * 60_000;

const { values: options } = parseArgs({ options: { only: { type: 'string' }, picture: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });

function run(command, args, cwd = HERE) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: 'inherit', timeout: LONGEST_MS });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? `exit ${status}`}`);
}

/** Whether the packages are there, and no newer ones are locked. */
function isInstalled() {
  const installed = statSync(path.join(HERE, 'node_modules', '.package-lock.json'), { throwIfNoEntry: false });
  return installed !== undefined && installed.mtimeMs >= statSync(path.join(HERE, 'package-lock.json')).mtimeMs;
}

async function prepare() {
  mkdirSync(OUT, { recursive: true });
  if (!isInstalled()) run('npm', ['ci', '--ignore-scripts']);
  const { findChromium } = await import('./lib/browser.mjs');
  if (!findChromium()) {
    run('apt-get', ['update', '-qq']);
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']);
  }
  const { build } = await import('esbuild');
  await build({
    entryPoints: ['page/main.jsx', 'page/client.js'],
    absWorkingDir: HERE,
    outdir: OUT,
    entryNames: '[name]',
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"', 'process.env.CLIENT_PACKAGE_VERSION': '"test"' },
    logLevel: 'error',
  });
  if (!BUILT_EMULATOR) run('cargo', ['build', '--quiet', '--package', 'knock-emulator'], ROOT);
}

if (options.help) {
  console.log(HELP);
} else if (options.picture) {
  await prepare();
  run('node', ['picture.mjs']);
} else {
  await prepare();
  const cases = readdirSync(path.join(HERE, 'cases')).filter((file) => !options.only || file === `${options.only}.mjs`);
  if (cases.length === 0) throw new Error(`there is no case ${options.only}`);
  run('node', ['--test', '--test-concurrency=1', '--test-reporter=spec', ...cases.map((file) => path.join('cases', file))]);
}
