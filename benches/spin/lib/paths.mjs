// Paths.
import path from 'node:path';

import { ROOT, HERE as EDGE } from '../../../tests/edge/lib/paths.mjs';

export { EDGE, ROOT };
export const HERE = path.join(ROOT, 'benches', 'spin');
/** Build output, which git ignores. */
export const OUT = path.join(ROOT, 'target', 'bench', 'spin');
