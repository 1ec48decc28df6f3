// Knock's client for browsers, without React: every call it makes, user tokens, and Slack and Teams.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { buildUserTokenGrant, signUserToken } from '@knocklabs/node/lib/tokenSigner';

import { LONG_MS, openPage, startBrowser, startPages } from '../lib/browser.mjs';
import { FEED, PUBLIC_KEY, startEmulator, stopEmulators } from '../lib/emulator.mjs';
import { ROOT } from '../lib/paths.mjs';

const KEYS = path.join(ROOT, 'tests', 'wire', 'record', 'keys');
const PRIVATE = readFileSync(path.join(KEYS, 'test-key-pkcs8.pem'), 'utf8');
const SLACK = '8209f26c-62a5-461d-95e2-a5716a26e652';
let browser;
let pages;
let emulator;

before(async () => {
  browser = await startBrowser();
  pages = await startPages();
  emulator = await startEmulator(['--signing-key', path.join(KEYS, 'test-key-public.pem')]);
});
after(async () => {
  await browser?.close();
  pages?.stop();
  stopEmulators();
});

const sign = (user, options = {}) => signUserToken(user, { signingKey: PRIVATE, ...options });

/** Opens a page in which `knock` is a client for a user. */
async function open(user, token) {
  const page = await openPage(browser, pages.at('localhost', 'client'));
  await page.waitForFunction(() => window.Client);
  await page.evaluate(([host, key, user, token]) => {
    window.knock = new window.Client(key, { host });
    window.knock.authenticate({ id: user }, token, { identificationStrategy: 'skip' });
  }, [emulator.url, PUBLIC_KEY, user, token]);
  return page;
}

test('every call of the client is answered', async () => {
  await emulator.trigger('welcome', { recipients: ['ada'], data: { dino: 'rex' } });
  await emulator.call('PUT', '/v1/tenants/acme', { name: 'Acme' });
  await emulator.call('PUT', `/v1/objects/$tenants/acme/channel_data/${SLACK}`, {
    data: { token: { access_token: 'xoxb-1' }, ms_teams_tenant_id: 't1' },
  });
  const grants = [
    buildUserTokenGrant({ type: 'tenant', id: 'acme' }, ['slack/channels_read', 'ms_teams/channels_read']),
    buildUserTokenGrant({ type: 'object', id: 'p1', collection: 'projects' }, ['channel_data/read', 'channel_data/write']),
  ];
  const page = await open('ada', await sign('ada', { grants }));
  const result = await page.evaluate(async ([feedId, slack]) => {
    const { knock } = window;
    const found = {};
    found.user = await knock.user.identify({ name: 'Ada' });
    found.self = await knock.user.get();
    await knock.user.setChannelData({ channelId: slack, channelData: { tokens: ['t'] } });
    found.data = await knock.user.getChannelData({ channelId: slack });
    await knock.user.setPreferences({ channel_types: { email: false } });
    found.sets = await knock.user.getAllPreferences();
    found.set = await knock.user.getPreferences();
    await knock.preferences.setChannelTypes({ email: true, sms: false });
    await knock.preferences.setChannelType('push', false);
    await knock.preferences.setWorkflows({ digest: false });
    await knock.preferences.setWorkflow('weekly', false);
    await knock.preferences.setCategories({ news: false });
    found.granular = await knock.preferences.setCategory('offers', true);
    found.preferences = await knock.preferences.get();
    found.guides = await knock.user.getGuides(slack, {});
    const mark = { channel_id: slack, guide_key: 'g', guide_id: slack, guide_step_ref: 's', content: {} };
    found.guide = await knock.user.markGuideStepAs('seen', mark);
    found.reset = await knock.user.resetGuideEngagement({ guide_key: 'g' });
    const feed = knock.feeds.initialize(feedId);
    found.feed = (await feed.fetch()).data;
    const [{ id }] = found.feed.entries;
    found.message = await knock.messages.get(id);
    found.read = await knock.messages.updateStatus(id, 'read');
    found.unread = await knock.messages.removeStatus(id, 'read');
    found.batch = await knock.messages.batchUpdateStatuses([id], 'seen');
    found.bulk = await knock.messages.bulkUpdateAllStatusesInChannel({ channelId: feedId, status: 'read', options: { user_ids: ['ada'] } });
    const on = { objectId: 'p1', collection: 'projects', channelId: slack };
    found.written = await knock.objects.setChannelData({ ...on, data: { connections: [{ channel_id: 'C1' }] } });
    found.connections = await knock.objects.getChannelData(on);
    const provider = { tenant: 'acme', knockChannelId: slack };
    found.slack = await knock.slack.authCheck(provider);
    found.slackChannels = await knock.slack.getChannels(provider);
    found.teamsAuth = await knock.msTeams.authCheck(provider);
    found.teams = await knock.msTeams.getTeams(provider);
    found.teamsChannels = await knock.msTeams.getChannels({ ...provider, teamId: found.teams.ms_teams_teams[0].id });
    found.revokedSlack = await knock.slack.revokeAccessToken(provider);
    found.revokedTeams = await knock.msTeams.revokeAccessToken(provider);
    return found;
  }, [FEED, SLACK]);
  assert.deepEqual([result.user.name, result.self.name], ['Ada', 'Ada']);
  assert.deepEqual(result.data.data.tokens, ['t']);
  assert.equal(result.set.channel_types.email, false);
  assert.deepEqual(result.preferences.channel_types, { email: true, sms: false, push: false });
  assert.deepEqual(result.preferences.workflows, { digest: false, weekly: false });
  assert.deepEqual(result.preferences.categories, { news: false, offers: true });
  assert.deepEqual([result.guide.status, result.reset.status, result.guides.entries], ['ok', 'ok', []]);
  assert.equal(result.feed.entries.length, 1);
  assert.deepEqual([result.message.id, result.read.engagement_statuses], [result.feed.entries[0].id, ['read']]);
  assert.deepEqual([result.unread.engagement_statuses, result.batch[0].engagement_statuses], [[], ['seen']]);
  assert.equal(result.bulk.name, 'messages.read');
  assert.equal(result.connections.data.connections.length, 1);
  assert.deepEqual([result.slack.connection.ok, result.teamsAuth.connection.ok], [true, true]);
  assert.ok(result.slackChannels.slack_channels.length > 0 && result.teamsChannels.ms_teams_channels.length > 0);
  assert.deepEqual([result.revokedSlack.ok, result.revokedTeams.ok], ['ok', 'ok']);
  assert.deepEqual(page.errors, []);
  await page.close();
});

test('a missing, wrong, expired or foreign token gets its code', async () => {
  const other = readFileSync(path.join(ROOT, 'fuzz', 'corpus', 'key', 'rfc7515_a2_pkcs8.pem'), 'utf8');
  for (const [token, status, code] of [
    [undefined, 401, 'missing_user_token'],
    ['nonsense', 401, 'invalid_user_token'],
    [await sign('ada', { signingKey: other }), 401, 'invalid_user_token'],
    [await sign('ada', { expiresInSeconds: -10 }), 401, 'invalid_user_token'],
    [await sign('grace'), 403, 'invalid_user_token'],
  ]) {
    const page = await open('ada', token);
    const result = await page.evaluate(async () => {
      const { status, body } = await window.knock.client().makeRequest({ method: 'GET', url: '/v1/users/ada/preferences' });
      return { status, code: body.code };
    });
    assert.deepEqual(result, { status, code });
    await page.close();
  }
});

test('a token is refreshed before it expires, and the feed stays live', async () => {
  const page = await openPage(browser, pages.at('localhost', 'client'));
  await page.waitForFunction(() => window.Client);
  const opened = [];
  page.on('websocket', (socket) => opened.push(new URL(socket.url()).searchParams.get('user_token')));
  const [first, second] = [await sign('ada', { expiresInSeconds: 600 }), await sign('ada', { expiresInSeconds: 3600 })];
  await page.evaluate(([host, key, feedId, first, second]) => {
    window.refreshes = 0;
    window.live = [];
    const knock = new window.Client(key, { host });
    knock.authenticate({ id: 'ada' }, first, {
      identificationStrategy: 'skip',
      // Three seconds after it was signed.
      timeBeforeExpirationInMs: 597_000,
      onUserTokenExpiring: async () => {
        window.refreshes += 1;
        return second;
      },
    });
    const feed = knock.feeds.initialize(feedId);
    feed.on('items.received.realtime', ({ items }) => window.live.push(...items.map(({ source }) => source.key)));
    feed.listenForUpdates();
    feed.fetch();
  }, [emulator.url, PUBLIC_KEY, FEED, first, second]);
  await page.waitForFunction(() => window.refreshes === 1);
  const deadline = Date.now() + LONG_MS;
  for (;;) {
    const { entries } = await emulator.control('GET', 'sockets');
    if (opened.includes(second) && entries.length === 1 && entries[0].topics.length > 0) break;
    assert.ok(Date.now() < deadline, 'the feed has not joined again');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const call = page.waitForRequest((request) => request.method() === 'GET' && request.url().includes('/feeds/'));
  await emulator.trigger('after-refresh', { recipients: ['ada'] });
  assert.equal((await call).headers()['x-knock-user-token'], second);
  await page.waitForFunction(() => window.live.includes('after-refresh'));
  assert.equal(await page.evaluate(() => window.refreshes), 1);
  await page.close();
});
