// Installs and builds everything that is measured. Its output is progress, not samples.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { npmBin } from '../../../tests/edge/lib/paths.mjs';
import { run } from '../../../tests/edge/lib/process.mjs';
import { timed } from '../../../tests/edge/lib/report.mjs';
import { buildWorker, installTools } from '../../../tests/edge/lib/tools.mjs';
import { BY_HAND, EXAMPLE, HERE, OUT, ROOT } from './paths.mjs';

await installTools(['worker']);
await timed('npm ci', () => run('npm', ['ci', '--ignore-scripts'], { cwd: HERE, minutes: 10 }));
await timed('cargo build bench-load', () =>
  run('cargo', ['build', '--release', '-p', 'bench-load'], { cwd: ROOT, env: { CARGO_TARGET_DIR: path.join(ROOT, 'target') } }));

await rust('knock-worker', EXAMPLE);
await rust('rust', BY_HAND);
for (const name of ['official', 'direct', 'nothing']) await bundle(name);

/** Builds a Worker in Rust. */
async function rust(name, source) {
  await buildWorker(path.relative(ROOT, source), source);
  const folder = emptied(name);
  for (const file of ['index.js', 'index_bg.wasm']) copyFileSync(path.join(source, 'build', file), path.join(folder, file));
}

/** Bundles a Worker with the esbuild options that wrangler uses. */
function bundle(name) {
  const flags = [
    '--bundle', '--minify', '--format=esm', '--target=es2024', '--platform=neutral',
    '--conditions=workerd,worker,browser', '--main-fields=browser,module,main',
  ];
  const out = path.join(emptied(name), 'index.js');
  return run(npmBin('esbuild'), [...flags, `--outfile=${out}`, path.join(HERE, name, 'index.js')]);
}

function emptied(name) {
  const folder = path.join(OUT, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}
