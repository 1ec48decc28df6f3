// Checks of the cases against Knock's OpenAPI document.

import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const DEFAULT = fileURLToPath(new URL('../../../../../shared/knock-openapi.json', import.meta.url));

/** Returns the document, or null, with a message on stderr, if there is none. */
export function loadOpenapi() {
  const path = process.env.KNOCK_OPENAPI || DEFAULT;
  if (!existsSync(path)) {
    console.error(`no OpenAPI document at ${path} (set KNOCK_OPENAPI): operations are not checked`);
    return null;
  }
  return JSON.parse(readFileSync(path, 'utf8'));
}

export function findOperation(document, operation) {
  const [method, template] = operation.split(' ');
  return document.paths[template]?.[method.toLowerCase()];
}

/** Returns whether a recorded request would be routed to the operation. */
export function matches(operation, request, basePath = '') {
  const [method, template] = operation.split(' ');
  if (method !== request.method || !request.path.startsWith(basePath)) return false;
  const want = template.split('/');
  const have = request.path.slice(basePath.length).split('/');
  return (
    want.length === have.length &&
    want.every((segment, i) => (segment.startsWith('{') ? have[i] !== '' : have[i] === segment))
  );
}

/** Returns the names of the query parameters and body members of an operation that a request leaves out. */
export function missingParameters(document, operation, request) {
  const found = findOperation(document, operation);
  const sent = new Set(
    [...new URLSearchParams(request.query ?? '').keys()].flatMap((key) => [
      key.replace(/\[.*$/, ''),
      key.replace(/\[\d*\].*$/, '').replace(/\[([^\]]+)\]$/, '.$1'),
    ]),
  );
  const query = (found.parameters ?? [])
    .map((parameter) => deref(document, parameter))
    .filter((parameter) => parameter.in === 'query')
    .map((parameter) => parameter.name)
    .filter((name) => !sent.has(name.replace(/\[\]$/, '')));
  const schema = deref(document, found.requestBody?.content?.['application/json']?.schema ?? {});
  const body = Object.keys(schema.properties ?? {}).filter((name) => !(name in (request.body ?? {})));
  return [...query, ...body];
}

function deref(document, node) {
  if (!node.$ref) return node;
  return node.$ref
    .slice(2)
    .split('/')
    .reduce((at, key) => at[key], document);
}
