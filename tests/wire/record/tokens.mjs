// Records the user tokens of both packages, signed with the test key at a frozen time.

import { createRequire } from 'node:module';

import knock0 from 'knock0';
import { buildUserTokenGrant, signUserToken } from 'knock1';
import { VERSION } from 'knock1/version.mjs';

import { IAT, TOKENS } from './cases/tokens.mjs';
import { PKCS1, PKCS8, PUBLIC } from './lib/keys.mjs';
import { normaliseError } from './lib/normalise.mjs';
import { writeRecording } from './lib/output.mjs';
import { withEnv } from './lib/run.mjs';

const base64 = (text) => Buffer.from(text).toString('base64');
const GARBAGE_PEM = '-----BEGIN PRIVATE KEY-----\nbm90IGEga2V5\n-----END PRIVATE KEY-----\n';

const signingKeys = {
  'pkcs8-pem': PKCS8,
  'pkcs8-pem-base64': base64(PKCS8),
  'pkcs8-pem-base64-last-newline': `${base64(PKCS8)}\n`,
  'pkcs8-pem-crlf': PKCS8.replaceAll('\n', '\r\n'),
  'pkcs8-pem-no-last-newline': PKCS8.trimEnd(),
  'pkcs8-pem-space-first': ` ${PKCS8}`,
  'pkcs8-der-base64': PKCS8.split('\n').slice(1, -2).join(''),
  'pkcs1-pem': PKCS1,
  'pkcs1-pem-base64': base64(PKCS1),
  'public-pem': PUBLIC,
  'public-pem-base64': base64(PUBLIC),
  'garbage-pem': GARBAGE_PEM,
  'garbage-pem-base64': base64(GARBAGE_PEM),
  garbage: 'not-a-key',
  readme: 'S25vY2sga25vY2sh...',
  empty: '',
};

const SDKS = [
  { version: VERSION, sign: signUserToken, buildGrant: buildUserTokenGrant, jti: true },
  {
    version: createRequire(import.meta.url)('knock0/package.json').version,
    sign: knock0.Knock.signUserToken,
    buildGrant: knock0.Knock.buildUserTokenGrant,
    jti: false,
  },
];

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

export async function recordTokens() {
  const cases = [];
  for (const sdk of SDKS) {
    for (const token of TOKENS) {
      if ('shouldGenerateJti' in token && !sdk.jti) continue;
      cases.push(await recordToken(sdk, token));
    }
  }
  writeRecording('tokens.json', {
    sdk: '@knocklabs/node',
    key: 'record/keys/test-key-pkcs8.pem',
    public_key: 'record/keys/test-key-public.pem',
    iat: IAT,
    cases,
  });
  return `tokens: ${cases.length} cases`;
}

async function recordToken(sdk, { name, key, envKey, ...input }) {
  const recording = {
    name: `${sdk.version}/${name}`,
    version: sdk.version,
    input: { userId: input.userId, signingKey: key, ...(envKey && { KNOCK_SIGNING_KEY: envKey }) },
  };
  for (const option of ['expiresInSeconds', 'grants', 'shouldGenerateJti']) {
    if (option in input) recording.input[option] = input[option];
  }
  try {
    const token = await withEnv(envKey ? { KNOCK_SIGNING_KEY: signingKeys[envKey] } : {}, () =>
      atTime(IAT, () => sdk.sign(input.userId, options(sdk, key, input))),
    );
    const [header, claims] = token.split('.').slice(0, 2).map(decode);
    if ('jti' in claims) {
      if (!UUID.test(claims.jti)) throw new Error(`${name}: the jti is not a UUID`);
      claims.jti = '<uuid>';
    }
    recording.token = claims.jti ? null : token;
    recording.header = header;
    recording.claims = claims;
  } catch (error) {
    recording.error = normaliseError(error);
  }
  return recording;
}

function options(sdk, key, { userId: _, grants, ...rest }) {
  const built = { ...rest };
  if (key !== null) built.signingKey = signingKeys[key];
  if (grants) built.grants = grants.map(({ entity, grants: names }) => sdk.buildGrant(entity, names));
  return built;
}

async function atTime(seconds, run) {
  const now = Date.now;
  Date.now = () => seconds * 1000 + 999;
  try {
    return await run();
  } finally {
    Date.now = now;
  }
}

const decode = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
