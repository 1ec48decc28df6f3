// A knock-emulator process, with a wire tap before it.
import http from 'node:http';
import path from 'node:path';

import { OUT } from './paths.mjs';
import { serve } from './process.mjs';

export const API_KEY = 'sk_test_emulator';

/** Starts an emulator; `url` leads to it through the tap, whose `heads` are what stood on the wire. */
export async function startEmulator() {
  const binary = path.join(OUT, 'host', 'debug', 'knock-emulator');
  const emulator = await serve(binary, ['--port', '0'], /Knock emulator at (http:\/\/[\d.:]+)/);
  const direct = emulator.found[1];
  const tap = await startTap(new URL(direct));
  const control = async (method, endpoint, body) => {
    const answer = await fetch(`${direct}/_emulator/${endpoint}`, {
      method,
      body: body && JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    if (!answer.ok) throw new Error(`the emulator answers ${answer.status} to ${endpoint}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  return {
    url: tap.url,
    heads: tap.heads,
    reset: () => control('POST', 'reset'),
    fault: (fault) => control('POST', 'faults', fault),
    runs: async () => (await control('GET', 'runs')).entries,
    requests: async () => (await control('GET', 'requests')).entries,
    stop: async () => {
      tap.stop();
      await emulator.stop();
    },
  };
}

/** Forwards everything, a connection that breaks included, and keeps the heads of requests as they came. */
async function startTap(target) {
  const heads = [];
  const server = http.createServer((request, response) => {
    heads.push({ method: request.method, url: request.url, headers: request.rawHeaders });
    const onward = http.request(target, {
      method: request.method,
      path: request.url,
      headers: request.rawHeaders,
      agent: false,
    });
    onward.on('response', (answer) => {
      response.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(response);
      answer.on('error', () => response.destroy());
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

/** What no request may be like, whatever the platform: chunked, or with a body of unsaid length. */
export function checkHeads(heads) {
  const calls = heads.filter(({ url }) => !url.startsWith('/_emulator/'));
  if (calls.length === 0) throw new Error('no request came over the wire');
  for (const { method, url, headers } of calls) {
    const values = (name) => headers.filter((_, index) => index % 2 === 1 && headers[index - 1].toLowerCase() === name);
    const where = `${method} ${url.slice(0, 80)}`;
    if (values('transfer-encoding').length > 0) throw new Error(`${where} is sent chunked`);
    if (method !== 'GET' && method !== 'DELETE' && values('content-length').length !== 1) {
      throw new Error(`${where} has ${values('content-length').length} content-length headers`);
    }
    const authorization = values('authorization');
    if (authorization.length !== 1 || !/^Bearer sk_test_\w+$/.test(authorization[0])) {
      throw new Error(`${where} has no right authorization`);
    }
  }
  return calls.length;
}
