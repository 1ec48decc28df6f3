import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Failure } from '../src/lib/api';
import { Feed, FIRST_ROWS } from '../src/lib/feed';
import type { MessagePage, Summary } from '../src/lib/types';

/** A list on a server, whose pages are as large as those that the page asks for. */
class Server {
  ids: number[];
  asked: (string | null)[] = [];
  constructor(count: number) {
    this.ids = Array.from({ length: count }, (_, index) => count - index);
  }
  add(count: number) {
    for (let added = 0; added < count; added += 1) this.ids.unshift((this.ids[0] ?? 0) + 1);
  }
  page = async (after: string | null): Promise<MessagePage> => {
    this.asked.push(after);
    const at = after === null ? 0 : this.ids.indexOf(Number(after)) + 1;
    if (after !== null && at === 0) throw new Failure(404, 'resource_missing', 'There is no such message.');
    const shown = this.ids.slice(at, at + FIRST_ROWS);
    const entries = shown.map((id) => ({ id: String(id) }) as Summary);
    const hasMore = at + FIRST_ROWS < this.ids.length;
    return { entries, total: this.ids.length, page_info: { after: hasMore ? String(shown.at(-1)) : null, page_size: FIRST_ROWS } };
  };
}

/** Lets everything that is under way come to its end. */
const settle = () => new Promise((resolve) => setTimeout(resolve));
const first = (feed: Feed) => feed.state.rows[0]?.id;

async function loaded(count: number) {
  const server = new Server(count);
  const arrived: string[] = [];
  const feed = new Feed(server.page, (_, rows) => arrived.push(...rows.map(({ id }) => id)));
  feed.refresh();
  await settle();
  return { server, feed, arrived };
}

test('the first page, and the next ones when they come in sight', async () => {
  const { server, feed } = await loaded(FIRST_ROWS * 3);
  assert.equal(feed.state.rows.length, FIRST_ROWS);
  assert.equal(feed.state.total, FIRST_ROWS * 3);
  feed.show({ start: FIRST_ROWS * 2, end: FIRST_ROWS * 2 + 20 });
  await settle();
  assert.equal(feed.state.rows.length, FIRST_ROWS * 3);
  assert.equal(server.asked.length, 3);
});

test('new messages come in, and are told once', async () => {
  const { server, feed, arrived } = await loaded(3);
  assert.deepEqual(arrived, [], 'those that were there are not new');
  server.add(2);
  feed.refresh();
  await settle();
  assert.equal(first(feed), '5');
  assert.deepEqual(arrived, ['5', '4']);
  feed.refresh();
  await settle();
  assert.deepEqual(arrived, ['5', '4']);
});

test('while it is held nothing moves', async () => {
  const { server, feed } = await loaded(30);
  feed.hold(true);
  server.add(2);
  feed.refresh();
  await settle();
  assert.equal(first(feed), '30');
  assert.deepEqual([feed.state.fresh, feed.state.total], [2, 30]);
  feed.hold(false);
  await settle();
  assert.equal(first(feed), '32');
  assert.deepEqual([feed.state.fresh, feed.state.total], [0, 32]);
});

test('while it is held many more than a page can arrive', async () => {
  const { server, feed } = await loaded(30);
  feed.hold(true);
  server.add(FIRST_ROWS * 2);
  feed.refresh();
  await settle();
  assert.equal(first(feed), '30');
  assert.equal(feed.state.fresh, FIRST_ROWS * 2);
  feed.hold(false);
  await settle();
  assert.equal(first(feed), String(30 + FIRST_ROWS * 2));
  assert.equal(feed.state.fresh, 0);
});

test('everything is deleted, also while it is held', async () => {
  const { server, feed } = await loaded(FIRST_ROWS + 50);
  feed.show({ start: FIRST_ROWS, end: FIRST_ROWS + 20 });
  await settle();
  feed.hold(true);
  server.ids = [];
  feed.refresh();
  await settle();
  assert.deepEqual([feed.state.rows.length, feed.state.total, feed.state.fresh], [0, 0, 0]);
});

test('the message before the next page was deleted', async () => {
  const { server, feed } = await loaded(FIRST_ROWS * 2);
  server.ids.splice(FIRST_ROWS - 1, 1);
  feed.show({ start: FIRST_ROWS, end: FIRST_ROWS + 20 });
  await settle();
  assert.equal(feed.state.rows.length, FIRST_ROWS * 2 - 1);
  assert.deepEqual(new Set(feed.state.rows.map(({ id }) => id)).size, FIRST_ROWS * 2 - 1);
});

test('a failure is kept until the next fetch succeeds', async () => {
  const { server, feed } = await loaded(3);
  const { page } = server;
  let isDown = true;
  const flaky = new Feed(async (after) => {
    if (isDown) throw new Failure(0, 'unreachable', 'The emulator cannot be reached.');
    return page(after);
  }, () => {});
  flaky.refresh();
  await settle();
  assert.ok(flaky.state.error);
  isDown = false;
  flaky.refresh();
  await settle();
  assert.equal(flaky.state.error, null);
  assert.equal(flaky.state.rows.length, 3);
  assert.equal(feed.state.error, null);
});
