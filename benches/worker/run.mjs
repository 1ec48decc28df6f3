// Compares the Worker example with the same Worker on the official package, in workerd. See --help.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { BENCH_LOAD, HERE, OUT } from './lib/paths.mjs';
import { OTHERS, serve, stepAside } from './lib/process.mjs';

const HELP = `node benches/worker/run.mjs [--rounds N]

Installs and builds what is missing, then prints one JSON object per line for each run.`;

/** The folders, and their names in the results. */
const SUBJECTS = {
  'knock-worker': 'knock-worker',
  official: '@knocklabs/node 1.35.0',
  rust: 'Rust by hand',
  direct: 'JavaScript by hand',
  nothing: 'nothing',
};
const STARTED = ['knock-worker', 'official', 'rust', 'nothing'];

const ALERT = {
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ id: '17', user_id: 'jhammond', email: 'jhammond@ingen.net', dinosaur: 'trex' }),
};
const ALERT_FILE = path.join(OUT, 'alert.json');
const REQUESTS = {
  trigger: {
    folders: Object.keys(SUBJECTS),
    path: '/alerts',
    args: ['--method', 'POST', '--header', 'content-type: application/json', '--body', ALERT_FILE],
  },
  token: {
    // The Worker in Rust by hand signs none.
    folders: Object.keys(SUBJECTS).filter((folder) => folder !== 'rust'),
    path: '/token?user_id=jhammond',
    args: ['--method', 'GET'],
  },
};

const { values: options } = parseArgs({
  options: { rounds: { type: 'string', default: '5' }, help: { type: 'boolean', short: 'h' } },
});

async function main(rounds) {
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds ${options.rounds}: not a positive integer`);
  build();
  stepAside();
  writeFileSync(ALERT_FILE, ALERT.body);
  const servers = await startAll();
  // Imported here because it needs packages that the build installs.
  const { TURNS, firstResponse, load } = await import('./lib/measure.mjs');
  for (let round = 0; round < rounds; round += 1) {
    console.error(`worker: round ${round + 1} of ${rounds}`);
    for (const [name, { folders, ...request }] of Object.entries(REQUESTS)) {
      const turns = await load(folders.map((folder) => servers[folder]), request, round);
      folders.forEach((folder, index) =>
        turns[index].forEach((metrics, turn) => print('worker', name, SUBJECTS[folder], round * TURNS + turn, metrics)));
    }
    for (const folder of STARTED) print('worker start', 'first response', SUBJECTS[folder], round, await firstResponse(folder));
  }
}

/** Builds in a separate process, with its output on stderr. */
function build() {
  const { status } = spawnSync(process.execPath, [path.join(HERE, 'lib', 'build.mjs')], { stdio: ['ignore', 2, 2] });
  if (status !== 0) throw new Error('the build failed');
}

/** Starts all Workers and checks that they do their work. */
async function startAll() {
  const { checkAlert, checkToken } = await import('./lib/check.mjs');
  const { secrets } = await import('../../tests/edge/lib/knock.mjs');
  const { configure, startWorker } = await import('./lib/workerd.mjs');
  const { line: knock } = await serve(OTHERS, [BENCH_LOAD, 'serve']);
  const { KNOCK_API_KEY, KNOCK_BASE_URL, KNOCK_SIGNING_KEY } = secrets(knock.trim());
  const bindings = {
    KNOCK_API_KEY,
    KNOCK_BASE_URL,
    // As PEM, which the official package can read without Node's `Buffer`.
    KNOCK_SIGNING_KEY: Buffer.from(KNOCK_SIGNING_KEY, 'base64').toString(),
  };
  const servers = {};
  for (const [folder, subject] of Object.entries(SUBJECTS)) {
    configure(folder, bindings);
    servers[folder] = await startWorker(folder);
    if (folder === 'nothing') continue;
    await checkAlert(subject, servers[folder].url, ALERT);
    if (REQUESTS.token.folders.includes(folder)) await checkToken(subject, servers[folder].url);
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
