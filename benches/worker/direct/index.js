// The same Worker in plain JavaScript, without libraries, retries or timeouts: the upper bound.

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (request.method === 'POST' && url.pathname === '/alerts') return alert(request, env);
    if (request.method === 'GET' && url.pathname === '/token') return token(url, env);
    return new Response('not found', { status: 404 });
  },
};

async function alert(request, env) {
  const { user_id, email, dinosaur, id } = await request.json();
  await send(env, 'PUT', `/v1/users/${encodeURIComponent(user_id)}`, {}, { email });
  const run = await send(
    env,
    'POST',
    '/v1/workflows/dinosaurs-loose/trigger',
    { 'idempotency-key': `alert-${id}` },
    { recipients: [user_id], data: { dinosaur } },
  );
  return Response.json({ workflow_run_id: run.workflow_run_id });
}

async function send(env, method, path, headers, body) {
  const response = await fetch(env.KNOCK_BASE_URL + path, {
    method,
    headers: {
      authorization: `Bearer ${env.KNOCK_API_KEY}`,
      accept: 'application/json',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

const ALGORITHM = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
const HEADER = base64Url({ alg: 'RS256', typ: 'JWT' });

/** Imported once per isolate, as in the example. */
let key;

function importKey(env) {
  const der = Uint8Array.fromBase64(env.KNOCK_SIGNING_KEY.replace(/-----[A-Z ]+-----/g, ''));
  return crypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
}

async function token(url, env) {
  const userId = url.searchParams.get('user_id');
  key ??= await importKey(env);
  const issued = Math.floor(Date.now() / 1000);
  const input = `${HEADER}.${base64Url({ sub: userId, iat: issued, exp: issued + 3600 })}`;
  const signature = await crypto.subtle.sign(ALGORITHM.name, key, new TextEncoder().encode(input));
  const signed = `${input}.${encoded(new Uint8Array(signature))}`;
  return new Response(signed, { headers: { 'cache-control': 'no-store' } });
}

function base64Url(value) {
  return encoded(new TextEncoder().encode(JSON.stringify(value)));
}

function encoded(bytes) {
  return bytes.toBase64({ alphabet: 'base64url', omitPadding: true });
}
