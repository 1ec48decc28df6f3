// A server that behaves badly. The first segment of the path is the fault, so that the base URL of a client selects it.
import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';

const USER = JSON.stringify({ __typename: 'User', id: 'jhammond', created_at: null, updated_at: '2026-09-21T14:13:20Z' });
const LOGIN = '<!DOCTYPE html><html><body><form action="/login">Sign in to the guest network</form></body></html>';
/** The size of the body of `sized`. */
const SIZED = 4000;
const CHUNK = Buffer.alloc(16 * 1024, ' ');
/** 20 MB of JSON, in about 20 KB. */
const BOMB = gzipSync(JSON.stringify({ id: 'jhammond', name: ' '.repeat(20_000_000) }));
const JSON_TYPE = { 'content-type': 'application/json' };
/** Lets a page of another origin read the response. */
const ANY_PAGE = { 'access-control-allow-origin': '*' };

/** What each fault does to a request that has arrived completely. */
const FAULTS = {
  redirect: (_, response, { status, elsewhere }) => {
    response.writeHead(status, { location: `${elsewhere}/path?token=abc` }).end();
  },
  html: (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(LOGIN),
  text: (_, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('OK'),
  silent: () => {},
  'silent-body': (_, response) => {
    response.writeHead(200, JSON_TYPE);
    response.write('{"id": ');
  },
  drip: (_, response) => {
    response.writeHead(200, JSON_TYPE);
    const timer = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(timer));
  },
  endless: (_, response) => {
    response.writeHead(200, JSON_TYPE);
    pour(response);
  },
  // With a length that does not count, since the body comes in chunks. Node would not send both.
  'endless-sized': (request) => {
    request.socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\ntransfer-encoding: chunked\r\n\r\n');
    pour(request.socket, Buffer.concat([Buffer.from(`${CHUNK.length.toString(16)}\r\n`), CHUNK, Buffer.from('\r\n')]));
  },
  announced: (_, response) => response.writeHead(200, { ...JSON_TYPE, 'content-length': 10_000_000 }).flushHeaders(),
  bomb: (_, response) => response.writeHead(200, { ...JSON_TYPE, 'content-encoding': 'gzip' }).end(BOMB),
  // With its length, and without its end: whoever unpacks all of it before looking at the size waits.
  'bomb-sized': (_, response) => {
    response.writeHead(200, { ...JSON_TYPE, ...ANY_PAGE, 'content-encoding': 'gzip', 'content-length': BOMB.length });
    response.write(BOMB.subarray(0, -8));
  },
  sized: (_, response) => {
    // Without a length, in two chunks.
    response.writeHead(200, JSON_TYPE);
    response.write(USER);
    response.end(' '.repeat(SIZED - USER.length));
  },
  reset: (request) => request.socket.resetAndDestroy(),
  'reset-body': (request, response) => {
    response.writeHead(200, JSON_TYPE);
    response.write(USER, () => request.socket.resetAndDestroy());
  },
  close: (request) => request.socket.destroy(),
  'short-body': (request, response) => {
    response.writeHead(200, { ...JSON_TYPE, 'content-length': USER.length + 100 });
    response.write(USER, () => request.socket.end());
  },
  'no-last-chunk': (request, response) => {
    response.writeHead(200, JSON_TYPE);
    response.write(USER, () => request.socket.end());
  },
  garbage: (request) => request.socket.end('SSH-2.0-OpenSSH_9.2\r\n'),
};

/** Writes until the other side closes the connection. */
function pour(response, chunk = CHUNK) {
  while (!response.destroyed && response.write(chunk));
  if (!response.destroyed) response.once('drain', () => pour(response, chunk));
}

/** Starts the server, and a second origin that must never be reached. */
export async function startHostile() {
  const elsewhere = await startElsewhere();
  /** The requests since the last reset, except those to `/control`. */
  let seen = [];
  /** The number of responses that have begun and not ended. */
  let open = 0;
  const server = http.createServer((request, response) => {
    const [, fault, detail] = request.url.split('/');
    if (fault === 'control') {
      if (request.method === 'POST') {
        seen = [];
        elsewhere.seen.length = 0;
      }
      response.writeHead(200, JSON_TYPE).end(JSON.stringify({ seen, open, elsewhere: elsewhere.seen }));
      return;
    }
    seen.push({ method: request.method, url: request.url, key: request.headers['idempotency-key'] ?? null });
    open += 1;
    response.on('close', () => { open -= 1; });
    response.on('error', () => {});
    request.on('error', () => {});
    request.resume().on('end', () => FAULTS[fault](request, response, { status: Number(detail), elsewhere: elsewhere.url }));
  });
  const url = await listen(server);
  const full = await fullQueue();
  const mute = await startMute();
  const places = { url, elsewhere: elsewhere.url, closed: await closedPort(), full: full.url, mute: mute.url };
  return {
    places,
    stop: () => {
      full.stop();
      mute.stop();
      for (const each of [server, elsewhere.server]) {
        each.closeAllConnections?.();
        each.close();
      }
    },
  };
}

/** A listener that records whatever arrives, be it HTTP or not, and even if it is only a connection. */
async function startElsewhere() {
  const seen = [];
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    response.writeHead(200, JSON_TYPE).end('{}');
  });
  server.on('connection', () => seen.push('a connection'));
  server.on('clientError', (_, socket) => socket.destroy());
  return { server, seen, url: await listen(server) };
}

/** A listener that accepts connections and never says a word, so that TLS does not begin. */
async function startMute() {
  const sockets = new Set();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket)).resume();
  });
  const url = await listen(server);
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: url.replace('http:', 'https:'), stop };
}

async function listen(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/** The URL of a port on which nothing listens. */
async function closedPort() {
  const server = net.createServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

/** Listens, and then blocks its thread, so that nobody accepts the connections. */
const LISTENER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const server = require('node:net').createServer();
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    Atomics.wait(workerData, 0, 0);
  });
`;

/** An address where connecting takes for ever, because the queue of connections is full. */
async function fullQueue() {
  const wake = new Int32Array(new SharedArrayBuffer(4));
  const thread = new Worker(LISTENER, { eval: true, workerData: wake });
  const [port] = await once(thread, 'message');
  const sockets = [];
  const stop = () => {
    for (const socket of sockets) socket.destroy();
    Atomics.store(wake, 0, 1);
    Atomics.notify(wake, 0);
    return thread.terminate();
  };
  while (sockets.length < 16) {
    const socket = net.connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    const connected = await Promise.race([once(socket, 'connect'), after(200)]);
    if (!connected) return { url: `http://127.0.0.1:${port}`, stop };
  }
  await stop();
  throw new Error('the queue of connections does not fill');
}
