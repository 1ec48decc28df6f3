// POST /api/alert-edge, in the Edge runtime.
import { respond } from '../lib/respond.js';
import init, { notify } from '../pkg/knock_vercel.js';
import wasm from '../pkg/knock_vercel_bg.wasm?module';

export const config = { runtime: 'edge' };

export default function handler(request) {
  if (request.method !== 'POST') return new Response('POST an alert', { status: 405 });
  return respond(async () => {
    // Loads it once. `initSync` would not do: `vercel dev` makes the module in another realm, so it is no `instanceof` ours.
    await init({ module_or_path: wasm });
    return { workflow_run_id: await notify(process.env, await request.text()) };
  });
}
