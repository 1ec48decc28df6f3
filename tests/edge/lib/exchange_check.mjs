// Checks of exchange.js that no server can cause, with a `fetch` that is not the host's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from './paths.mjs';

const HEAD = ['POST', 'https://api.knock.app/v1/users/jhammond', 'constructor', '1', 'x-two', '1', 'x-two', '2'].join('\n');

export async function checkExchange(report) {
  const source = readFileSync(path.join(ROOT, 'crates', 'knock-fetch', 'src', 'exchange.js'));
  // It is no file of a JavaScript package, so Node would have to guess that it is a module.
  const { Exchange } = await import(`data:text/javascript;base64,${source.toString('base64')}`);
  const outcome = async (respond) => {
    const { fetch } = globalThis;
    globalThis.fetch = respond;
    try {
      return await new Exchange(HEAD, new Uint8Array([123, 125]), 10_000, 100).outcome;
    } finally {
      globalThis.fetch = fetch;
    }
  };
  const body = (size, headers) => async () => new Response('x'.repeat(size), { headers });

  await report.step('exchange: a repeated header is joined, and may have any name', async () => {
    let headers;
    await outcome(async (request) => {
      headers = request.headers;
      return new Response();
    });
    assert.equal(headers.get('x-two'), '1, 2');
    assert.equal(headers.get('constructor'), '1');
  });
  await report.step('exchange: the limit holds, whatever length is announced', async () => {
    for (const headers of [{}, { 'content-length': '1' }, { 'content-length': '1', 'content-encoding': 'gzip' }]) {
      assert.deepEqual(await outcome(body(101, headers)), ['large']);
      const [status, , content] = await outcome(body(100, headers));
      assert.deepEqual([status, content.length], [200, 100]);
    }
    assert.deepEqual(await outcome(body(0, { 'content-length': '101' })), ['large']);
  });
  await report.step('exchange: Deno leaves the connections of an attempt that timed out', async () => {
    const { Exchange } = await import(`data:text/javascript;base64,${source.toString('base64')}#deno`);
    const { fetch } = globalThis;
    const open = new Set();
    const used = [];
    let made = 0;
    globalThis.Deno = {
      createHttpClient: () => {
        const client = { name: (made += 1), close: () => open.delete(client) };
        open.add(client);
        return client;
      },
    };
    globalThis.fetch = async (request, init) => {
      used.push(init?.client.name);
      return request.method === 'GET' ? new Promise(() => {}) : new Response();
    };
    const send = async (method) => (await new Exchange(`${method}\nhttps://api.knock.app/`, new Uint8Array(), 20, 100).outcome)[0];
    try {
      assert.deepEqual([await send('PUT'), await send('GET'), await send('PUT')], [200, 'timeout', 200]);
      // Attempts that time out together leave their connections once.
      assert.deepEqual(await Promise.all([send('GET'), send('GET')]), ['timeout', 'timeout']);
      assert.equal(await send('PUT'), 200);
      assert.deepEqual(used, [undefined, undefined, 1, 1, 1, 2]);
      assert.deepEqual([...open].map((client) => client.name), [2]);
    } finally {
      globalThis.fetch = fetch;
      delete globalThis.Deno;
    }
  });
  await report.step('exchange: a body that may be packed is read no further than the limit', async () => {
    // Like that of another origin in a browser: it shows the length, and hides that it is the packed one.
    const endless = (type, headers) => async () => {
      const stream = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(101)) });
      return Object.defineProperty(new Response(stream, { headers }), 'type', { value: type });
    };
    assert.deepEqual(await outcome(endless('cors', { 'content-length': '1' })), ['large']);
    assert.deepEqual(await outcome(endless('basic', { 'content-length': '1', 'content-encoding': 'gzip' })), ['large']);
    // With both, the length does not count.
    assert.deepEqual(await outcome(endless('basic', { 'content-length': '1', 'transfer-encoding': 'chunked' })), ['large']);
  });
}
