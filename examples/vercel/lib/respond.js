// The response to an alert, in either runtime. The work is done in src/lib.rs.
import { notify } from '../pkg/knock_vercel.js';

export async function respond(request) {
  if (request.method !== 'POST') return new Response('POST an alert', { status: 405 });
  try {
    const run = await notify(process.env, await request.text());
    return Response.json({ workflow_run_id: run });
  } catch (error) {
    // A `Refusal` has a status and one line without personal data.
    const { status, message } = error;
    console.error(message);
    return new Response(status === 500 ? message : 'the alert could not be sent', { status: status ?? 500 });
  }
}
