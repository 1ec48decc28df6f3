// Compares the Spin example with the same app by hand, in wasmtime. See --help.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { BENCH_LOAD } from '../worker/lib/paths.mjs';
import { OTHERS, serve, stepAside } from '../worker/lib/process.mjs';
import { HERE, OUT } from './lib/paths.mjs';

const HELP = `node benches/spin/run.mjs [--rounds N]

Installs and builds what is missing, then prints one JSON object per line for each run.`;

/** The components, and their names in the results. */
const SUBJECTS = { 'knock-spin': 'knock-spin', direct: 'Rust by hand', nothing: 'nothing' };

const ALERT = JSON.stringify({ id: '17', user_id: 'jhammond', email: 'jhammond@ingen.net', dinosaur: 'trex' });
const ALERT_FILE = path.join(OUT, 'alert.json');
/** A turn is long enough for some fifty requests. */
const REQUESTS = {
  trigger: { path: '/alerts', args: ['--method', 'POST', '--body', ALERT_FILE], milliseconds: 250 },
  token: { path: '/token/jhammond', args: ['--method', 'GET'], milliseconds: 1000 },
};
/** wasmtime keeps compiled components in a cache, unless it is told otherwise. */
const STARTS = { 'first response, compiling': ['-Ccache=n'], 'first response, compiled before': ['-Ccache=y'] };

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, help: { type: 'boolean', short: 'h' } },
});

async function main(rounds) {
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${options.rounds}: not a positive integer`);
  build();
  stepAside();
  writeFileSync(ALERT_FILE, ALERT);
  // Imported here because it needs packages that the build installs.
  const { secrets } = await import('../../tests/edge/lib/knock.mjs');
  const { TURNS, firstResponse, load } = await import('./lib/measure.mjs');
  const { line: knock } = await serve(OTHERS, [BENCH_LOAD, 'serve']);
  const environment = secrets(knock.trim());
  const servers = await startAll(environment);
  const names = Object.keys(SUBJECTS);
  for (let round = 0; round < rounds; round += 1) {
    console.error(`spin: round ${round + 1} of ${rounds}`);
    for (const [name, request] of Object.entries(REQUESTS)) {
      const turns = await load(servers, request, round);
      names.forEach((subject, index) =>
        turns[index].forEach((metrics, turn) => print('spin', name, SUBJECTS[subject], round * TURNS + turn, metrics)));
    }
    for (const [start, flags] of Object.entries(STARTS)) {
      for (const name of names) print('spin start', start, SUBJECTS[name], round, await firstResponse(name, environment, flags));
    }
  }
}

/** Builds in a separate process, with its output on stderr. */
function build() {
  const { status } = spawnSync(process.execPath, [path.join(HERE, 'lib', 'build.mjs')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed');
}

/** Starts all components and checks that they do their work. */
async function startAll(environment) {
  const { checkComponent } = await import('./lib/check.mjs');
  const { startComponent } = await import('./lib/wasmtime.mjs');
  const servers = [];
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    const server = await startComponent(name, environment);
    if (name !== 'nothing') await checkComponent(subject, server.url, ALERT);
    servers.push(server);
  }
  return servers;
}

function print(table, name, subject, round, metrics) {
  console.log(JSON.stringify({ table, case: name, subject, round, metrics }));
}

if (options.help) {
  console.log(HELP);
} else {
  main(Number(options.rounds)).then(
    () => process.exit(0),
    (error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
}
