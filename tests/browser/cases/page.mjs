// The inbox: the list of messages, and one of them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { LONG_MS, startBrowser } from '../lib/browser.mjs';
import { freePort, startEmulator, stopEmulators } from '../lib/emulator.mjs';
import { counted, messagesOf, openInbox, row, rows, until } from '../lib/inbox.mjs';
import { createReachable, PARK, writeProject } from '../lib/project.mjs';

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  stopEmulators();
});

const FENCE = { fence: 7, paddock: 'A', channels: ['email', 'feed', 'sms'], window: null };

async function startPark(...options) {
  const emulator = await startEmulator(['--knock-dir', PARK, ...options]);
  await emulator.call('PUT', '/v1/users/jhammond', { name: 'John Hammond', email: 'jhammond@park.example', phone_number: '+15555550100' });
  return emulator;
}

/** An emulator with one message in each channel. */
async function startEverything(data = {}) {
  const emulator = await startEmulator(['--knock-dir', writeProject('everything', { hook: 'http://127.0.0.1:9/hook' })]);
  await createReachable(emulator, 'jhammond');
  const given = { title: 'Fence 7', url: 'https://park.example/fences/7', html: '<p>Fence <b>7</b> is <a href="https://park.example/fences/7">down</a></p>', ...data };
  await emulator.trigger('everything', { recipients: ['jhammond'], data: given });
  await messagesOf(emulator, 6);
  return emulator;
}

const action = (page, name) => page.locator('.actions').getByRole('button', { name, exact: true });
const tab = (page, name) => page.getByRole('tab', { name });

test('an empty inbox says how to fill it, and what comes appears', async () => {
  const emulator = await startPark();
  const page = await openInbox(browser, emulator);
  await page.getByText('No messages yet').waitFor();
  assert.match(await page.locator('.snippet').innerText(), new RegExp(`curl ${emulator.url}/v1/workflows/`));

  await emulator.trigger('fence-alert', { recipients: ['jhammond'], data: FENCE });
  await counted(page, '3 messages');
  await row(page, 'Fence 7 is down').waitFor();
  await page.locator('[aria-live]', { hasText: 'new message' }).waitFor({ state: 'attached' });
  await emulator.trigger('fence-alert', { recipients: ['ellie'], data: { ...FENCE, channels: ['feed'] } });
  await counted(page, '4 messages');
  assert.match(await rows(page).first().innerText(), /ellie/);
  assert.deepEqual(page.seen, { errors: [], dialogs: [], foreign: [], violations: [] });
});

test('what comes does not move what one reads', async () => {
  const emulator = await startPark();
  await emulator.trigger('fence-alert', { recipients: Array.from({ length: 60 }, (_, number) => `user-${number}`), data: { ...FENCE, channels: ['feed'] } });
  const page = await openInbox(browser, emulator);
  await counted(page, '60 messages');
  const list = page.locator('.virtual');
  await list.evaluate((element) => { element.scrollTop = 1500; });
  const inSight = () => list.evaluate((element) => {
    const top = element.getBoundingClientRect().top;
    const shown = [...element.querySelectorAll('li')].filter((item) => item.getBoundingClientRect().top >= top);
    return shown.sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top)[0].textContent;
  });
  await until(async () => Number(await list.locator('li').first().getAttribute('data-index')) > 5);
  const before = await inSight();
  await emulator.trigger('fence-alert', { recipients: ['late'], data: { ...FENCE, channels: ['feed'] } });
  await page.getByRole('button', { name: '1 new message' }).waitFor();
  assert.equal(await inSight(), before);
  await page.getByRole('button', { name: '1 new message' }).click();
  await counted(page, '61 messages');
  assert.match(await rows(page).first().innerText(), /late/);
});

test('filters, search and their links', async () => {
  const emulator = await startPark();
  await emulator.call('PUT', '/v1/tenants/isla', { name: 'Isla Nublar' });
  await emulator.trigger('fence-alert', { recipients: ['jhammond'], data: FENCE, tenant: 'isla' });
  await emulator.trigger('fence-alert', { recipients: ['ellie'], data: { ...FENCE, fence: 8, channels: ['feed'] } });
  const page = await openInbox(browser, emulator);
  await counted(page, '4 messages');

  await page.locator('#search').fill('fence 8');
  await counted(page, '1 message');
  assert.match(page.url(), /#\/messages\?query=fence\+8/);
  await page.locator('#search').fill('nothing like this');
  await page.getByText('No message matches').waitFor();
  await page.locator('#search').fill('');
  await counted(page, '4 messages');

  await page.getByRole('button', { name: 'Show filters' }).click();
  const chosen = async (label, option, count) => {
    await page.locator('#filters').getByLabel(label).selectOption({ label: option });
    await counted(page, count);
    await page.locator('#filters').getByLabel(label).selectOption('');
    await counted(page, '4 messages');
  };
  await chosen('Channel', 'twilio', '1 message');
  await chosen('Workflow', 'Fence alert', '4 messages');
  await chosen('Tenant', 'Isla Nublar', '3 messages');
  await chosen('Status', 'Delivered', '2 messages');
  await page.locator('#filters').getByLabel('Recipient').fill('ellie');
  await page.keyboard.press('Enter');
  await counted(page, '1 message');

  // The chip of a filter removes it, and the link has it.
  const link = page.url();
  const { entries: [message] } = await emulator.control('GET', 'messages?recipient=ellie');
  const other = await openInbox(browser, emulator, new URL(link).hash);
  await counted(other, '1 message');
  await other.getByRole('button', { name: /ellie/ }).click();
  await counted(other, '4 messages');
  await other.goto(`${emulator.url}/#/messages?run=${message.run}`);
  await counted(other, '1 message');

  await page.getByRole('button', { name: 'Remove all filters' }).click();
  await counted(page, '4 messages');
  await emulator.control('POST', `messages/${message.id}/events`, { event: 'read' });
  await page.getByRole('button', { name: 'Unread', exact: true }).click();
  await counted(page, '3 messages');
  await page.getByRole('button', { name: 'Unread', exact: true }).click();
  await counted(page, '4 messages');
});

test('an email: widths, dark, blocked images, source, text, links and data', async () => {
  const html = '<html><body><style>@media (prefers-color-scheme: dark) { body { background: #010203; } }</style><p>Fence 7</p><img src="http://images.test/a.png"><a href="https://park.example/map">the map</a></body></html>';
  const emulator = await startEverything({ html });
  // Playwright's own colour scheme would take precedence over that of the frame.
  const page = await openInbox(browser, emulator, '#/messages?channel_type=email', { colorScheme: null });
  await row(page, 'Fence 7').click();
  const frame = page.locator('iframe.email');
  await frame.waitFor();
  assert.equal(await frame.getAttribute('sandbox'), '');
  assert.equal(await page.frameLocator('iframe.email').locator('p').innerText(), 'Fence 7');
  const width = () => frame.evaluate((element) => element.clientWidth);
  await page.getByRole('button', { name: 'Phone, 375 px' }).click();
  assert.equal(await width(), 375);
  await page.getByRole('button', { name: 'Tablet, 768 px' }).click();
  assert.equal(await width(), 768);
  await page.getByRole('button', { name: 'Full width' }).click();

  const background = () => page.frames().find((one) => one.url().includes('/html'))?.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual(await background(), 'rgb(1, 2, 3)');
  await page.getByRole('button', { name: 'Dark' }).click();
  await until(async () => (await background()) === 'rgb(1, 2, 3)');

  // Nothing was fetched from elsewhere until it is allowed.
  assert.deepEqual(page.seen.foreign, []);
  await page.getByText('1 image of another host is blocked').waitFor();
  await page.getByRole('button', { name: 'Show images' }).click();
  await until(() => page.seen.foreign.length > 0);
  assert.match([...new Set(page.seen.foreign)].join(), /^http:\/\/images\.test\/a\.png [^,]*$/);

  await tab(page, 'HTML').click();
  assert.match(await page.locator('.source pre').innerText(), /<p>Fence 7<\/p>/);
  await tab(page, 'Text').click();
  assert.match(await page.locator('.source pre').innerText(), /Fence 7/);
  await tab(page, 'Links').click();
  const link = page.locator('.links a');
  assert.deepEqual([await link.getAttribute('href'), await link.getAttribute('rel'), await link.getAttribute('target')], ['https://park.example/map', 'noopener noreferrer', '_blank']);
  await tab(page, 'Data').click();
  assert.match(await page.locator('.source pre').first().innerText(), /"title": "Fence 7"/);
  assert.match(page.url(), /tab=data/);
  await page.reload();
  await page.locator('.source pre').first().waitFor();
});

test('a link in the preview leads nowhere', async () => {
  const emulator = await startEverything({ html: '<p><a href="/v1/users">users</a></p>' });
  const page = await openInbox(browser, emulator, '#/messages?channel_type=email');
  await row(page, 'Fence 7').click();
  await page.frameLocator('iframe.email').getByText('users').click();
  await page.getByText('Links do not open in the preview').waitFor();
  await page.frameLocator('iframe.email').getByText('users').waitFor();
});

test('attachments are kept as files', async () => {
  const content = Buffer.from('<script>document.title = "evil"</script>').toString('base64');
  const emulator = await startEverything({ attachments: [{ name: 'map.html', content_type: 'text/html', content }] });
  const page = await openInbox(browser, emulator, '#/messages?channel_type=email', { acceptDownloads: true });
  await row(page, 'Fence 7').click();
  const downloading = page.waitForEvent('download');
  await page.getByRole('button', { name: /map\.html/ }).click();
  const download = await downloading;
  assert.equal(download.suggestedFilename(), 'map.html');
  assert.match(page.url(), /#\/messages\//);
  assert.deepEqual(page.context().pages().length, 1);
});

test('each other channel is drawn as its recipient sees it', async () => {
  const emulator = await startEverything();
  const page = await openInbox(browser, emulator);
  const open = async (type) => {
    await page.goto(`${emulator.url}/#/messages?channel_type=${type}`);
    await counted(page, '1 message');
    await rows(page).first().click();
    await page.locator('.preview').waitFor();
  };
  await open('in_app_feed');
  assert.equal(await page.frameLocator('.feed-item iframe').locator('b').innerText(), '7');
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.locator('.badge', { hasText: 'Interacted' }).first().waitFor();

  await open('sms');
  assert.equal(await page.locator('.bubble').innerText(), 'Fence 7 https://park.example/fences/7');
  await page.getByText(/1 segment · GSM-7 · \d+ septets/).waitFor();

  await open('push');
  assert.match(await page.locator('.push-card').innerText(), /Fence 7/);
  await page.getByText('token-1').waitFor();

  await open('chat');
  assert.equal(await page.locator('.slack-header').innerText(), 'Fence');
  assert.equal(await page.locator('.slack .mrkdwn a').getAttribute('href'), 'https://park.example/fences/7');
  await page.locator('.slack-image', { hasText: 'A fence' }).waitFor();

  await open('http');
  assert.match(await page.locator('.request-line').innerText(), /POST http:\/\/127\.0\.0\.1:9\/hook/);
  assert.match(await page.locator('.preview .source pre').innerText(), /"fence": "Fence 7"/);
  await tab(page, 'Delivery').click();
  await page.locator('.attempts article', { hasText: 'Failed' }).first().waitFor();
  assert.deepEqual(page.seen, { errors: [], dialogs: [], foreign: [], violations: [] });
});

test('the attempts of a delivery, with what was sent and what came back', async () => {
  const emulator = await startEverything();
  const { entries: [{ id }] } = await emulator.control('GET', 'messages?channel_type=http');
  const request = { method: 'POST', url: 'http://127.0.0.1:9/hook', headers: [['x-park', 'jhammond']], body: '{"fence":"Fence 7"}' };
  const attempts = [
    { at: '2026-11-27T08:00:00Z', kind: 'http', request, response: { status: 503, body: 'Try later' }, error: null },
    { at: '2026-11-27T08:00:10Z', kind: 'smtp', request: null, response: null, error: 'connection refused' },
  ];
  const page = await openInbox(browser, emulator);
  await page.route(`**/_emulator/messages/${id}`, async (route) => {
    const message = await (await route.fetch()).json();
    await route.fulfill({ json: { ...message, attempts } });
  });
  await page.goto(`${emulator.url}/#/messages/${id}?tab=delivery`);
  const first = page.locator('.attempts > li').first();
  await first.locator('.badge', { hasText: '503' }).waitFor();
  assert.match(await first.locator('.source pre').first().innerText(), /"fence": "Fence 7"/);
  assert.match(await first.locator('.source pre').last().innerText(), /Try later/);
  await first.locator('.pairs', { hasText: 'x-park' }).waitFor();
  await page.locator('.attempts > li').nth(1).locator('.error', { hasText: 'connection refused' }).waitFor();
});

test('what the recipient and the provider do', async () => {
  const emulator = await startEverything();
  const page = await openInbox(browser, emulator, '#/messages?channel_type=email');
  await row(page, 'Fence 7').click();
  const { entries: [{ id }] } = await emulator.control('GET', 'messages?channel_type=email');
  const marks = async () => (await emulator.control('GET', `messages/${id}`)).engagement;
  const pressed = (name, isPressed) => page.locator(`.actions button[aria-pressed=${isPressed}]`, { hasText: name }).waitFor();

  for (const [name, mark] of [['Seen', 'seen'], ['Read', 'read'], ['Archived', 'archived']]) {
    await action(page, name).click();
    await pressed(name, true);
    assert.ok((await marks()).includes(mark), name);
    await action(page, name).click();
    await pressed(name, false);
    assert.ok(!(await marks()).includes(mark), name);
  }
  await action(page, 'Interacted').click();
  await pressed('Interacted', true);

  await tab(page, 'Links').click();
  await page.locator('.links').getByRole('button', { name: 'Click' }).click();
  await until(async () => (await marks()).includes('link_clicked'));

  for (const [name, status] of [['Bounce', 'bounced'], ['Fail', 'undelivered'], ['Deliver', 'delivered']]) {
    await action(page, name).click();
    await pressed(name, true);
    assert.equal((await emulator.control('GET', `messages/${id}`)).status, status);
  }
  await tab(page, 'Timeline').click();
  const events = await page.locator('.timeline b').allInnerTexts();
  for (const event of ['Queued', 'Sent', 'Seen', 'Unseen', 'Read', 'Unread', 'Archived', 'Unarchived', 'Interacted', 'Link clicked', 'Bounced', 'Undelivered', 'Delivered']) {
    assert.ok(events.includes(event), `${event} of ${events}`);
  }
});

test('what does not fit is refused, and the page says why', async () => {
  const postmark = { type: 'email', name: 'Postmark', sandbox: true };
  const emulator = await startEmulator(['--knock-dir', writeProject('sandbox', {}, { postmark })]);
  await createReachable(emulator, 'jhammond');
  await emulator.trigger('everything', { recipients: ['jhammond'], data: { title: 'Fence 7', url: 'b', html: 'c' } });
  const page = await openInbox(browser, emulator, '#/messages?channel_type=email');
  await rows(page).first().click();
  await page.locator('.badge', { hasText: 'Not sent' }).first().waitFor();
  await action(page, 'Bounce').click();
  await page.locator('.notice.bad', { hasText: 'does not fit' }).waitFor();
  await page.goto(`${emulator.url}/#/messages?channel_type=in_app_feed`);
  await rows(page).first().click();
  await action(page, 'Seen').waitFor();
  assert.equal(await action(page, 'Bounce').count(), 0, 'no provider is between the emulator and a feed');
});

test('one message is deleted, then all', async () => {
  const emulator = await startPark();
  await emulator.trigger('fence-alert', { recipients: ['jhammond'], data: FENCE });
  const page = await openInbox(browser, emulator);
  await counted(page, '3 messages');
  await row(page, 'Fence 7 is down').click();
  await page.getByRole('button', { name: 'Delete this message' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('button', { name: 'Delete this message' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await counted(page, '2 messages');
  assert.match(page.url(), /#\/messages$/);
  await page.getByRole('button', { name: 'Delete all messages' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete all' }).click();
  await page.getByText('No messages yet').waitFor();
  assert.equal((await emulator.control('GET', 'messages')).total, 0);
});

test('a link to a message that is gone says so', async () => {
  const emulator = await startPark();
  const page = await openInbox(browser, emulator);
  for (const [hash, text] of [['messages/gone', 'no such message'], ['runs/gone', 'no such run'], ['users/gone', 'no such user']]) {
    await page.goto(`${emulator.url}/#/${hash}`);
    await page.getByText(text).waitFor();
  }
});

test('when the emulator is stopped and started again', async () => {
  const port = await freePort();
  const emulator = await startEmulator(['--knock-dir', PARK], port);
  await emulator.trigger('fence-alert', { recipients: ['jhammond'], data: { ...FENCE, channels: ['feed'] } });
  const page = await openInbox(browser, emulator);
  await counted(page, '1 message');
  await emulator.kill();
  await page.getByText('The emulator cannot be reached').waitFor();
  await counted(page, '1 message');
  const again = await startEmulator(['--knock-dir', PARK], port);
  await page.locator('.banner').waitFor({ state: 'detached', timeout: LONG_MS });
  await page.getByText('No messages yet').waitFor();
  await again.trigger('fence-alert', { recipients: ['ellie'], data: { ...FENCE, channels: ['feed'] } });
  await counted(page, '1 message');
});

test('without a Knock directory', async () => {
  const emulator = await startEmulator();
  await emulator.trigger('welcome', { recipients: ['jhammond'], data: { dino: 'rex' } });
  const page = await openInbox(browser, emulator);
  await counted(page, '1 message');
  await rows(page).first().click();
  await page.getByText('This message has no content').waitFor();
  assert.match(await page.locator('.source pre').innerText(), /"dino": "rex"/);

  // What the page shows is there as JSON, too.
  const opening = page.context().waitForEvent('page');
  await page.locator('.detail-pane').getByRole('link', { name: 'JSON' }).click();
  const json = await opening;
  await json.waitForLoadState();
  assert.match(await json.locator('body').innerText(), /"dino":\s*"rex"/);
});
