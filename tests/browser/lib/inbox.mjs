// The page of an emulator, and what is on it.

import { LONG_MS } from './browser.mjs';

/** Opens a view of the page. Errors, dialogs and requests to anywhere else are kept, to be asserted on. */
export async function openInbox(browser, emulator, hash = '', options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(LONG_MS);
  const seen = { errors: [], dialogs: [], foreign: [], violations: [] };
  page.on('pageerror', (error) => seen.errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && /Content Security Policy/i.test(message.text())) seen.violations.push(message.text());
  });
  page.on('dialog', (dialog) => {
    seen.dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const isForeign = (request) => !request.url().startsWith(`${emulator.url}/`) && !/^(data|blob|about):/.test(request.url());
  // Those that a policy stopped were not sent.
  const isStopped = (request) => /csp|blocked/i.test(request.failure()?.errorText ?? '');
  for (const event of ['requestfinished', 'requestfailed']) {
    context.on(event, (request) => {
      if (isForeign(request) && !isStopped(request)) seen.foreign.push(`${request.url()} ${request.failure()?.errorText ?? ''}`.trim());
    });
  }
  await page.goto(`${emulator.url}/${hash}`);
  await page.locator('main h1').first().waitFor();
  return Object.assign(page, { seen });
}

/** The rows of the list of messages. */
export const rows = (page) => page.locator('.message-row');

/** The row of a message, by its title. */
export const row = (page, title) => rows(page).filter({ has: page.locator('.row-title', { hasText: title }) });

/** Waits until the list says that it has as many messages. */
export const counted = (page, text) => page.locator('.count-text', { hasText: new RegExp(`^${text}$`) }).waitFor();

/** Waits until a message has been delivered to each of the channels. */
export async function messagesOf(emulator, count) {
  const deadline = Date.now() + LONG_MS;
  for (;;) {
    const { entries } = await emulator.control('GET', 'messages?page_size=200');
    if (entries.length >= count) return entries;
    if (Date.now() > deadline) throw new Error(`there are only ${entries.length} messages: ${JSON.stringify(entries)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until a condition on the state of the emulator holds. */
export async function until(check) {
  const deadline = Date.now() + LONG_MS;
  for (;;) {
    const value = await check();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`this never held: ${check}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether anything is wider than the window. */
export const overflows = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth > innerWidth || document.body.scrollWidth > innerWidth);

