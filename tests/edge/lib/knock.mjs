// Knock's side: signing keys, and signatures of webhooks.
import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';

import { importSPKI, jwtVerify } from 'jose';

/** The key pair of this run. */
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const WEBHOOK_SECRET = 'whsec_edge';

/** What Knock knows of an app with the secrets of this run. */
const OURS = { publicKey: keys.publicKey, webhookSecret: WEBHOOK_SECRET };

/** Returns what Knock knows of an app with the given secrets. */
export const knownOf = ({ KNOCK_SIGNING_KEY, KNOCK_WEBHOOK_SECRET }) => ({
  publicKey: createPublicKey(Buffer.from(KNOCK_SIGNING_KEY, 'base64').toString()).export({ type: 'spki', format: 'pem' }),
  webhookSecret: KNOCK_WEBHOOK_SECRET,
});

/** The environment of an app. */
export const secrets = (baseUrl) => ({
  KNOCK_API_KEY: 'sk_test_emulator',
  KNOCK_BASE_URL: baseUrl,
  KNOCK_SIGNING_KEY: Buffer.from(keys.privateKey).toString('base64'),
  KNOCK_WEBHOOK_SECRET: WEBHOOK_SECRET,
});

/** Verifies a user token as Knock does: RS256, with the public key. */
export async function verifyToken(token, userId, { publicKey } = OURS) {
  const { payload } = await jwtVerify(token, await importSPKI(publicKey, 'RS256'), { algorithms: ['RS256'] });
  if (payload.sub !== userId) throw new Error(`the token is for ${payload.sub}`);
  if (payload.exp - payload.iat !== 3600) throw new Error(`the token is valid for ${payload.exp - payload.iat} s`);
}

/** Returns a webhook from Knock, signed now or `age` milliseconds ago, with the right secret or another. */
export function signedWebhook({ age = 0, secret = WEBHOOK_SECRET, body = webhookBody() } = {}) {
  const time = Date.now() - age;
  const signature = createHmac('sha256', secret).update(`${time}.${body}`).digest('base64');
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-knock-signature': `t=${time},s=${signature}` },
    body,
  };
}

export function webhookBody() {
  return JSON.stringify({
    __typename: 'Event',
    type: 'message.bounced',
    created_at: new Date().toISOString(),
    data: { id: '1rjI93WE86Kgba5b9qU77XAwqBk', note: 'é日🦖' },
    event_data: null,
  });
}
