// The other views of the page: runs, the form of triggers, users, requests and the environment.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { startBrowser } from '../lib/browser.mjs';
import { startEmulator, stopEmulators } from '../lib/emulator.mjs';
import { counted, openInbox, rows, until } from '../lib/inbox.mjs';
import { createReachable, PARK, PUSH_CHANNEL, writeProject } from '../lib/project.mjs';

let browser;
before(async () => {
  browser = await startBrowser();
});
after(async () => {
  await browser?.close();
  stopEmulators();
});

const TICKET = { date: '2026-12-01', ticket_url: 'https://park.example/t/1', visitors: 2, price: 40 };
const NOTHING = { errors: [], dialogs: [], foreign: [], violations: [] };

test('a run that waits goes on by hand', async () => {
  const emulator = await startEmulator(['--knock-dir', PARK]);
  await emulator.call('PUT', '/v1/users/jhammond', { name: 'John Hammond', email: 'jhammond@park.example' });
  const page = await openInbox(browser, emulator, '#/runs');
  await page.getByText('No runs yet').waitFor();
  await emulator.trigger('ticket-bought', { recipients: ['jhammond'], data: TICKET });
  await page.locator('.run-row').click();
  assert.match(page.url(), /#\/runs\/[\w-]+/);
  await page.getByText('It waits until').waitFor();
  await page.locator('.step-waiting .fold summary', { hasText: 'Variables at that time' }).click();
  assert.match(await page.locator('.step-waiting .source pre').innerText(), /"visitors": 2/);
  await page.getByRole('button', { name: 'Go on now' }).click();
  await page.locator('.step-done code', { hasText: 'email_1' }).waitFor();
  await page.locator('.message-links a', { hasText: 'Your visit, John' }).first().click();
  await page.locator('.message-title', { hasText: 'Your visit, John' }).waitFor();
  await page.getByRole('link', { name: 'Show the run' }).click();
  await page.locator('.badge', { hasText: 'Completed' }).first().waitFor();
  assert.deepEqual(page.seen, NOTHING);
});

test('a run says why a step was skipped, and marks what is the own choice of the emulator', async () => {
  const emulator = await startEmulator(['--knock-dir', PARK]);
  await emulator.trigger('fence-alert', { recipients: ['nobody'], data: { fence: 7, channels: ['email'], window: null } });
  const page = await openInbox(browser, emulator, '#/runs');
  await page.locator('.run-row').click();
  await page.locator('.step-skipped', { hasText: 'the recipient has no `email`' }).waitFor();
  await page.locator('.step-done', { hasText: 'The run went into the branch “At once”' }).waitFor();
  const badge = page.locator('.own-choice').first();
  assert.match(await badge.getAttribute('href'), /docs\/WORKFLOWS\.md$/);
  assert.match(await badge.getAttribute('title'), /Knock does not document/);
});

test('an agent gets its response by hand', async () => {
  const emulator = await startEmulator(['--knock-dir', writeProject('agent')]);
  await createReachable(emulator, 'jhammond');
  await emulator.trigger('agent', { recipients: ['jhammond'] });
  const page = await openInbox(browser, emulator, '#/runs');
  await page.locator('.run-row').click();
  const editor = page.getByLabel('The response of the agent, as JSON');
  await editor.fill('{"text": ');
  await page.getByText('This is not valid JSON').waitFor();
  await editor.fill('{"text": "All is well"}');
  await page.getByRole('button', { name: 'Go on with this response' }).click();
  await page.locator('.message-links a', { hasText: 'It said All is well' }).first().waitFor();
});

test('an event is told by hand, or that its time is over', async () => {
  const emulator = await startEmulator(['--knock-dir', writeProject('waiting')]);
  await createReachable(emulator, 'jhammond');
  const page = await openInbox(browser, emulator, '#/runs');
  for (const [index, [button, text]] of [['The event happened', 'Paid: true, 7'], ['The time is over', 'Paid: false,']].entries()) {
    await emulator.trigger('waiting', { recipients: ['jhammond'] });
    await page.locator('.run-row').nth(index).waitFor();
    await page.locator('.run-row').first().click();
    await page.getByLabel('The event, as JSON').fill('{"data": {"amount": 7}}');
    await page.getByRole('button', { name: button }).click();
    await page.locator('.message-links a', { hasText: text }).first().waitFor();
    await page.getByRole('link', { name: 'Runs', exact: true }).first().click();
  }
  assert.deepEqual(page.seen, NOTHING);
});

test('the form of a workflow is made of its schema', async () => {
  const emulator = await startEmulator(['--knock-dir', writeProject('form')]);
  await createReachable(emulator, 'jhammond');
  await emulator.call('PUT', '/v1/tenants/isla', { name: 'Isla Nublar' });
  const page = await openInbox(browser, emulator, '#/trigger/checked');
  const label = (text) => page.locator('.data').getByLabel(text);

  // Each error is at its field, and the first one has the focus.
  await page.getByRole('button', { name: 'Trigger now' }).click();
  await page.locator('.field', { hasText: 'Recipients' }).locator('.error').waitFor();
  await page.getByRole('button', { name: 'John Hammond' }).click();
  await page.getByRole('button', { name: 'Trigger now' }).click();
  await page.locator('.data .field', { hasText: 'Fence' }).locator('.error', { hasText: "can't be blank" }).waitFor();
  await until(() => page.evaluate(() => document.activeElement.labels?.[0]?.textContent.startsWith('Fence')));

  await label('Fence').fill('7');
  await label('volts').fill('3');
  await label('urgent').check();
  await label('level').selectOption('high');
  await label('on').fill('2026-12-01');
  await label('name').fill('Muldoon');
  await page.getByRole('button', { name: 'Add an item' }).click();
  await page.getByRole('textbox', { name: 'Item 1' }).fill('rex');
  await page.getByRole('button', { name: 'Add an item' }).click();
  await page.getByRole('textbox', { name: 'Item 2' }).fill('raptor');
  await label('more').fill('{"a": 1}');
  await page.getByLabel('Tenant').fill('isla');
  await page.getByLabel('Actor').fill('nobody');
  await page.getByRole('button', { name: 'Trigger now' }).click();
  await page.getByRole('alert').filter({ hasText: 'The actor supplied does not exist' }).waitFor();
  await page.getByLabel('Actor').fill('jhammond');
  await page.getByRole('button', { name: 'Trigger now' }).click();
  await page.getByText('Triggered.').waitFor();

  const { entries: [message] } = await emulator.control('GET', 'messages');
  assert.equal(message.title, 'Fence 7, rex+raptor, Muldoon, 2026-12-01, true, high');
  assert.equal(message.tenant, 'isla');
  const { data } = await emulator.control('GET', `messages/${message.id}`);
  assert.deepEqual(data, { urgent: true, fence: '7', volts: 3, level: 'high', on: '2026-12-01', keeper: { name: 'Muldoon' }, animals: ['rex', 'raptor'], more: { a: 1 } });

  // The same as JSON.
  await page.getByRole('group', { name: 'How to edit the data' }).getByRole('button', { name: 'JSON' }).click();
  assert.deepEqual(JSON.parse(await page.getByLabel('Data as JSON').inputValue()), data);
  await page.getByLabel('Data as JSON').fill('{"fence": 8, "urgent": false}');
  await page.getByRole('button', { name: 'Trigger now' }).click();
  await page.locator('.field', { hasText: 'Data as JSON' }).locator('.error', { hasText: 'fence is invalid' }).waitFor();

  await page.getByRole('link', { name: 'The run for jhammond' }).waitFor({ state: 'detached' });
  await page.getByLabel('Data as JSON').fill('{"fence": "8", "urgent": false}');
  await page.getByRole('button', { name: 'Trigger now' }).click();
  await page.getByRole('link', { name: 'The run for jhammond' }).click();
  await page.locator('.step-done').first().waitFor();
});

test('recipients are typed as ids, objects and JSON', async () => {
  const emulator = await startEmulator(['--knock-dir', PARK]);
  const page = await openInbox(browser, emulator, '#/trigger/fence-alert');
  const input = page.getByLabel('Recipients');
  for (const text of ['ellie', 'paddocks/nine', '{"id": "ian", "email": "ian@park.example"}']) {
    await input.fill(text);
    await input.press('Enter');
  }
  await input.fill('{"id": ');
  await input.press('Enter');
  await page.locator('.field', { hasText: 'Recipients' }).locator('.error').waitFor();
  await input.fill('');
  assert.equal(await page.locator('.token').count(), 3);
  await page.getByRole('button', { name: 'Remove paddocks/nine' }).click();
  await page.getByLabel('Data as JSON').fill(JSON.stringify({ fence: 7, channels: ['email', 'feed'], window: null }));
  await page.getByRole('button', { name: 'Trigger now' }).click();
  await page.getByText('Triggered.').waitFor();
  await page.getByRole('link', { name: 'Show its messages' }).click();
  await counted(page, '3 messages');
});

test('users: search, preferences, properties and channel data', async () => {
  const emulator = await startEmulator(['--knock-dir', writeProject('users', {}, {}, { channel_types: { chat: false } })]);
  await emulator.call('PUT', '/v1/tenants/ingen', { name: 'InGen' });
  await createReachable(emulator, 'jhammond');
  await emulator.call('PUT', '/v1/users/ellie', { name: 'Ellie Sattler', email: 'ellie@park.example' });
  const page = await openInbox(browser, emulator, '#/users');
  await page.locator('.user-row').nth(1).waitFor();
  await page.getByPlaceholder('Search by id').fill('sattler');
  await page.locator('.user-row', { hasText: 'Ellie' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('.user-row').length === 1);
  await page.getByPlaceholder('Search by id').fill('');
  await page.locator('.user-row', { hasText: 'Hammond' }).click();

  // Preferences, as switches and as JSON.
  const preferences = () => emulator.call('GET', '/v1/users/jhammond/preferences/default');
  const own = async (set) => (await emulator.call('GET', '/_emulator/preferences?user=jhammond')).entries.find(({ id }) => id === set);
  await page.getByRole('switch', { name: 'SMS' }).uncheck();
  await until(async () => (await preferences()).channel_types?.sms === false);
  assert.deepEqual((await own('default')).channel_types, { sms: false }, 'the defaults stay those of the environment');
  await page.getByRole('switch', { name: /Everything/ }).uncheck();
  await until(async () => (await preferences()).workflows?.everything === false);
  assert.equal((await preferences()).channel_types.sms, false);
  await page.getByRole('group', { name: 'How to edit the preferences' }).getByRole('button', { name: 'JSON' }).click();
  await page.getByLabel('The default set').fill('{"categories": {"fences": false}}');
  await page.getByRole('button', { name: 'Save' }).click();
  await until(async () => (await preferences()).categories?.fences === false);
  await page.getByRole('button', { name: 'Switches' }).click();
  assert.equal(await page.getByRole('switch', { name: 'Fences' }).isChecked(), false);
  assert.equal(await page.getByRole('switch', { name: 'SMS' }).isChecked(), true);
  await page.getByLabel('Set', { exact: true }).selectOption({ label: 'InGen' });
  await page.getByRole('switch', { name: 'Email' }).uncheck();
  await until(async () => (await own('ingen'))?.channel_types?.email === false);
  assert.deepEqual((await own('default')).categories, { fences: false });
  // The page may not have read what was just stored.
  await until(async () => {
    await page.getByRole('button', { name: 'Switches' }).click();
    await page.getByRole('button', { name: 'JSON', exact: true }).click();
    const edited = JSON.parse(await page.getByLabel('The set for this tenant').inputValue());
    return isDeepStrictEqual(edited, { channel_types: { email: false } });
  });

  await page.getByRole('tab', { name: 'Properties' }).click();
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.getByRole('textbox', { name: 'Properties' }).fill('{"name": "John", "age": 76}');
  await page.getByRole('button', { name: 'Save' }).click();
  await until(async () => (await emulator.call('GET', '/v1/users/jhammond')).age === 76);

  await page.getByRole('tab', { name: 'Channel data' }).click();
  const card = page.locator('.card', { hasText: 'iPhones' });
  assert.match(await card.locator('pre').innerText(), /token-1/);
  await card.getByRole('button', { name: 'Edit' }).click();
  await card.getByLabel('Data').fill('{"tokens": ["token-2"]}');
  await card.getByRole('button', { name: 'Save' }).click();
  await until(async () => (await emulator.call('GET', `/v1/users/jhammond/channel_data/${PUSH_CHANNEL}`)).data.tokens[0] === 'token-2');
  await card.getByRole('button', { name: 'Remove' }).click();
  await card.getByText('No data for this channel').waitFor();

  await page.getByRole('tab', { name: 'Messages' }).click();
  await page.getByText('No messages for this user').waitFor();

  await page.goto(`${emulator.url}/#/users`);
  await page.getByRole('button', { name: 'New user' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('The id is needed').waitFor();
  await page.getByLabel('Id', { exact: true }).fill('a/b');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByText('has invalid format').waitFor();
  await page.getByLabel('Id', { exact: true }).fill('robert.muldoon');
  await page.getByLabel('Email').fill('muldoon@park.example');
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.locator('.summary code', { hasText: 'robert.muldoon' }).waitFor();
  await page.getByRole('button', { name: 'Delete this user' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click();
  await page.locator('.user-row').nth(1).waitFor();
  assert.deepEqual(page.seen, NOTHING);
});

test('requests with their errors and faults', async () => {
  const emulator = await startEmulator(['--knock-dir', PARK]);
  const page = await openInbox(browser, emulator, '#/requests');
  await page.getByText('No requests yet').waitFor();
  await emulator.call('PUT', '/v1/users/jhammond', { name: 'John' });
  await page.locator('.request-row', { hasText: '/v1/users/jhammond' }).waitFor();
  await assert.rejects(emulator.call('GET', '/v1/users/nobody'));
  await emulator.control('POST', 'faults', { kind: 'status', status: 503 });
  await assert.rejects(emulator.call('GET', '/v1/users/jhammond'));
  const failed = page.locator('.requests li', { hasText: 'nobody' });
  await failed.locator('summary').first().click();
  await failed.locator('pre', { hasText: 'resource_missing' }).waitFor();
  await page.locator('.requests li', { hasText: 'Fault' }).locator('.badge', { hasText: '503' }).waitFor();
  await page.getByRole('button', { name: 'Only errors' }).click();
  await page.waitForFunction(() => document.querySelectorAll('.request-row').length === 2);
});

test('the environment: clock, faults, problems and webhooks', async () => {
  const received = [];
  const receiver = http.createServer((request, response) => {
    received.push(request.headers['x-knock-event']);
    response.end();
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const emulator = await startEmulator(['--knock-dir', writeProject('environment')]);
  await createReachable(emulator, 'jhammond');
  const page = await openInbox(browser, emulator, '#/environment');

  // A file that is wrong is named.
  await page.locator('.problems', { hasText: '`teleport` is not a type of a step' }).waitFor();
  assert.match(await page.locator('.problems code').innerText(), /workflows\/broken\/workflow\.json: steps\[0\]\.type/);

  const ahead = async () => (await emulator.control('GET', 'status')).ahead_ms;
  for (const [name, ms] of [['+1 minute', 60_000], ['+1 hour', 3_660_000], ['+1 day', 90_060_000]]) {
    await page.getByRole('button', { name }).click();
    await until(async () => (await ahead()) === ms);
  }
  await page.getByLabel('Amount').fill('2');
  await page.getByLabel('Unit').selectOption({ label: 'days' });
  await page.getByRole('button', { name: 'Move', exact: true }).click();
  await until(async () => (await ahead()) === 90_060_000 + 2 * 86_400_000);
  await page.locator('.sidebar', { hasText: 'ahead' }).waitFor();

  const form = page.locator('.fault-form');
  await form.getByLabel('Status').fill('500');
  await form.getByLabel('Times').fill('2');
  await form.getByLabel('Path begins with').fill('/v1/workflows/');
  await form.getByRole('button', { name: 'Add the fault' }).click();
  await page.locator('.faults', { hasText: 'status=500' }).waitFor();
  await assert.rejects(emulator.trigger('agent', { recipients: ['x'] }), /500/);
  await page.locator('.faults', { hasText: 'times=1' }).waitFor();
  await page.getByText('Add faults as JSON').click();
  await page.getByRole('button', { name: 'Add', exact: true }).click();
  await page.locator('.faults', { hasText: 'random' }).waitFor();
  await page.getByRole('button', { name: 'Remove all faults' }).click();
  await page.getByText('There are none.').waitFor();
  assert.deepEqual((await emulator.control('GET', 'faults')).entries, []);

  await page.getByLabel('URL of an endpoint').fill(`http://127.0.0.1:${receiver.address().port}/hooks`);
  await page.getByRole('button', { name: 'Add an endpoint' }).click();
  await page.getByText('all events').waitFor();
  await emulator.trigger('everything', { recipients: ['jhammond'], data: { title: 'a', url: 'b', html: 'c' } });
  const delivery = page.locator('.deliveries li', { hasText: 'message.sent' }).first();
  await delivery.locator('.badge', { hasText: 'Delivered' }).waitFor();
  const before = received.length;
  await delivery.locator('summary').first().click();
  await delivery.getByRole('button', { name: 'Deliver once more' }).click();
  await until(() => received.length > before);
  await page.getByRole('button', { name: 'Remove all', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove all' }).click();
  await page.getByText('There are no endpoints').waitFor();

  await page.getByRole('button', { name: 'Remove everything' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Remove everything' }).click();
  await until(async () => (await emulator.control('GET', 'messages')).total === 0);
  assert.deepEqual(page.seen, NOTHING);
  receiver.close();
});

test('every view has a link of its own', async () => {
  const emulator = await startEmulator(['--knock-dir', PARK]);
  await emulator.call('PUT', '/v1/users/jhammond', { name: 'John Hammond' });
  await emulator.trigger('fence-alert', { recipients: ['jhammond'], data: { fence: 7, channels: ['feed'], window: null } });
  const { entries: [message] } = await emulator.control('GET', 'messages');
  const page = await openInbox(browser, emulator);
  const shown = {
    messages: '.message-row',
    [`messages/${message.id}`]: '.message-title:has-text("Fence 7")',
    [`messages/${message.id}?tab=timeline`]: '.timeline',
    runs: '.run-row',
    [`runs/${message.run}`]: '.steps',
    users: '.user-row',
    'users/jhammond?tab=properties': '.source',
    'trigger/fence-alert': '.workflow-steps',
    requests: '.request-row',
    environment: '.clock',
  };
  for (const [hash, selector] of Object.entries(shown)) {
    await page.goto('about:blank');
    await page.goto(`${emulator.url}/#/${hash}`);
    await page.locator(selector).first().waitFor();
  }
  await page.goto(`${emulator.url}/#/nowhere`);
  await rows(page).first().waitFor();
});

test('the colours are kept, and pages that may keep nothing work', async () => {
  const emulator = await startEmulator();
  const page = await openInbox(browser, emulator);
  const theme = () => page.evaluate(() => document.documentElement.dataset.theme ?? 'system');
  await page.getByRole('button', { name: /^Colours/ }).click();
  assert.equal(await theme(), 'light');
  await page.getByRole('button', { name: /^Colours/ }).click();
  assert.equal(await theme(), 'dark');
  await page.reload();
  await page.locator('main h1').first().waitFor();
  assert.equal(await theme(), 'dark');

  const context = await browser.newContext();
  await context.addInitScript(() => {
    Object.defineProperty(globalThis, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });
  });
  const strict = await context.newPage();
  const errors = [];
  strict.on('pageerror', (error) => errors.push(String(error)));
  await strict.goto(emulator.url);
  await strict.getByRole('button', { name: /^Colours/ }).click();
  assert.equal(await strict.evaluate(() => document.documentElement.dataset.theme), 'light');
  assert.deepEqual(errors, []);
});
