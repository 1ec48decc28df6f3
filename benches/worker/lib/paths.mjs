// Paths.
import { createRequire } from 'node:module';
import path from 'node:path';

import { EXAMPLES, HERE as EDGE, ROOT } from '../../../tests/edge/lib/paths.mjs';

export { ROOT };
export const HERE = path.join(ROOT, 'benches', 'worker');
/** The Worker in Rust by hand. */
export const BY_HAND = path.join(HERE, 'rust');
export const EXAMPLE = path.join(EXAMPLES, 'cloudflare-worker');
/** Build output, which git ignores. */
export const OUT = path.join(ROOT, 'target', 'bench', 'worker');
export const BENCH_LOAD = path.join(ROOT, 'target', 'release', 'bench-load');

/** Returns the workerd binary of the edge tests; call it after they are installed. */
export const workerd = () => {
  const { default: binary } = createRequire(path.join(EDGE, 'package.json'))('workerd');
  return binary;
};
