// Drives an example app over HTTP, as its users do. `send(path, init)` sends a request to it.
import { signedWebhook, verifyToken, webhookBody } from './knock.mjs';

const ALERT = { id: '17', user_id: 'é日🦖 50%', email: 'jhammond@ingen.net', dinosaur: 'trex' };
/** In milliseconds. `vercel dev` builds a function for each request. */
const LIMIT = 60_000;

function expect(what, seen, wanted) {
  if (seen !== wanted) throw new Error(`${what} is ${JSON.stringify(seen)}, not ${JSON.stringify(wanted)}`);
}

const json = (body) => ({ method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

const asker = (send) => async (path, init = {}) => {
  const response = await send(path, { ...init, signal: AbortSignal.timeout(LIMIT) });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

/**
 * `paths` has the paths of the app's endpoints. An app need not have all of them. `known` is what Knock knows of an app
 * that does not have the secrets of this run.
 */
export async function driveApp(report, name, send, emulator, paths, known = undefined) {
  const ask = asker(send);
  const signed = (options) => signedWebhook({ secret: known?.webhookSecret, ...options });
  const step = (what, work) => report.step(`${name}: ${what}`, work);

  await emulator.reset();
  await step('an alert is triggered, and posting it again is still one run', async () => {
    const first = await ask(paths.alerts, json(ALERT));
    expect('the status of the first response', `${first.status}`, '200');
    const second = await ask(paths.alerts, json(ALERT));
    expect('the second response', `${second.status} ${second.text}`, `200 ${first.text}`);
    const runs = await emulator.runs();
    expect('the number of runs', runs.length, 1);
    expect('the run', JSON.parse(first.text).workflow_run_id, runs[0].id);
    expect('its recipients', JSON.stringify(runs[0].recipients), JSON.stringify([ALERT.user_id]));
    expect('its data', JSON.stringify(runs[0].data), JSON.stringify({ dinosaur: 'trex' }));
  });
  await step('an invalid alert is refused, and nothing is sent', async () => {
    await emulator.reset();
    expect('the status', (await ask(paths.alerts, json({ user_id: 'jhammond' }))).status, 400);
    expect('the status', (await ask(paths.alerts, json({ ...ALERT, user_id: '..' }))).status, 400);
    expect('the number of requests', (await emulator.requests()).length, 0);
  });
  await step('an alert is sent in spite of faults', async () => {
    await emulator.reset();
    await emulator.fault([{ kind: 'status', status: 503 }, { kind: 'drop_after', path: '/v1/workflows/' }]);
    expect('the status', (await ask(paths.alerts, json({ ...ALERT, id: '18' }))).status, 200);
    expect('the number of runs', (await emulator.runs()).length, 1);
  });
  await step('a failure is reported, without personal data', async () => {
    await emulator.reset();
    await emulator.fault({ kind: 'status', status: 401, times: 10 });
    const { status, text } = await ask(paths.alerts, json({ ...ALERT, id: '19' }));
    expect('the status', status, 502);
    if (/hammond|sk_test/.test(text)) throw new Error(`the response contains ${text}`);
  });
  if (paths.token) {
    await step('a user token is verified by jose', async () => {
      const { status, text, headers } = await ask(paths.token('jhammond'));
      expect('the status', status, 200);
      expect('cache-control', headers.get('cache-control'), 'no-store');
      await verifyToken(text, 'jhammond', known);
    });
  }
  if (paths.webhook) {
    const post = async (webhook) => (await ask(paths.webhook, webhook)).status;
    await step('a webhook is accepted', async () => {
      const { status, text } = await ask(paths.webhook, signed());
      expect('the response', `${status} ${text}`, '200 handled message.bounced');
    });
    await step('a webhook that is forged, changed, old or unsigned is refused', async () => {
      expect('forged', await post(signed({ secret: 'whsec_other' })), 401);
      expect('changed', await post({ ...signed(), body: webhookBody().replace('bounced', 'sent') }), 401);
      expect('old', await post(signed({ age: 6 * 60_000 })), 401);
      expect('from the future', await post(signed({ age: -6 * 60_000 })), 401);
      expect('unsigned', await post({ method: 'POST', body: webhookBody() }), 401);
    });
  }
}

/** Settings that are not enough for the examples that need a base URL: one is missing, or they do not fit each other. */
export const INCOMPLETE = [
  'KNOCK_API_KEY=sk_test_emulator\n',
  'KNOCK_BASE_URL=http://127.0.0.1:4010\n',
  'KNOCK_API_KEY=sk_test_emulator\nKNOCK_BASE_URL=https://api.knock.app\n',
  'KNOCK_API_KEY=sk_12345\nKNOCK_BASE_URL=http://127.0.0.1:4010\n',
];

/** Drives an app whose secrets are missing, blank, or for something else. Each response is one sentence with status 500. */
export async function driveUnconfigured(report, name, send, emulator, paths) {
  const ask = asker(send);
  await report.step(`${name}: it says that its settings are wrong, and nothing is sent`, async () => {
    await emulator.reset();
    const responses = { alert: await ask(paths.alerts, json(ALERT)) };
    if (paths.token) responses.token = await ask(paths.token('jhammond'));
    if (paths.webhook) responses.webhook = await ask(paths.webhook, signedWebhook());
    for (const [what, { status, text }] of Object.entries(responses)) {
      expect(`the status of ${what}`, status, 500);
      if (!/^[a-z][^\n]{10,120}$/.test(text)) throw new Error(`the response to ${what} is ${JSON.stringify(text)}`);
    }
    expect('the number of requests', (await emulator.requests()).length, 0);
  });
}
