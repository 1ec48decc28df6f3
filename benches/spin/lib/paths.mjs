// Paths.
import path from 'node:path';

import { ROOT } from '../../../tests/edge/lib/paths.mjs';

export { ROOT };
export const HERE = path.join(ROOT, 'benches', 'spin');
/** Build output, which git ignores. */
export const OUT = path.join(ROOT, 'target', 'bench', 'spin');
