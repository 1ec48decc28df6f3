// What is measured does the work: seen before anything is timed.
import { verifyToken } from '../../../tests/edge/lib/knock.mjs';

/** That a Worker answers alerts with a run, and signs tokens that verify. */
export async function checkWorker(name, url, alert) {
  const run = await ask(name, `${url}/alerts`, { method: 'POST', headers: alert.headers, body: alert.body });
  const { workflow_run_id: id } = JSON.parse(run);
  if (typeof id !== 'string' || id === '') throw new Error(`${name}: an alert answers ${run}`);
  await verifyToken(await ask(name, `${url}/token?user_id=jhammond`), 'jhammond');
}

async function ask(name, url, init = {}) {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${name}: ${new URL(url).pathname} answers ${answer.status} ${text}`);
  return text;
}
