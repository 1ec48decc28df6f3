// Runs the SDK and its examples in real edge runtimes. See --help.
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';

import { checkExchange } from './lib/exchange_check.mjs';
import { BUILT_EMULATOR, EXAMPLES } from './lib/paths.mjs';
import { checkProcesses } from './lib/process_check.mjs';
import { Report, title } from './lib/report.mjs';
import { checkVersions } from './lib/versions.mjs';

const HELP = `node run.mjs [--only TARGET] [--install] [--sizes] [--update-sizes]

  --only TARGET    runs one target only: worker, spin, vercel, next, node, deno or bun
  --install        only installs what is missing
  --sizes          only builds, and compares sizes
  --update-sizes   only builds, and rewrites sizes.json

With EDGE_EXAMPLES=FOLDER in the environment, the examples in a folder are run instead of the repository's. Those in
target/packages/examples, where cargo xtask package makes them, depend on the packages as crates.io would get them.

KNOCK_EMULATOR=FILE names an emulator that is built already.

The first run installs what is missing into target/edge. It takes about 20 minutes on two idle cores, and 15 if the tools
are there but nothing is built yet. Five minutes of CPU time are for worker-build and wasm-bindgen, which have to be compiled.`;
/** The hosts that are programs. They mostly wait, so they run at the same time. */
const PROGRAMS = ['node', 'deno', 'bun'];
const TARGETS = ['worker', 'spin', 'vercel', 'next', ...PROGRAMS];
/** The time limit of a target, its first build included. */
const LONGEST_TARGET = 40 * 60_000;

const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    install: { type: 'boolean' },
    sizes: { type: 'boolean' },
    'update-sizes': { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

async function main() {
  const targets = options.only ? [options.only] : TARGETS;
  if (options.only && !TARGETS.includes(options.only)) throw new Error(`--only ${options.only}: must be one of ${TARGETS}`);
  const start = performance.now();
  const report = new Report();
  const tools = await import('./lib/tools.mjs');
  if (options.install) {
    await tools.installTools(targets);
    return 0;
  }
  console.log(`the examples in ${EXAMPLES}`);
  title('the harness');
  await checkProcesses(report);
  await checkExchange(report);
  await report.step('the README has the versions of the hosts', checkVersions);
  await tools.installTools(targets);
  if (!options.sizes && !options['update-sizes']) {
    if (!BUILT_EMULATOR) await tools.buildEmulator();
    for (const target of targets.filter((name) => !PROGRAMS.includes(name))) await runTarget(target, report);
    await Promise.all(targets.filter((name) => PROGRAMS.includes(name)).map((target) => runTarget(target, report)));
  }
  const { checkSizes } = await import('./lib/sizes.mjs');
  await checkSizes(report, targets, options['update-sizes']);
  console.log(`\nin ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return report.end();
}

/** Runs a target, and prints its steps: those of a program when it has ended. */
async function runTarget(name, report) {
  const silent = PROGRAMS.includes(name);
  if (!silent) title(name);
  const child = fork(new URL('./lib/target.mjs', import.meta.url), [name], { silent });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => { output += text; });
  // It ends its own children first.
  const stop = () => child.kill('SIGTERM');
  process.once('exit', stop);
  const timer = setTimeout(stop, LONGEST_TARGET);
  let result;
  child.on('message', (message) => { result = message; });
  const code = await new Promise((resolve) => { child.once('close', resolve); });
  clearTimeout(timer);
  process.off('exit', stop);
  if (silent) {
    title(name);
    process.stdout.write(output);
  }
  report.passed += result?.passed ?? 0;
  report.failed += result?.failed ?? 0;
  if (!result) report.add(`${name}: it runs to its end`, `its process ended with ${code}`);
}

if (options.help) {
  console.log(HELP);
} else {
  main().then(
    (code) => process.exit(code),
    (error) => {
      console.error(`\n${error.message}\n\n0 passed, 1 failed`);
      process.exit(1);
    },
  );
}
