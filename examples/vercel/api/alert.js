// POST /api/alert, in the Node.js runtime.
import { readFileSync } from 'node:fs';

import { respond } from '../lib/respond.js';
import { initSync } from '../pkg/knock_vercel.js';

initSync({ module: readFileSync(new URL('../pkg/knock_vercel_bg.wasm', import.meta.url)) });

export const POST = respond;
