// GET /api/users/jhammond, in the Node.js runtime.
import { email } from '../../../../lib/node.js';
import { respond } from '../../../../lib/respond.js';

export const GET = (request, { params }) => respond(async () => ({
  email: await email(process.env, (await params).id),
}));
