// Templates and data that want to run something in the page. Nothing may run, and nothing may be fetched from anywhere else.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';

import { startBrowser } from '../lib/browser.mjs';
import { startEmulator, stopEmulators } from '../lib/emulator.mjs';
import { openInbox } from '../lib/inbox.mjs';
import { createReachable, writeProject } from '../lib/project.mjs';

let browser;
/** What reached the host `evil.test`, which Chromium finds on this machine. */
const reached = [];
const evilHost = http.createServer((request, response) => {
  reached.push(request.url);
  response.end();
});
before(async () => {
  browser = await startBrowser();
  evilHost.listen(0, '127.0.0.1');
  await once(evilHost, 'listening');
});
after(async () => {
  await browser?.close();
  evilHost.closeAllConnections();
  evilHost.close();
  stopEmulators();
});

/** The text with the address of that host. */
const evil = (text) => text.replaceAll('http://evil.test', `http://evil.test:${evilHost.address().port}`);

/** Whatever runs sets this flag, in the page or in a frame of it. */
const FLAG = 'window.top.hacked = window.hacked = true; try { parent.hacked = true } catch {} ; document.title = "hacked"; alert(1)';
const PAGES = {
  scripts: `<script>${FLAG}</script><script src="http://evil.test/x.js"></script><img src=x onerror="${FLAG}"><svg onload="${FLAG}"></svg><body onload="${FLAG}"><details open ontoggle="${FLAG}">x</details>`,
  links: `<a id="a" href="javascript:${encodeURIComponent(FLAG)}">click</a><a href=" java\nscript:alert(1)">b</a><a href="data:text/html,<script>${FLAG}</script>">c</a><form action="javascript:alert(1)"><button>d</button></form>`,
  frames: `<iframe srcdoc="<script>${FLAG}</script>"></iframe><iframe src="javascript:alert(1)"></iframe><object data="data:text/html,<script>alert(1)</script>"></object><embed src="http://evil.test/e.swf"><base href="http://evil.test/">`,
  fetches: '<link rel="stylesheet" href="http://evil.test/a.css"><link rel="preload" as="image" href="http://evil.test/p.png"><link rel="prefetch" href="http://evil.test/p"><link rel="dns-prefetch" href="http://evil.test"><style>@import "http://evil.test/b.css"; @font-face { font-family: x; src: url(http://evil.test/f.woff) } body { background: url(http://evil.test/c.png); font-family: x }</style><img src="http://evil.test/d.png" srcset="http://evil.test/e.png 2x"><video poster="http://evil.test/f.png" src="http://evil.test/g.mp4"></video><meta http-equiv="refresh" content="0;url=http://evil.test/h">',
  broken: '<!-- <p <b <"\'></p></table></div></body></html><![CDATA[<script>alert(1)</script>]]><textarea><script>alert(1)</script><noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  escapes: '</iframe></textarea></title></style></script><script>alert(1)</script>"><img src=x onerror=alert(1)>{{constructor.constructor("alert(1)")()}}${alert(1)}',
  huge: `<p>${'x'.repeat(150_000)}</p>${'<div>'.repeat(100)}${'<p>a <b>row</b></p>'.repeat(3000)}`,
};

const TABS = ['HTML', 'Text', 'Links', 'Data', 'Delivery', 'Timeline', 'Preview'];

test('nothing in a message runs, or fetches anything, in any view', async () => {
  const emulator = await startEmulator(['--knock-dir', writeProject('hostile', { hook: 'javascript:alert(1)' })]);
  const script = 'javascript:window.top.hacked=true';
  const hostileName = '<img src=x onerror=alert(1)>';
  await createReachable(emulator, 'jhammond', hostileName);
  await emulator.call('PUT', '/v1/users/jhammond', { avatar: evil('http://evil.test/avatar.png'), note: PAGES.scripts });
  await emulator.call('PUT', `/v1/users/${encodeURIComponent('"><img src=x onerror=alert(1)>')}`, { name: '"><script>alert(1)</script>', email: script });
  await emulator.call('PUT', '/v1/tenants/isla', { name: '<script>alert(1)</script>' });
  const page = await openInbox(browser, emulator);
  await page.evaluate(() => {
    globalThis.hacked = false;
  });
  // A navigation would lose the flag, so the page must stay the same document.
  await page.evaluate(() => {
    globalThis.isSame = true;
  });
  const go = async (hash) => {
    await page.evaluate((next) => {
      location.hash = next;
    }, hash);
  };

  const known = new Set();
  for (const [name, html] of Object.entries(PAGES)) {
    const data = {
      title: name === 'huge' ? 'x'.repeat(5000) : `</title><script>alert(1)</script>${name}`,
      url: name === 'links' ? 'data:text/html,<script>alert(1)</script>' : script,
      html: evil(html),
      attachments: [{ name: '../../<b>.svg', content_type: 'image/svg+xml', content: Buffer.from('<svg onload="alert(1)"/>').toString('base64') }],
    };
    await emulator.trigger('everything', { recipients: ['jhammond'], data, tenant: 'isla' });
    const { entries } = await emulator.control('GET', 'messages?page_size=200');
    const fresh = entries.filter(({ id }) => !known.has(id));
    assert.ok(fresh.length >= 5, `${name}: ${fresh.length} messages`);
    for (const message of fresh) {
      known.add(message.id);
      await go(`#/messages/${message.id}`);
      await page.locator('.detail-pane [role=tab]').first().waitFor();
      const tabs = await page.getByRole('tab').allInnerTexts();
      for (const tab of TABS.filter((wanted) => tabs.some((text) => text.startsWith(wanted)))) {
        await page.getByRole('tab', { name: tab }).click();
        await page.locator('[role=tab][aria-selected=true]', { hasText: tab }).waitFor();
      }
      const frame = page.locator('.preview iframe');
      if (await frame.count()) assert.equal(await frame.first().getAttribute('sandbox'), '');
      for (const link of await page.locator('main a[href]').evaluateAll((links) => links.map((one) => one.getAttribute('href')))) {
        assert.match(link, /^(#\/|\/_emulator\/|https?:|mailto:|tel:)/, link);
      }
    }
    const { entries: [{ run }] } = await emulator.control('GET', 'messages?page_size=1');
    await go(`#/runs/${run}`);
    await page.locator('.steps').waitFor();
    for (const fold of await page.locator('.steps .fold > summary', { hasText: 'Variables' }).all()) await fold.click();
  }
  for (const hash of ['#/users', '#/users/jhammond', '#/users/jhammond?tab=properties', '#/trigger/everything', '#/requests', '#/environment', '#/"><script>alert(1)</script>', '#/messages?query=<script>alert(1)</script>', `#/messages/${encodeURIComponent('../../../v1/users')}`]) {
    await go(hash);
    await page.locator('main h1, main .empty-title').first().waitFor();
  }
  await go('#/requests');
  for (const fold of (await page.locator('.requests summary').all()).slice(0, 5)) await fold.click();

  assert.equal(await page.evaluate(() => globalThis.isSame), true);
  assert.equal(await page.evaluate(() => globalThis.hacked), false);
  assert.doesNotMatch(await page.title(), /^hacked/);
  assert.deepEqual(page.seen.dialogs, []);
  assert.deepEqual([page.seen.foreign, reached], [[], []]);
  assert.deepEqual(page.seen.errors, []);
  assert.equal(page.context().pages().length, 1);
});

test('a click on a hostile link in a preview does nothing', async () => {
  const emulator = await startEmulator(['--knock-dir', writeProject('clicks')]);
  await createReachable(emulator, 'jhammond');
  const html = `<a href="javascript:${encodeURIComponent(FLAG)}">first</a> <a target="_blank" href="http://evil.test/">second</a> <a target="_top" href="http://evil.test/">third</a> <form action="http://evil.test/" target="_top"><button>fourth</button></form>`;
  await emulator.trigger('everything', { recipients: ['jhammond'], data: { title: 'a', url: 'b', html: evil(html) } });
  const { entries: [message] } = await emulator.control('GET', 'messages?channel_type=email');
  const page = await openInbox(browser, emulator, `#/messages/${message.id}`);
  await page.evaluate(() => {
    globalThis.hacked = false;
  });
  for (const text of ['first', 'second', 'third', 'fourth']) {
    await page.frameLocator('iframe.email').getByText(text).click();
  }
  await page.getByRole('tab', { name: 'Links' }).click();
  assert.equal(await page.locator('.links .unsafe').count(), 1);
  assert.equal(await page.evaluate(() => globalThis.hacked), false);
  assert.deepEqual([page.seen.foreign, reached], [[], []]);
  assert.deepEqual(page.seen.dialogs, []);
  assert.equal(page.context().pages().length, 1);
});

test('the page itself allows neither inline scripts and styles nor frames around it', async () => {
  const emulator = await startEmulator();
  const page = await openInbox(browser, emulator);
  const { headers } = await page.evaluate(async () => {
    const response = await fetch('/');
    return { headers: Object.fromEntries(response.headers) };
  });
  assert.match(headers['content-security-policy'], /default-src 'none'.*script-src 'self'.*frame-ancestors 'none'/);
  await page.evaluate(() => {
    globalThis.hacked = false;
    const script = document.createElement('script');
    script.textContent = 'globalThis.hacked = true';
    document.body.append(script);
    const styled = document.createElement('p');
    styled.setAttribute('style', 'color: rgb(1, 2, 3)');
    styled.id = 'styled';
    document.body.append(styled);
  });
  assert.equal(await page.evaluate(() => globalThis.hacked), false);
  assert.notEqual(await page.evaluate(() => getComputedStyle(document.getElementById('styled')).color), 'rgb(1, 2, 3)');
});
