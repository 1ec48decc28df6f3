// POST /api/alert-edge, in the Edge runtime.
import { notify, ready } from '../../../lib/edge.js';
import { respond } from '../../../lib/respond.js';

export const runtime = 'edge';

export const POST = (request) => respond(async () => {
  await ready();
  return { workflow_run_id: await notify(process.env, await request.text()) };
});
