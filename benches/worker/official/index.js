// The same Worker as examples/cloudflare-worker, written with @knocklabs/node.
import Knock, { APIError, signUserToken } from '@knocklabs/node';

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (request.method === 'POST' && url.pathname === '/alerts') return alert(request, env);
    if (request.method === 'GET' && url.pathname === '/token') return token(url, env);
    return new Response('not found', { status: 404 });
  },
};

/** Created once per isolate, as in the example. */
let knock;

async function alert(request, env) {
  const { user_id, email, dinosaur, id } = await request.json();
  if (![user_id, email, dinosaur, id].every((text) => typeof text === 'string')) {
    return new Response('user_id, email, dinosaur and id are required', { status: 400 });
  }
  try {
    knock ??= new Knock({ apiKey: env.KNOCK_API_KEY, baseURL: env.KNOCK_BASE_URL });
    await knock.users.update(user_id, { email });
    const run = await knock.workflows.trigger(
      'dinosaurs-loose',
      { recipients: [user_id], data: { dinosaur } },
      { headers: { 'Idempotency-Key': `alert-${id}` } },
    );
    return Response.json({ workflow_run_id: run.workflow_run_id });
  } catch (error) {
    console.error(error instanceof APIError ? `status ${error.status}` : error.name);
    return new Response('the alert could not be sent', { status: 502 });
  }
}

async function token(url, env) {
  const userId = url.searchParams.get('user_id');
  if (userId === null) return new Response('user_id is required', { status: 400 });
  const signed = await signUserToken(userId, { signingKey: env.KNOCK_SIGNING_KEY });
  return new Response(signed, { headers: { 'cache-control': 'no-store' } });
}
