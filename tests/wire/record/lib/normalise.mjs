// Turns requests into recordings, without anything that varies between runs or machines.

const DROPPED = new Set([
  // Set by the HTTP client, not by the SDK.
  'host',
  'connection',
  'keep-alive',
  'date',
  'accept-encoding',
  'accept-language',
  'sec-fetch-mode',
  'transfer-encoding',
  // Recorded as `content_length`.
  'content-length',
]);

const RANDOM_KEY = /^stainless-node-retry-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function normaliseRequest(raw, { keep = [] } = {}) {
  const [path, query] = split(raw.target);
  const all = lowerCased(raw.rawHeaders);
  const headers = {};
  for (const name of Object.keys(all).sort()) {
    if (DROPPED.has(name)) continue;
    if (name.startsWith('x-stainless-') && !keep.includes(name)) continue;
    headers[name] = name === 'idempotency-key' ? normaliseKey(all[name]) : all[name];
  }
  const length = all['content-length'];
  return {
    method: raw.method,
    path,
    query,
    headers,
    content_length: length === undefined ? null : Number(length),
    ...normaliseBody(raw.body.toString('utf8')),
  };
}

export const normaliseKey = (key) => (RANDOM_KEY.test(key) ? '<random>' : key);

/** Returns the class of an error and its message, with the server's origin, if any, replaced. */
export function normaliseError(error, origin) {
  const name = error?.constructor?.name ?? typeof error;
  const message = String(error?.message ?? error);
  return { name, message: origin ? message.replaceAll(origin, '<origin>') : message };
}

export function lowerCased(rawHeaders) {
  const headers = {};
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i].toLowerCase();
    headers[name] = name in headers ? `${headers[name]}, ${rawHeaders[i + 1]}` : rawHeaders[i + 1];
  }
  return headers;
}

function split(target) {
  const at = target.indexOf('?');
  return at < 0 ? [target, null] : [target.slice(0, at), target.slice(at + 1)];
}

// `body_text` is omitted if it follows from `body`: compact JSON with the members in the same order.
function normaliseBody(text) {
  if (text === '') return { body: null };
  let body;
  try {
    body = JSON.parse(text);
  } catch {
    return { body: null, body_text: text };
  }
  const exact = body !== null && JSON.stringify(body) === text;
  return exact ? { body } : { body, body_text: text };
}
