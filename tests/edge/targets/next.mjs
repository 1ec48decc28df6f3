// Next.js: the README of the example with the real command `next`, in development and in production.
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { INCOMPLETE, driveApp, driveUnconfigured } from '../lib/app.mjs';
import { Walk } from '../lib/readme.mjs';
import { checkRespond } from '../lib/respond_check.mjs';

const DEV = 'npm run dev';
const START = 'npm start';
const BASE = 'http://127.0.0.1:3000';
const READY = { ready: /Ready in/ };
const RUNTIMES = { 'Node.js': { alerts: '/api/alert' }, Edge: { alerts: '/api/alert-edge' } };

/** The README builds it. */
export async function build() {}

export async function runTarget(report) {
  const walk = new Walk('nextjs', { servers: { [DEV]: READY, [START]: READY } });
  try {
    await drive(report, walk, 'Run locally', DEV);
    await report.step('example: an unknown exception tells the client nothing', () => checkRespond(walk.folder));
    await walk.stop(DEV);
    await walk.emulator.reset();
    await drive(report, walk, 'Run in production', START);
    await withoutSettings(report, walk);
  } catch (error) {
    throw new Error(`${error.message}\n${walk.output()}`);
  } finally {
    await report.step('nothing is left of `next`', () => walk.end());
  }
}

const send = (where, init) => fetch(BASE + where, init);

async function drive(report, walk, heading, command) {
  await report.step(`the README, ${heading}`, async () => {
    const printed = await walk.section(heading);
    const runs = await walk.emulator.runs();
    if (runs.length !== 1 || !printed.includes(runs[0].id)) throw new Error(`the commands printed ${printed}`);
    if (!printed.includes('{"email":"jhammond@ingen.net"}')) throw new Error(`the commands printed ${printed}`);
  });
  for (const [name, paths] of Object.entries(RUNTIMES)) {
    await driveApp(report, `${command}, ${name}`, send, walk.emulator, paths);
  }
  await report.step(`${command}: Next.js does not cache what is read from Knock`, () => readsAnew(walk));
}

/** Changes a user between two reads. */
async function readsAnew({ emulator }) {
  await emulator.reset();
  for (const [id, email] of [['1', 'old@ingen.net'], ['2', 'new@ingen.net']]) {
    await send('/api/alert', { method: 'POST', body: JSON.stringify({ id, user_id: 'jhammond', email, dinosaur: 'trex' }) });
    const read = await (await send('/api/users/jhammond')).text();
    if (read !== JSON.stringify({ email })) throw new Error(`after ${email} was set, ${read} is read`);
  }
  const reads = (await emulator.requests()).filter(({ method }) => method === 'GET');
  if (reads.length !== 2) throw new Error(`${reads.length} requests were sent for 2 reads`);
}

async function withoutSettings(report, walk) {
  for (const settings of INCOMPLETE) {
    await walk.stop(START);
    writeFileSync(path.join(walk.folder, '.env'), settings);
    await walk.start(START);
    for (const [name, paths] of Object.entries(RUNTIMES)) {
      await driveUnconfigured(report, `${name}, with ${settings.trim().replace('\n', ' and ')} alone`, send, walk.emulator, paths);
    }
  }
}
