// The example for Spin without Spin variables, which wasmtime does not have.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { EXAMPLES, OUT } from './paths.mjs';
import { copyExample } from './readme.mjs';
import { buildComponent } from './tools.mjs';

const FOLDER = path.join(OUT, 'spin-app');
/** What it takes of knock-spin. */
const FEATURES = ['default-features = false', 'features = ["rsa"]'];

/** Builds a copy of the example, and returns the path of the component. */
export function buildSpinExample() {
  copyExample(path.join(EXAMPLES, 'spin-app'), FOLDER);
  const file = path.join(FOLDER, 'Cargo.toml');
  writeFileSync(file, withoutVariables(readFileSync(file, 'utf8')));
  return buildComponent('examples/spin-app for wasmtime', FOLDER, 'edge_spin_app');
}

function withoutVariables(manifest) {
  const changed = manifest
    // So that it does not replace the other build.
    .replace('name = "knock-spin-app"', 'name = "edge-spin-app"')
    // As the example has it, and as `cargo xtask package` does.
    .replace(/^knock-spin = \{ (.+) \}$/m, `knock-spin = { $1, ${FEATURES.join(', ')} }`)
    .replace(/^\[dependencies\.knock-spin\]$/m, `$&\n${FEATURES.join('\n')}`);
  if (!changed.includes(FEATURES[0])) throw new Error('the manifest of the example has no knock-spin');
  return changed;
}
