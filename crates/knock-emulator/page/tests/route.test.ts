import assert from 'node:assert/strict';
import { test } from 'node:test';

import { href, parseRoute } from '../src/lib/route';

test('a route is read from a hash', () => {
  assert.deepEqual(parseRoute(''), { view: 'messages', id: null, query: {} });
  assert.deepEqual(parseRoute('#/runs'), { view: 'runs', id: null, query: {} });
  assert.deepEqual(parseRoute('#/messages/2x?channel=email&unread=true'), { view: 'messages', id: '2x', query: { channel: 'email', unread: 'true' } });
  assert.deepEqual(parseRoute('#/messages?query='), { view: 'messages', id: null, query: {} });
});

test('what is unknown leads to the messages', () => {
  for (const hash of ['#main', '#/nowhere/1', '#/../users', '#/constructor']) {
    assert.deepEqual(parseRoute(hash), { view: 'messages', id: null, query: {} }, hash);
  }
});

test('ids of any kind come back as they were', () => {
  for (const id of ['jhammond', 'a/b', 'ü ?#&=%', '100%', '__proto__', '..']) {
    assert.equal(parseRoute(href('users', id)).id, id);
  }
  assert.equal(parseRoute('#/users/100%').id, '100%');
});

test('parameters come back, and empty ones are left out', () => {
  const hash = href('messages', null, { query: 'a & b', channel: '', tenant: null, status: undefined });
  assert.equal(hash, '#/messages?query=a+%26+b');
  assert.deepEqual(parseRoute(hash).query, { query: 'a & b' });
});
