// Whoever uses the page by keyboard or screen reader, on a small screen, or in the dark.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import axe from 'axe-core';

import { screenshot, startBrowser } from '../lib/browser.mjs';
import { startEmulator, stopEmulators } from '../lib/emulator.mjs';
import { counted, messagesOf, openInbox, overflows, rows, until } from '../lib/inbox.mjs';
import { createReachable, PARK, writeProject } from '../lib/project.mjs';

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  stopEmulators();
});

/** An emulator with something in every view. */
async function startFilled() {
  const emulator = await startEmulator(['--knock-dir', writeProject('filled', { hook: 'http://127.0.0.1:9/hook' })]);
  await createReachable(emulator, 'jhammond');
  await emulator.call('PUT', '/v1/users/ellie', { name: 'Ellie Sattler', email: 'ellie@park.example' });
  const html = '<h1>Fence 7 lost power</h1><p>Hello <b>John</b>, the fence of paddock A is down. <a href="https://park.example/fences/7">Open the map</a></p>';
  const data = { title: 'Fence 7 is down, and this subject is longer than a phone is wide', url: 'https://park.example/fences/7', html, attachments: [{ name: 'map.pdf', content_type: 'application/pdf', content: 'AAAA' }] };
  await emulator.trigger('everything', { recipients: ['jhammond'], data, tenant: 'isla' });
  await emulator.trigger('agent', { recipients: ['jhammond', 'ellie'] });
  await messagesOf(emulator, 6);
  await emulator.control('POST', 'faults', { kind: 'status', status: 503, path: '/v1/nowhere' });
  await emulator.control('POST', 'webhooks', { url: 'http://127.0.0.1:9/hooks' });
  await emulator.call('GET', '/v1/users/nobody').catch(() => {});
  const { entries } = await emulator.control('GET', 'messages?page_size=200');
  const of = (type) => entries.find((entry) => entry.channel.type === type);
  const { entries: triggers } = await emulator.control('GET', 'runs?page_size=10');
  const waiting = triggers.find((trigger) => trigger.workflow === 'agent').recipient_runs[0].id;
  return {
    emulator,
    views: {
      inbox: 'messages',
      'inbox-empty': 'messages?query=nothing',
      email: `messages/${of('email').id}`,
      'email-html': `messages/${of('email').id}?tab=html`,
      'email-links': `messages/${of('email').id}?tab=links`,
      'email-data': `messages/${of('email').id}?tab=data`,
      'email-timeline': `messages/${of('email').id}?tab=timeline`,
      'in-app': `messages/${of('in_app_feed').id}`,
      sms: `messages/${of('sms').id}`,
      push: `messages/${of('push').id}`,
      chat: `messages/${of('chat').id}`,
      webhook: `messages/${of('http').id}`,
      'webhook-delivery': `messages/${of('http').id}?tab=delivery`,
      runs: 'runs',
      run: `runs/${of('email').run}`,
      'run-waiting': `runs/${waiting}`,
      trigger: 'trigger/checked',
      users: 'users',
      user: 'users/jhammond',
      'user-channels': 'users/jhammond?tab=channels',
      requests: 'requests',
      environment: 'environment',
      gone: 'messages/gone',
    },
  };
}

/** Waits until a view is drawn and nothing is being fetched. */
async function show(page, emulator, hash) {
  await page.goto('about:blank');
  await page.goto(`${emulator.url}/#/${hash}`);
  await page.locator('main h1, main .empty-title').first().waitFor();
  await page.waitForLoadState('networkidle');
  await until(() => page.evaluate(() => !document.querySelector('.loading')));
}

test('axe finds nothing serious in any view, in light and in dark', async () => {
  const { emulator, views } = await startFilled();
  const problems = [];
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 375]) {
      const page = await openInbox(browser, emulator, '', { colorScheme, viewport: { width, height: 800 }, reducedMotion: 'reduce' });
      for (const [name, hash] of Object.entries(views)) {
        await show(page, emulator, hash);
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
        for (const { id, impact, nodes } of violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')) {
          problems.push(`${name}, ${colorScheme}, ${width}: ${id} (${impact}): ${nodes.map((node) => `${node.target} ${node.any[0]?.message ?? node.all[0]?.message ?? ''}`).slice(0, 3).join(' | ')}`);
        }
        await screenshot(page, `page/${name}-${colorScheme}-${width}`);
      }
      assert.deepEqual(page.seen.errors, []);
      await page.context().close();
    }
  }
  assert.deepEqual(problems, []);
});

test('at 375 px nothing is wider than the window', async () => {
  const { emulator, views } = await startFilled();
  const page = await openInbox(browser, emulator, '', { viewport: { width: 375, height: 720 } });
  for (const [name, hash] of Object.entries(views)) {
    await show(page, emulator, hash);
    assert.equal(await overflows(page), false, name);
    const clipped = await page.evaluate(() => [...document.querySelectorAll('main button, main input, main select, main h1')].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && !element.closest('.tabs, .hidden, pre, .stage') && (left < -1 || right > innerWidth + 1);
    }).map((element) => element.outerHTML.slice(0, 120)));
    assert.deepEqual(clipped, [], name);
  }
  // One pane: the message takes the place of the list, and one comes back.
  await show(page, emulator, 'messages');
  await rows(page).first().click();
  await page.locator('.message-title').waitFor();
  assert.equal(await rows(page).count(), 0);
  await page.getByRole('link', { name: 'Messages' }).first().click();
  await rows(page).first().waitFor();
});

test('the inbox by keyboard alone', async () => {
  const emulator = await startEmulator(['--knock-dir', PARK]);
  for (const fence of [1, 2, 3, 4]) {
    await emulator.trigger('fence-alert', { recipients: ['jhammond'], data: { fence, paddock: 'A', channels: ['feed'], window: null } });
  }
  const page = await openInbox(browser, emulator);
  await counted(page, '4 messages');
  const focused = () => page.evaluate(() => document.activeElement.closest('li')?.textContent ?? document.activeElement.textContent);
  const focuses = (text) => until(async () => (await focused()).includes(text));

  await page.keyboard.press('j');
  await focuses('Fence 4');
  await page.keyboard.press('j');
  await focuses('Fence 3');
  await page.keyboard.press('ArrowDown');
  await focuses('Fence 2');
  await page.keyboard.press('k');
  await focuses('Fence 3');
  await page.keyboard.press('ArrowUp');
  await focuses('Fence 4');
  await page.keyboard.press('End');
  await focuses('Fence 1');
  await page.keyboard.press('Enter');
  await page.locator('.message-title', { hasText: 'Fence 1' }).waitFor();
  await page.keyboard.press('k');
  await page.locator('.message-title', { hasText: 'Fence 2' }).waitFor();

  const marks = async () => (await emulator.control('GET', `messages/${new URL(page.url()).hash.slice('#/messages/'.length)}`)).engagement;
  await page.keyboard.press('u');
  await until(async () => (await marks()).includes('read'));
  await page.keyboard.press('u');
  await until(async () => !(await marks()).includes('read'));
  await page.keyboard.press('e');
  await until(async () => (await marks()).includes('archived'));
  await counted(page, '3 messages');
  await page.keyboard.press('Escape');
  await until(() => /#\/messages$/.test(page.url()));

  await page.keyboard.press('/');
  await until(() => page.evaluate(() => document.activeElement.id === 'search'));
  await page.keyboard.type('fence 3');
  await counted(page, '1 message');
  assert.equal(await page.locator('#search').inputValue(), 'fence 3', 'j, k, e and u are letters in an input');
  await page.keyboard.press('Escape');

  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  // The focus stays in the dialog, and goes back.
  for (let presses = 0; presses < 6; presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  // The letters can be turned off.
  await page.keyboard.press('?');
  await page.getByLabel('Keys of one letter are shortcuts').uncheck();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await page.keyboard.press('?');
  assert.equal(await page.getByRole('dialog').count(), 0);
});

test('the tabs of a message and the whole page by keyboard', async () => {
  const { emulator, views } = await startFilled();
  const page = await openInbox(browser, emulator, `#/${views.email}`);
  await page.getByRole('tab', { name: 'Preview' }).focus();
  await page.keyboard.press('ArrowRight');
  await page.locator('[aria-selected=true]', { hasText: 'HTML' }).waitFor();
  await page.keyboard.press('End');
  await page.locator('.timeline').waitFor();
  await page.keyboard.press('Home');
  await page.locator('iframe.email').waitFor();

  // Tab reaches everything: the link to the content, the views, the list and the message.
  await page.goto('about:blank');
  await page.goto(`${emulator.url}/#/messages`);
  await rows(page).first().waitFor();
  const reached = new Set();
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    reached.add(await page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.getAttribute('aria-label') || document.activeElement.id));
  }
  const all = [...reached].join('\n');
  for (const text of ['Skip to the content', 'Runs', 'Trigger', 'Environment', 'search', 'Show filters', 'Delete all messages', 'Unread', 'Fence 7 is down']) assert.match(all, new RegExp(text), text);

  // A change of the view moves the focus to its heading.
  await page.getByRole('link', { name: 'Users', exact: true }).focus();
  await page.keyboard.press('Enter');
  await until(() => page.evaluate(() => document.activeElement.tagName === 'H1' && document.activeElement.textContent === 'Users'));
  assert.match(await page.title(), /^Users/);
});
