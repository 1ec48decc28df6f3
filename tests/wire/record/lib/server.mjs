// A loopback server that records requests and returns the given responses.

import http from 'node:http';

const OK = { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };

export async function startServer() {
  let seen = [];
  let replies = [];

  const server = http.createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => {
      seen.push({
        method: req.method,
        target: req.url,
        rawHeaders: req.rawHeaders,
        body: Buffer.concat(chunks),
      });
      answer(req, res, replies.shift() ?? OK);
    });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));

  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    /** Clears the recorded requests; `next` are the next responses, followed by 200 `{}`. */
    reset(next = []) {
      seen = [];
      replies = [...next];
    },
    get seen() {
      return seen;
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(req, res, reply) {
  if (reply.drop) return req.socket.destroy();
  if (reply.hang) return undefined;
  // Every attempt gets a new connection, so that a dropped one cannot affect the next.
  const headers = { connection: 'close', ...reply.headers };
  if (reply.truncate) {
    res.writeHead(reply.status, { ...headers, 'content-length': 1000 });
    res.write('{"partial":');
    setTimeout(() => req.socket.destroy(), 30);
    return undefined;
  }
  res.writeHead(reply.status, headers);
  res.end(reply.status === 204 ? undefined : reply.body);
  return undefined;
}
