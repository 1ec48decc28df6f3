// Checks that the Workers do their work, before anything is measured.
import { verifyToken } from '../../../tests/edge/lib/knock.mjs';

/** Checks that a Worker responds to alerts with a run. */
export async function checkAlert(name, url, alert) {
  const run = await ask(name, `${url}/alerts`, { method: 'POST', headers: alert.headers, body: alert.body });
  const { workflow_run_id: id } = JSON.parse(run);
  if (typeof id !== 'string' || id === '') throw new Error(`${name}: an alert returned ${run}`);
}

/** Checks that a Worker signs tokens that verify. */
export async function checkToken(name, url) {
  await verifyToken(await ask(name, `${url}/token?user_id=jhammond`), 'jhammond');
}

async function ask(name, url, init = {}) {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${name}: ${new URL(url).pathname} returned ${response.status} ${text}`);
  return text;
}
