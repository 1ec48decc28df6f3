// Runs cases against the loopback server and returns their recordings.

import { methodAt } from './surface.mjs';
import { normaliseError, normaliseRequest } from './normalise.mjs';
import { matches } from './openapi.mjs';

/**
 * A case has `name`, `operation`, `method`, `args`, and optionally
 * - `client`: options of the client, `<origin>` standing for the server's origin;
 * - `env`: environment variables while the client is created and called;
 * - `firstResponse`: the response to the call itself; the request for the next page is recorded instead;
 * - `keep`: names of headers to keep that are otherwise dropped;
 * - `basePath`: a prefix of the operation's path.
 */
export async function runCase(server, makeClient, test) {
  const replies = test.firstResponse
    ? [{ status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(test.firstResponse) }]
    : [];
  server.reset(replies);

  const call = { method: test.method, args: test.args };
  if (test.firstResponse) call.first_response = test.firstResponse;
  const recording = { name: test.name, operation: test.operation };
  if (test.client) recording.client = test.client;
  if (test.env) recording.env = test.env;
  recording.call = call;

  let error = null;
  await withEnv(withOrigin(test.env ?? {}, server.origin), async () => {
    try {
      const client = makeClient(test.client && withOrigin(test.client, server.origin), server.origin, test.env);
      // A copy, because an SDK may modify its arguments.
      const result = await methodAt(client, test.method)(...structuredClone(test.args));
      if (test.firstResponse) await result.getNextPage();
    } catch (caught) {
      error = caught;
    }
  });

  const expected = test.firstResponse ? 2 : 1;
  if (error) {
    if (server.seen.length > 0) throw new Error(`${test.name}: threw after a request`, { cause: error });
    recording.error = normaliseError(error, server.origin);
    return recording;
  }
  if (server.seen.length !== expected) {
    throw new Error(`${test.name}: ${server.seen.length} requests where ${expected} should be`);
  }
  const request = normaliseRequest(server.seen.at(-1), { keep: test.keep });
  if (!matches(test.operation, request, test.basePath)) recording.off_operation = true;
  recording.request = request;
  return recording;
}

export async function withEnv(env, run) {
  const before = { ...process.env };
  for (const name of Object.keys(process.env)) if (name.startsWith('KNOCK_')) delete process.env[name];
  Object.assign(process.env, env);
  try {
    return await run();
  } finally {
    for (const name of Object.keys(process.env)) if (name.startsWith('KNOCK_')) delete process.env[name];
    for (const [name, value] of Object.entries(before)) process.env[name] = value;
  }
}

function withOrigin(value, origin) {
  return JSON.parse(JSON.stringify(value), (_, leaf) =>
    typeof leaf === 'string' ? leaf.replaceAll('<origin>', origin) : leaf,
  );
}
