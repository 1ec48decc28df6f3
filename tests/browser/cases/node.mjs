// The official SDK for servers: a story that calls every method that it has.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import Knock from '@knocklabs/node';

import { FEED, SECRET_KEY, startEmulator, stopEmulators } from '../lib/emulator.mjs';

const SLACK = '8209f26c-62a5-461d-95e2-a5716a26e652';
const called = new Set();
let emulator;
let knock;

before(async () => {
  emulator = await startEmulator();
  knock = recorded(new Knock({ apiKey: SECRET_KEY, baseURL: emulator.url, maxRetries: 0 }));
});
after(stopEmulators);

const isResource = (value) => typeof value === 'object' && value !== null && '_client' in value;

/** Every method of the SDK, for example `users.feeds.listItems`. */
function methods(holder, path = []) {
  const own = path.length === 0 ? [] : Object.getOwnPropertyNames(Object.getPrototypeOf(holder));
  const names = own.filter((name) => name !== 'constructor' && typeof holder[name] === 'function');
  const inner = Object.entries(holder).filter(([name, value]) => name !== '_client' && isResource(value));
  return [...names.map((name) => [...path, name].join('.')), ...inner.flatMap(([name, value]) => methods(value, [...path, name]))];
}

/** The SDK as it is, which remembers what is called. */
function recorded(holder, path = []) {
  return new Proxy(holder, {
    get(target, name) {
      const value = target[name];
      if (isResource(value)) return recorded(value, [...path, name]);
      if (typeof value !== 'function') return value;
      return (...args) => {
        called.add([...path, name].join('.'));
        return value.apply(target, args);
      };
    },
  });
}

async function all(list) {
  const items = [];
  for await (const item of list) items.push(item);
  return items;
}

async function done(operation) {
  const { status, error_count: errors } = await knock.bulkOperations.get(operation.id);
  assert.deepEqual([status, errors], ['completed', 0]);
}

const fails = (promise, status, code) =>
  assert.rejects(promise, (error) => error.status === status && error.error?.code === code);

test('users and what belongs to them', async () => {
  const user = await knock.users.update('ellie', { name: 'Ellie', email: 'ellie@example.com', plan: 'pro' });
  assert.deepEqual([user.id, user.name, user.plan], ['ellie', 'Ellie', 'pro']);
  await knock.users.update('old-ellie', { phone_number: '+15550100' });
  assert.equal((await knock.users.merge('ellie', { from_user_id: 'old-ellie' })).phone_number, '+15550100');
  await fails(knock.users.get('old-ellie'), 404, 'resource_missing');
  await done(await knock.users.bulk.identify({ users: [{ id: 'alan', name: 'Alan' }, { id: 'ian' }] }));
  assert.deepEqual((await all(knock.users.list())).map(({ id }) => id), ['alan', 'ellie', 'ian']);
  await done(await knock.users.bulk.setPreferences({ user_ids: ['alan'], preferences: { channel_types: { sms: false } } }));
  assert.equal((await knock.users.getPreferences('alan', 'default')).channel_types.sms, false);
  await knock.users.setPreferences('ellie', 'default', { workflows: { digest: false } });
  assert.equal((await knock.users.listPreferences('ellie')).length, 1);
  await knock.users.unsetPreferences('ellie', 'default');
  assert.deepEqual(await knock.users.listPreferences('ellie'), []);
  await knock.users.setChannelData('ellie', SLACK, { data: { tokens: ['t1'] } });
  assert.deepEqual((await knock.users.getChannelData('ellie', SLACK)).data.tokens, ['t1']);
  await knock.users.unsetChannelData('ellie', SLACK);
  await fails(knock.users.getChannelData('ellie', SLACK), 404, 'resource_missing');
  assert.equal((await knock.users.preferenceCenter.getConfig('ellie')).enabled, true);
  assert.match((await knock.users.preferenceCenter.generateSignedURL('ellie', {})).url, /^https:/);
  await done(await knock.users.bulk.delete({ user_ids: ['ian'] }));
  await knock.users.delete('alan');
  assert.deepEqual((await all(knock.users.list())).map(({ id }) => id), ['ellie']);
});

test('objects, subscriptions and tenants', async () => {
  await knock.objects.set('parks', 'nublar', { name: 'Isla Nublar' });
  assert.equal((await knock.objects.get('parks', 'nublar')).properties.name, 'Isla Nublar');
  await done(await knock.objects.bulk.set('parks', { objects: [{ id: 'sorna' }] }));
  assert.equal((await all(knock.objects.list('parks'))).length, 2);
  await knock.objects.addSubscriptions('parks', 'nublar', { recipients: ['ellie', 'tim'] });
  await knock.objects.deleteSubscriptions('parks', 'nublar', { recipients: ['tim'] });
  await done(await knock.objects.bulk.addSubscriptions('parks', { subscriptions: [{ id: 'sorna', recipients: ['ellie'] }] }));
  await done(await knock.objects.bulk.deleteSubscriptions('parks', { subscriptions: [{ id: 'sorna', recipients: ['ellie'] }] }));
  const [subscription] = await all(knock.objects.listSubscriptions('parks', 'nublar'));
  assert.equal(subscription.recipient.id, 'ellie');
  assert.equal((await all(knock.users.listSubscriptions('ellie'))).length, 1);
  await knock.objects.setPreferences('parks', 'nublar', 'default', { channel_types: { email: true } });
  assert.equal((await knock.objects.getPreferences('parks', 'nublar', 'default')).channel_types.email, true);
  assert.equal((await knock.objects.listPreferences('parks', 'nublar')).length, 1);
  await knock.objects.unsetPreferences('parks', 'nublar', 'default');
  await knock.objects.setChannelData('parks', 'nublar', SLACK, { data: { connections: [{ channel_id: 'C1' }] } });
  assert.equal((await knock.objects.getChannelData('parks', 'nublar', SLACK)).data.connections.length, 1);
  await knock.objects.unsetChannelData('parks', 'nublar', SLACK);
  assert.deepEqual(await all(knock.objects.listSchedules('parks', 'nublar')), []);
  await done(await knock.objects.bulk.delete('parks', { object_ids: ['sorna'] }));
  await knock.tenants.set('ingen', { name: 'InGen' });
  assert.equal((await knock.tenants.get('ingen')).name, 'InGen');
  await done(await knock.tenants.bulk.set({ tenants: ['biosyn'] }));
  assert.equal((await all(knock.tenants.list())).length, 2);
  await knock.tenants.delete('biosyn');
  await done(await knock.tenants.bulk.delete({ tenant_ids: ['ingen'] }));
  assert.deepEqual(await all(knock.tenants.list()), []);
});

test('a trigger, its messages and what happens to them', async () => {
  const { workflow_run_id: run } = await knock.workflows.trigger('fence-down', {
    recipients: [{ collection: 'parks', id: 'nublar' }],
    data: { sector: 7 },
    cancellation_key: 'fence',
  });
  await knock.workflows.cancel('fence-down', { cancellation_key: 'fence' });
  const [message] = await all(knock.users.listMessages('ellie'));
  assert.deepEqual([message.source.key, message.data, message.source.workflow_run_id], ['fence-down', { sector: 7 }, run]);
  assert.equal((await all(knock.objects.listMessages('parks', 'nublar'))).length, 1);
  assert.equal((await all(knock.messages.list({ workflow_run_id: run }))).length, 2);
  const runs = await all(knock.workflowRecipientRuns.list({ workflow: 'fence-down' }));
  assert.equal(runs.length, 2);
  assert.equal((await knock.workflowRecipientRuns.get(runs[0].id)).status, 'completed');

  const { id } = message;
  const marks = async (call) => (await call).engagement_statuses.sort();
  assert.deepEqual(await marks(knock.messages.markAsSeen(id)), ['seen']);
  assert.deepEqual(await marks(knock.messages.markAsRead(id)), ['read', 'seen']);
  assert.deepEqual(await marks(knock.messages.markAsUnread(id)), ['seen']);
  assert.deepEqual(await marks(knock.messages.markAsUnseen(id)), []);
  assert.deepEqual(await marks(knock.messages.markAsInteracted(id, { metadata: { via: 'button' } })), ['interacted']);
  assert.deepEqual(await marks(knock.messages.archive(id)), ['archived', 'interacted']);
  assert.deepEqual(await marks(knock.messages.unarchive(id)), ['interacted']);
  const batch = { message_ids: [id] };
  for (const name of ['markAsSeen', 'markAsRead', 'markAsInteracted', 'archive', 'unarchive', 'markAsUnread', 'markAsUnseen']) {
    assert.equal((await knock.messages.batch[name](batch))[0].id, id, name);
  }
  assert.equal((await knock.messages.batch.getContent(batch))[0].message_id, id);
  assert.equal((await knock.messages.get(id)).id, id);
  assert.equal((await knock.messages.getContent(id)).data.__typename, 'MessageInAppFeedContent');
  assert.ok((await all(knock.messages.listEvents(id))).length > 5);
  assert.equal((await all(knock.messages.listActivities(id))).length, 1);
  assert.deepEqual(await all(knock.messages.listDeliveryLogs(id)), []);
  await done(await knock.channels.bulk.updateMessageStatus(FEED, 'seen', { recipient_ids: ['ellie'] }));
  const [item] = await all(knock.users.feeds.listItems('ellie', FEED));
  assert.ok(item.seen_at);
  assert.ok((await knock.users.feeds.getSettings('ellie', FEED)).features);
});

test('schedules, audiences, guides, providers and integrations', async () => {
  const repeats = [{ frequency: 'daily', hours: 9 }];
  const [schedule] = await knock.schedules.create({ workflow: 'report', recipients: ['ellie'], repeats });
  await knock.schedules.update({ schedule_ids: [schedule.id], data: { page: 1 } });
  assert.deepEqual((await all(knock.users.listSchedules('ellie')))[0].data, { page: 1 });
  await done(await knock.schedules.bulk.create({ schedules: [{ workflow: 'report', recipient: 'tim', repeats }] }));
  assert.equal((await all(knock.schedules.list({ workflow: 'report' }))).length, 2);
  await knock.schedules.delete({ schedule_ids: [schedule.id] });
  await knock.audiences.addMembers('vips', { members: [{ user: { id: 'ellie' } }], create_audience: true });
  assert.equal((await knock.audiences.listMembers('vips')).entries.length, 1);
  await knock.audiences.removeMembers('vips', { members: [{ user: { id: 'ellie' } }] });
  const { guides } = knock.users;
  assert.deepEqual((await guides.getChannel('ellie', FEED)).entries, []);
  const mark = { channel_id: FEED, guide_id: FEED, guide_key: 'tour', guide_step_ref: 'one', content: {}, data: {}, tenant: null };
  const engaged = (name) => guides[name]('ellie', mark);
  for (const name of ['markMessageAsSeen', 'markMessageAsInteracted', 'markMessageAsArchived', 'unarchiveGuideMessage', 'resetGuideEngagements']) {
    assert.equal((await engaged(name)).status, 'ok', name);
  }

  await knock.tenants.set('ingen', {});
  const object = JSON.stringify({ collection: '$tenants', object_id: 'ingen' });
  await knock.objects.setChannelData('$tenants', 'ingen', SLACK, { data: { token: { access_token: 'xoxb-1' }, ms_teams_tenant_id: 't1' } });
  const { slack, msTeams } = knock.providers;
  assert.equal((await slack.checkAuth(SLACK, { access_token_object: object })).connection.ok, true);
  assert.ok((await all(slack.listChannels(SLACK, { access_token_object: object }))).length > 0);
  const tenant = { ms_teams_tenant_object: object };
  assert.equal((await msTeams.checkAuth(SLACK, tenant)).connection.ok, true);
  const [team] = await all(msTeams.listTeams(SLACK, tenant));
  assert.ok((await msTeams.listChannels(SLACK, { ...tenant, team_id: team.id })).ms_teams_channels.length > 0);
  assert.equal((await msTeams.revokeAccess(SLACK, tenant)).ok, 'ok');
  assert.equal((await slack.revokeAccess(SLACK, { access_token_object: object })).ok, 'ok');
  const rpc = { id: 'r1', jsonrpc: '2.0', method: 'list_objects' };
  assert.equal((await knock.integrations.census.customDestination(rpc)).id, 'r1');
  assert.equal((await knock.integrations.hightouch.embeddedDestination(rpc)).id, 'r1');
  await knock.objects.delete('parks', 'nublar');
});

test('every method was called', () => {
  const missing = methods(new Knock({ apiKey: SECRET_KEY })).filter((name) => !called.has(name));
  assert.deepEqual(missing, []);
});

test('a missing endpoint is not asked for again', async () => {
  await emulator.control('POST', 'reset');
  const patient = new Knock({ apiKey: SECRET_KEY, baseURL: emulator.url, maxRetries: 3 });
  await fails(patient.get('/v1/nothing'), 404, 'not_implemented');
  const { entries } = await emulator.control('GET', 'requests');
  assert.equal(entries.length, 1);
});
