// Loads the package in the Node.js runtime. What it exports is written in src/lib.rs.
import { readFileSync } from 'node:fs';

import { initSync } from '../pkg/knock_nextjs.js';

initSync({ module: readFileSync(new URL('../pkg/knock_nextjs_bg.wasm', import.meta.url)) });

export { email, notify } from '../pkg/knock_nextjs.js';
