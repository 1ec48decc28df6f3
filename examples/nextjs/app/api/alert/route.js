// POST /api/alert, in the Node.js runtime.
import { notify } from '../../../lib/node.js';
import { respond } from '../../../lib/respond.js';

export const POST = (request) => respond(async () => ({
  workflow_run_id: await notify(process.env, await request.text()),
}));
