// Makes the picture of the emulator's page in its README. It is run by `node run.mjs --picture`.
import { statSync } from 'node:fs';
import path from 'node:path';

import { startBrowser } from './lib/browser.mjs';
import { startEmulator, stopEmulators } from './lib/emulator.mjs';
import { openInbox, row } from './lib/inbox.mjs';
import { ROOT } from './lib/paths.mjs';
import { PARK } from './lib/project.mjs';

const FILE = path.join(ROOT, 'crates', 'knock-emulator', 'page.png');
const MAX_BYTES = 200 * 1024;

const PEOPLE = {
  jhammond: { name: 'John Hammond', email: 'jhammond@park.example', phone_number: '+15555550100' },
  ellie: { name: 'Ellie Sattler', email: 'ellie@park.example' },
  muldoon: { name: 'Robert Muldoon', email: 'muldoon@park.example', phone_number: '+15555550101' },
  ian: { name: 'Ian Malcolm', email: 'ian@park.example' },
};
const alert = (fence, paddock, channels) => ({ fence, paddock, channels, window: null });

const browser = await startBrowser();
try {
  const emulator = await startEmulator(['--knock-dir', PARK]);
  for (const [id, user] of Object.entries(PEOPLE)) await emulator.call('PUT', `/v1/users/${id}`, user);
  const trigger = (workflow, recipients, data, actor) => emulator.trigger(workflow, { recipients, data, actor });
  await trigger('ticket-bought', ['ian', 'ellie'], { date: '2026-12-01', ticket_url: 'https://park.example/t/1', visitors: 2, price: 40 });
  await trigger('note-added', ['muldoon'], { animal: 'Rexy', animal_id: 'rexy', note: 'She has eaten.' }, 'ellie');
  await emulator.control('POST', 'advance', { ms: 16 * 60_000 });
  await trigger('fence-alert', ['ellie'], alert(3, 'C', ['feed']));
  await trigger('fence-alert', ['muldoon'], alert(12, 'B', ['sms', 'feed']), 'ellie');
  await trigger('fence-alert', ['jhammond'], alert(7, 'A', ['email', 'feed', 'sms']), 'muldoon');
  const { entries } = await emulator.control('GET', 'messages?page_size=200');
  for (const { id } of entries.slice(5)) await emulator.control('POST', `messages/${id}/events`, { event: 'read' });
  const page = await openInbox(browser, emulator, '', { colorScheme: 'light' });
  await row(page, 'Fence 7 is down').click();
  await page.frameLocator('iframe.email').locator('h1').waitFor();
  await page.mouse.move(900, 30);
  await page.screenshot({ path: FILE, animations: 'disabled' });
  const { size } = statSync(FILE);
  console.log(`${FILE}: ${size} bytes`);
  if (size > MAX_BYTES) throw new Error(`the picture has ${size} bytes, more than ${MAX_BYTES}`);
} finally {
  await browser.close();
  stopEmulators();
}
