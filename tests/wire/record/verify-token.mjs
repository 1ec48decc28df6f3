// Verifies user tokens with `jose` against the test key: reads one JWT per line from stdin and prints its claims on one line.
// `node verify-token.mjs [--at <unix seconds>]`; exits with 1 if a token is invalid.

import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { importSPKI, jwtVerify } from 'jose';

import { PUBLIC } from './lib/keys.mjs';

const { values } = parseArgs({ options: { at: { type: 'string' } } });
if (values.at !== undefined && !/^\d+$/.test(values.at)) {
  console.error('--at takes unix seconds');
  process.exit(1);
}
const currentDate = values.at === undefined ? new Date() : new Date(Number(values.at) * 1000);
const key = await importSPKI(PUBLIC, 'RS256');

let line = 0;
let verified = 0;
for await (const text of createInterface({ input: process.stdin })) {
  line += 1;
  if (text.trim() === '') continue;
  try {
    const { payload } = await jwtVerify(text.trim(), key, {
      algorithms: ['RS256'],
      typ: 'JWT',
      requiredClaims: ['sub', 'iat', 'exp'],
      currentDate,
    });
    console.log(JSON.stringify(payload));
    verified += 1;
  } catch (error) {
    console.error(`line ${line}: ${error.code ?? error.name}: ${error.message}`);
    process.exitCode = 1;
  }
}
if (verified === 0 && !process.exitCode) {
  console.error('no token on stdin');
  process.exitCode = 1;
}
