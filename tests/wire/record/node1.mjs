// Records `@knocklabs/node` 1.35.0.

import { Knock } from 'knock1';
import { VERSION } from 'knock1/version.mjs';

import { cases } from './cases/node1/index.mjs';
import { API_KEY } from './cases/values.mjs';
import { assertUnique, recordAll } from './lib/record-all.mjs';
import { findOperation, loadOpenapi, missingParameters } from './lib/openapi.mjs';
import { methodsOf } from './lib/surface.mjs';
import { writeRecording } from './lib/output.mjs';

const METHODS = 98;

export async function recordNode1() {
  assertUnique(cases);
  assertComplete();
  const recordings = await recordAll(cases, makeClient);
  checkAgainstDocument(recordings);
  writeRecording(`node-${VERSION}.json`, { sdk: '@knocklabs/node', version: VERSION, cases: recordings });
  return `node ${VERSION}: ${recordings.length} cases`;
}

function makeClient(options, origin, env = {}) {
  const base = { maxRetries: 0 };
  if (!('KNOCK_BASE_URL' in env)) base.baseURL = origin;
  if (!('KNOCK_API_KEY' in env)) base.apiKey = API_KEY;
  const { omit = [], ...given } = options ?? {};
  const all = { ...base, ...given };
  for (const name of omit) delete all[name];
  return new Knock(all);
}

// Every method of the client has a case with the required parameters and one with all of them.
function assertComplete() {
  const methods = methodsOf(new Knock({ apiKey: API_KEY }));
  if (methods.length !== METHODS) throw new Error(`the client has ${methods.length} methods, not ${METHODS}`);
  const names = new Set(cases.map((test) => test.name));
  const missing = methods.flatMap((method) =>
    ['required', 'full'].map((variant) => `${method}/${variant}`).filter((name) => !names.has(name)),
  );
  if (missing.length > 0) throw new Error(`no case for:\n${missing.join('\n')}`);
  const known = new Set([...methods, 'get', 'post', 'put', 'delete', 'patch']);
  const unknown = cases.filter((test) => !known.has(test.method));
  if (unknown.length > 0) throw new Error(`no such method: ${unknown.map((test) => test.name).join(', ')}`);
}

function checkAgainstDocument(recordings) {
  const document = loadOpenapi();
  if (!document) return;
  const problems = [];
  for (const { name, operation, request, off_operation: off } of recordings) {
    if (!findOperation(document, operation)) {
      problems.push(`${name}: no operation ${operation}`);
    } else if (name.endsWith('/full')) {
      if (off) problems.push(`${name}: ${request.method} ${request.path} is not ${operation}`);
      const missing = missingParameters(document, operation, request);
      if (missing.length > 0) problems.push(`${name}: leaves out ${missing.join(', ')}`);
    } else if (name.endsWith('/required') && off) {
      problems.push(`${name}: ${request.method} ${request.path} is not ${operation}`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
}
