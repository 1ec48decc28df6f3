// A knock-emulator process, behind a wire tap, and a hostile server beside it.
import http from 'node:http';

import { startHostile } from './hostile.mjs';
import { EMULATOR } from './paths.mjs';
import { serve } from './process.mjs';

export const API_KEY = 'sk_test_emulator';

/** Starts an emulator. `url` leads to it through the tap; `heads` are the heads of requests on the wire. */
export async function startEmulator() {
  const emulator = await serve(EMULATOR, ['--port', '0'], /Knock emulator at (http:\/\/[\d.:]+)/);
  const direct = emulator.found[1];
  const hostile = await startHostile();
  const tap = await startTap(new URL(direct), hostile.places);
  return {
    ...attach(direct),
    url: tap.url,
    heads: tap.heads,
    stop: async () => {
      tap.stop();
      hostile.stop();
      await emulator.stop();
    },
  };
}

/** Controls an emulator that runs at a URL. */
export function attach(url) {
  const control = async (method, endpoint, body) => {
    const response = await fetch(`${url}/_emulator/${endpoint}`, {
      method,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!response.ok) throw new Error(`${endpoint} of the emulator returns ${response.status}`);
    return response.status === 204 ? undefined : response.json();
  };
  return {
    reset: () => control('POST', 'reset'),
    fault: (fault) => control('POST', 'faults', fault),
    runs: async () => (await control('GET', 'runs')).entries,
    requests: async () => (await control('GET', 'requests')).entries,
  };
}

/**
 * Forwards everything, broken connections included, and keeps the heads of requests as they are on the wire. It tells the
 * scenario where the hostile server is.
 */
async function startTap(target, places) {
  const heads = [];
  const server = http.createServer((request, response) => {
    if (request.url === '/_emulator/hostile') {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(places));
      return;
    }
    heads.push({ method: request.method, url: request.url, headers: request.rawHeaders });
    const onward = http.request(target, {
      method: request.method,
      path: request.url,
      headers: request.rawHeaders,
      agent: false,
    });
    onward.on('response', (incoming) => {
      response.writeHead(incoming.statusCode, incoming.rawHeaders);
      incoming.pipe(response);
      incoming.on('error', () => response.destroy());
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    request.pipe(onward);
  });
  server.keepAliveTimeout = 60_000;
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    heads,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Checks that no request is chunked or lacks its length, and that each is authorized. */
export function checkHeads(heads) {
  const calls = heads.filter(({ url }) => !url.startsWith('/_emulator/'));
  if (calls.length === 0) throw new Error('no request was sent');
  for (const { method, url, headers } of calls) {
    const values = (name) => headers.filter((_, index) => index % 2 === 1 && headers[index - 1].toLowerCase() === name);
    const where = `${method} ${url.slice(0, 80)}`;
    if (values('transfer-encoding').length > 0) throw new Error(`${where} is sent chunked`);
    if (method !== 'GET' && method !== 'DELETE' && values('content-length').length !== 1) {
      throw new Error(`${where} has ${values('content-length').length} content-length headers`);
    }
    const authorization = values('authorization');
    if (authorization.length !== 1 || !/^Bearer sk_test_\w+$/.test(authorization[0])) {
      throw new Error(`${where} has no valid authorization`);
    }
  }
  return calls.length;
}
