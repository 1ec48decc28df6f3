// 10,000 messages: how long it takes to filter them and to scroll over them. The figures are printed, not asserted on.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startBrowser } from '../lib/browser.mjs';
import { startEmulator, stopEmulators } from '../lib/emulator.mjs';
import { counted, messagesOf, openInbox, until } from '../lib/inbox.mjs';
import { PARK } from '../lib/project.mjs';

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  stopEmulators();
});

const COUNT = 10_000;
const EACH = 1000;
/** How often, and how far, the list is scrolled. */
const FRAMES = 120;

test('the list of 10,000 messages', async (t) => {
  const emulator = await startEmulator(['--knock-dir', PARK]);
  for (let made = 0; made < COUNT; made += EACH) {
    const recipients = Array.from({ length: EACH }, (_, number) => `user-${made + number}`);
    await emulator.trigger('fence-alert', { recipients, data: { fence: made / EACH, paddock: 'A', channels: ['feed'], window: null } });
  }
  await until(async () => (await emulator.control('GET', 'status')).counts.messages === COUNT);
  await messagesOf(emulator, 200);
  const page = await openInbox(browser, emulator);
  await counted(page, '10,000 messages');
  const drawn = await page.locator('.virtual li').count();
  assert.ok(drawn < 60, `${drawn} rows are drawn`);

  // From the press of a key to the list.
  await page.locator('#search').click();
  await page.keyboard.type('user-999');
  await counted(page, '11 messages');
  await page.locator('#search').fill('');
  await counted(page, '10,000 messages');
  await page.keyboard.type('user-777');
  await page.evaluate(() => {
    globalThis.filtered = new Promise((resolve) => {
      const start = performance.now();
      const text = document.querySelector('.count-text');
      const watch = new MutationObserver(() => {
        if (text.textContent === '1 message') resolve(performance.now() - start);
      });
      document.addEventListener('keydown', () => { globalThis.pressed = performance.now(); }, { once: true });
      watch.observe(text, { characterData: true, childList: true, subtree: true });
    });
  });
  await counted(page, '11 messages');
  await page.keyboard.press('1');
  const filtered = await page.evaluate(async () => {
    await globalThis.filtered;
    return performance.now() - globalThis.pressed;
  });
  await page.locator('#search').fill('');
  await counted(page, '10,000 messages');

  // The times between the frames while the list is scrolled from its top to its end.
  const frames = await page.evaluate(async (count) => {
    const list = document.querySelector('.virtual');
    const step = (list.scrollHeight - list.clientHeight) / count;
    const times = [];
    for (let index = 0, last = performance.now(); index < count; index += 1) {
      list.scrollTop += step;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    return times.sort((a, b) => a - b);
  }, FRAMES);
  await page.locator('.virtual li', { hasText: 'user-0' }).first().waitFor();
  assert.ok((await page.locator('.virtual li').count()) < 60);
  const at = (share) => frames[Math.floor((frames.length - 1) * share)].toFixed(1);
  t.diagnostic(`${COUNT} messages: a key filters the list in ${filtered.toFixed(0)} ms, of which 120 ms are the wait for the next key`);
  t.diagnostic(`scrolling over the whole list in ${FRAMES} frames: median ${at(0.5)} ms, 95 % ${at(0.95)} ms, longest ${at(1)} ms`);
  assert.deepEqual(page.seen.errors, []);
});
