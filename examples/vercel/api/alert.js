// POST /api/alert, in the Node.js runtime.
import { readFileSync } from 'node:fs';

import { respond } from '../lib/respond.js';
import { initSync, notify } from '../pkg/knock_vercel.js';

initSync({ module: readFileSync(new URL('../pkg/knock_vercel_bg.wasm', import.meta.url)) });

export const POST = (request) => respond(async () => ({
  workflow_run_id: await notify(process.env, await request.text()),
}));
