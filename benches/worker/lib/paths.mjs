// Where things are.
import { createRequire } from 'node:module';
import path from 'node:path';

import { EXAMPLES, HERE as EDGE, ROOT } from '../../../tests/edge/lib/paths.mjs';

export { ROOT };
export const HERE = path.join(ROOT, 'benches', 'worker');
export const EXAMPLE = path.join(EXAMPLES, 'cloudflare-worker');
/** All that is made here, out of git's sight. */
export const OUT = path.join(ROOT, 'target', 'bench', 'worker');
export const BENCH_LOAD = path.join(ROOT, 'target', 'release', 'bench-load');

/** The runtime that the edge tests use; asked for once they are installed. */
export const workerd = () => {
  const { default: binary } = createRequire(path.join(EDGE, 'package.json'))('workerd');
  return binary;
};
