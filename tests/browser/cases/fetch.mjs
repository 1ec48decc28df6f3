// The part of knock-fetch that is JavaScript, in a page of another origin than that of the server.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startHostile } from '../../edge/lib/hostile.mjs';
import { openPage, startBrowser, startPages } from '../lib/browser.mjs';

/** In bytes. */
const LIMIT = 1_000_000;
/** In milliseconds. */
const TIMEOUT = 20_000;

let browser;
let pages;
let hostile;

before(async () => {
  browser = await startBrowser();
  pages = await startPages();
  hostile = await startHostile();
});
after(async () => {
  await browser?.close();
  pages?.stop();
  hostile?.stop();
});

test('a response that is packed is unpacked no further than the limit', async () => {
  const page = await openPage(browser, pages.at('localhost', 'client'));
  await page.waitForFunction(() => window.Exchange);
  const url = `${hostile.places.url}/bomb-sized`;
  const outcome = await page.evaluate(
    ([url, timeout, limit]) => new window.Exchange(`GET\n${url}`, new Uint8Array(), timeout, limit).outcome,
    [url, TIMEOUT, LIMIT],
  );
  // If it were read as a whole, it would be `timeout`, since the body does not end.
  assert.deepEqual(outcome, ['large']);
  await page.close();
});
