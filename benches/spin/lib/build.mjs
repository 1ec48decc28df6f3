// Installs and builds everything that is measured. Its output is progress, not samples.
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { run } from '../../../tests/edge/lib/process.mjs';
import { timed } from '../../../tests/edge/lib/report.mjs';
import { buildComponent, installTools } from '../../../tests/edge/lib/tools.mjs';
import { EDGE, HERE, OUT, ROOT } from './paths.mjs';

await installTools(['spin']);
await timed('cargo build bench-load', () =>
  run('cargo', ['build', '--release', '-p', 'bench-load'], { cwd: ROOT, env: { CARGO_TARGET_DIR: path.join(ROOT, 'target') } }));

mkdirSync(OUT, { recursive: true });
// The source of the example without Spin variables, which wasmtime does not have.
await component('knock-spin', path.join(EDGE, 'spin-app'), 'edge_spin_app');
for (const name of ['direct', 'nothing']) await component(name, path.join(HERE, name), `bench_spin_${name}`);

async function component(name, folder, built) {
  copyFileSync(await buildComponent(`${name} for Spin`, folder, built), path.join(OUT, `${name}.wasm`));
}
