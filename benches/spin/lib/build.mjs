// Installs and builds everything that is measured. Its output is progress, not samples.
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';

import { run } from '../../../tests/edge/lib/process.mjs';
import { timed } from '../../../tests/edge/lib/report.mjs';
import { buildSpinExample } from '../../../tests/edge/lib/spin_example.mjs';
import { buildComponent, installTools } from '../../../tests/edge/lib/tools.mjs';
import { HERE, OUT, ROOT } from './paths.mjs';

await installTools(['spin']);
await timed('cargo build bench-load', () =>
  run('cargo', ['build', '--release', '-p', 'bench-load'], { cwd: ROOT, env: { CARGO_TARGET_DIR: path.join(ROOT, 'target') } }));

mkdirSync(OUT, { recursive: true });
take('knock-spin', await buildSpinExample());
for (const name of ['direct', 'nothing']) {
  take(name, await buildComponent(`${name} for Spin`, path.join(HERE, name), `bench_spin_${name}`));
}

function take(name, component) {
  copyFileSync(component, path.join(OUT, `${name}.wasm`));
}
