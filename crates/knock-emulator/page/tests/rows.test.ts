import assert from 'node:assert/strict';
import { test } from 'node:test';

import { mergePage, splitNew, visibleRange } from '../src/lib/rows';

const rows = (...ids: (string | number)[]) => ids.map((id) => ({ id: String(id) }));
const ids = (list: { id: string }[]) => list.map(({ id }) => id).join(' ');

test('a first page comes before what is known', () => {
  assert.equal(ids(mergePage(rows(5, 4, 3, 2, 1), null, rows(7, 6, 5, 4), false)), '7 6 5 4 3 2 1');
});

test('what was deleted within a page is gone', () => {
  assert.equal(ids(mergePage(rows(5, 4, 3, 2, 1), null, rows(6, 3, 2), false)), '6 3 2 1');
});

test('rows after a page that reaches the end are gone', () => {
  assert.equal(ids(mergePage(rows(5, 4, 3, 2, 1), null, rows(5, 4), true)), '5 4');
  assert.equal(ids(mergePage(rows(5, 4), null, [], true)), '');
});

test('a gap of unknown size forgets what is older', () => {
  assert.equal(ids(mergePage(rows(3, 2, 1), null, rows(9, 8), false)), '9 8');
});

test('a page in the middle replaces what it covers', () => {
  assert.equal(ids(mergePage(rows(6, 5, 4, 3, 2, 1), '5', rows(4, 2), false)), '6 5 4 2 1');
  assert.equal(ids(mergePage(rows(6, 5), '5', rows(4, 3), false)), '6 5 4 3');
  assert.equal(ids(mergePage(rows(6, 5), '9', rows(4, 3), false)), '6 5', 'nobody knows where it belongs');
});

test('new rows are those before the first known one', () => {
  const { fresh, rest } = splitNew(rows(3, 2, 1), rows(5, 4, 3, 2));
  assert.equal(ids(fresh), '5 4');
  assert.equal(ids(rest), '3 2');
  assert.equal(splitNew(rows(1), rows(5, 4)).rest.length, 0);
});

test('only the rows in sight are drawn', () => {
  assert.deepEqual(visibleRange(0, 700, 70, 10_000, 5), { start: 0, end: 15 });
  assert.deepEqual(visibleRange(70_000, 700, 70, 10_000, 5), { start: 995, end: 1015 });
  assert.deepEqual(visibleRange(700_000, 700, 70, 10_000, 5), { start: 9995, end: 10_000 });
  assert.deepEqual(visibleRange(700_000, 700, 70, 3, 5), { start: 3, end: 3 }, 'after most were deleted');
  assert.deepEqual(visibleRange(-50, 700, 70, 0, 5), { start: 0, end: 0 });
});
