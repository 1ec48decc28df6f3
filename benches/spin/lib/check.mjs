// Checks that the components do their work, before anything is measured.
import { verifyToken } from '../../../tests/edge/lib/knock.mjs';

/** Checks that a component responds to alerts with a run, and signs tokens that verify. */
export async function checkComponent(name, url, alert) {
  const run = await ask(name, `${url}/alerts`, { method: 'POST', body: alert });
  const { workflow_run_id: id } = JSON.parse(run);
  if (typeof id !== 'string' || id === '') throw new Error(`${name}: an alert returned ${run}`);
  await verifyToken(await ask(name, `${url}/token/jhammond`), 'jhammond');
}

async function ask(name, url, init = {}) {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${name}: ${new URL(url).pathname} returned ${response.status} ${text}`);
  return text;
}
