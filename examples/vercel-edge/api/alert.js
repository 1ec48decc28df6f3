// POST /api/alert: a Vercel Edge Function that sends a notification. The work is done in src/lib.rs.
import { initSync, notify } from '../pkg/knock_vercel_edge.js';
import wasm from '../pkg/knock_vercel_edge_bg.wasm?module';

export const config = { runtime: 'edge' };

initSync({ module: wasm });

export default async function handler(request) {
  if (request.method !== 'POST') return new Response('POST an alert', { status: 405 });
  const { KNOCK_API_KEY, KNOCK_BASE_URL } = process.env;
  try {
    const run = await notify(KNOCK_API_KEY ?? '', KNOCK_BASE_URL, await request.text());
    return Response.json({ workflow_run_id: run });
  } catch (refusal) {
    console.error(refusal.message);
    const { status = 500 } = refusal;
    return new Response('the alert could not be sent', { status });
  }
}
