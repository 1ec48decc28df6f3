// Records `@knocklabs/node` 0.6.19.

import { createRequire } from 'node:module';

import knock0 from 'knock0';

import { cases } from './cases/node0/index.mjs';
import { API_KEY } from './cases/values.mjs';
import { assertUnique, recordAll } from './lib/record-all.mjs';
import { findOperation, loadOpenapi } from './lib/openapi.mjs';
import { writeRecording } from './lib/output.mjs';

const VERSION = createRequire(import.meta.url)('knock0/package.json').version;

export async function recordNode0() {
  assertUnique(cases);
  const document = loadOpenapi();
  if (document) {
    const unknown = cases.filter((test) => !findOperation(document, test.operation));
    if (unknown.length > 0) throw new Error(`no such operation: ${unknown.map((test) => test.name).join(', ')}`);
  }
  const recordings = await recordAll(cases, makeClient);
  writeRecording(`node-${VERSION}.json`, { sdk: '@knocklabs/node', version: VERSION, cases: recordings });
  return `node ${VERSION}: ${recordings.length} cases`;
}

function makeClient(options = {}, origin, env = {}) {
  const { key, omit = [], ...given } = options;
  const anyKey = key ?? ('KNOCK_API_KEY' in env || omit.includes('key') ? undefined : API_KEY);
  return new knock0.Knock(anyKey, { host: origin, ...given });
}
