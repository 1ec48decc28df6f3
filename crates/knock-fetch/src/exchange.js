// One request and its response. Each crossing between WebAssembly and JavaScript has its price, so what `transport.rs`
// needs goes across at once: a text and the body on the way out, and a list on the way back.

/** The client that Deno sends with after an attempt has timed out. Before that and on other hosts there is none. */
let client;

/**
 * Leaves the connections of an attempt that timed out. One of them may be dead, and Deno would use it again for every later
 * request: over HTTP/2 it has only one for each server. Requests that are on their way over the others still end.
 */
function leave(used) {
  const { Deno } = globalThis;
  // Another attempt on the same connections may have left them before.
  if (used !== client || typeof Deno?.createHttpClient !== 'function') return;
  client?.close();
  client = Deno.createHttpClient({});
}

/** A request that is on its way. Its `outcome` is a promise that is never rejected. */
export class Exchange {
  #controller = new AbortController();

  /**
   * Sends a request. `head` has a line for the method, the URL, and the name and the value of each header.
   *
   * The outcome is the status, a text with two lines for each header, and the body; or a word that says what happened
   * instead, and what the error of the host tells.
   */
  constructor(head, body, milliseconds, limit) {
    // A copy, because the memory of WebAssembly changes while the host sends.
    const copy = body.length ? body.slice() : undefined;
    const used = client;
    this.outcome = new Promise((resolve) => {
      // This does not rely on the host to end a request that is aborted.
      const timer = setTimeout(() => {
        resolve(['timeout']);
        this.abort();
        leave(used);
      }, milliseconds);
      const settle = (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      };
      exchange(head, copy, limit, this.#controller).then(settle, (error) => settle(['failed', ...clue(error)]));
    });
  }

  abort() {
    this.#controller.abort();
  }
}

async function exchange(head, body, limit, controller) {
  if (typeof fetch !== 'function') return ['refused'];
  let request;
  try {
    request = requestOf(head, body, controller.signal);
  } catch {
    return ['refused'];
  }
  // A replaced `fetch` that throws may have sent the request first.
  const response = await fetch(request, client && { client });
  // A browser hides where a redirect leads.
  if (response.status === 0) return ['hidden'];
  if (response.redirected || (response.url && response.url !== request.url)) return ['followed'];
  try {
    const content = await read(response, limit);
    if (content) return [response.status, linesOf(response.headers), content];
  } catch (error) {
    return ['broken', ...clue(error)];
  }
  controller.abort();
  return ['large'];
}

function requestOf(head, body, signal) {
  const [method, url, ...lines] = head.split('\n');
  // Hosts take an object faster than a list of pairs. It has no prototype, since a header may be called `constructor`.
  const headers = { __proto__: null };
  for (let line = 0; line + 1 < lines.length; line += 2) {
    const [name, value] = [lines[line], lines[line + 1]];
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return new Request(url, { method, headers, body, redirect: 'manual', signal });
}

function linesOf(headers) {
  let lines = '';
  for (const [name, value] of headers) lines += `${name}\n${value}\n`;
  return lines;
}

/** Reads a body up to a limit, which applies to what the host has unpacked. Returns nothing if it is larger. */
async function read(response, limit) {
  const length = response.headers.get('content-length');
  // If the body is packed, it is even larger.
  if (Number(length) > limit) return undefined;
  if (!response.body) return new Uint8Array();
  return length !== null && isPlain(response) ? readAtOnce(response, limit) : readInChunks(response, limit);
}

/**
 * Whether a body is known to be no larger than its length. A browser hides the encoding of another origin's, not its length.
 * If the body comes in chunks, Deno passes on a length that does not count.
 */
function isPlain(response) {
  const { headers } = response;
  return response.type !== 'cors' && !headers.has('content-encoding') && !headers.has('transfer-encoding');
}

/** Reads a body whose size is known, which costs a host far less than chunks. */
async function readAtOnce(response, limit) {
  const all = new Uint8Array(await response.arrayBuffer());
  // Some hosts that are not tested may still hide an encoding.
  return all.length > limit ? undefined : all;
}

async function readInChunks(response, limit) {
  const chunks = [];
  let size = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return whole(chunks, size);
    size += value.length;
    if (size > limit) return undefined;
    chunks.push(value);
  }
}

function whole(chunks, size) {
  if (chunks.length === 1) return chunks[0];
  const all = new Uint8Array(size);
  let start = 0;
  for (const chunk of chunks) {
    all.set(chunk, start);
    start += chunk.length;
  }
  return all;
}

/** What an error tells. Node and Deno tell it in its `cause`, Bun in the error itself. */
function clue(error) {
  const cause = error?.cause && typeof error.cause === 'object' ? error.cause : error;
  // An error with others in it is that of a host with several addresses.
  const connecting = cause?.syscall === 'connect' || typeof cause?.errors === 'object';
  return [cause?.code, connecting, cause?.message];
}
