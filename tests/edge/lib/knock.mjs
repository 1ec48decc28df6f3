// Knock's side: signing keys, and signatures of webhooks.
import { createHmac, generateKeyPairSync } from 'node:crypto';

import { importSPKI, jwtVerify } from 'jose';

/** The key pair of this run. */
const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});
const WEBHOOK_SECRET = 'whsec_edge';

/** The environment of an app. */
export const secrets = (baseUrl) => ({
  KNOCK_API_KEY: 'sk_test_emulator',
  KNOCK_BASE_URL: baseUrl,
  KNOCK_SIGNING_KEY: Buffer.from(keys.privateKey).toString('base64'),
  KNOCK_WEBHOOK_SECRET: WEBHOOK_SECRET,
});

/** Verifies a user token as Knock does: RS256, with the public key. */
export async function verifyToken(token, userId) {
  const { payload } = await jwtVerify(token, await importSPKI(keys.publicKey, 'RS256'), { algorithms: ['RS256'] });
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
