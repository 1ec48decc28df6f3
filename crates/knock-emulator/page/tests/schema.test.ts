import assert from 'node:assert/strict';
import { test } from 'node:test';

import { errorsAt, type Field, fieldsOf, getAt, initialData, inputPaths, pathText, setAt, type Shape, timeInput, timeValue } from '../src/lib/schema';
import type { Json } from '../src/lib/types';

const SCHEMA = {
  type: 'object',
  required: ['fence', 'items', 'flags'],
  properties: {
    fence: { type: 'string', title: 'Fence', description: 'Its number' },
    volts: { type: 'integer', minimum: 0, maximum: 10 },
    share: { type: ['number', 'null'] },
    isOn: { type: 'boolean' },
    level: { enum: ['low', 'high', 3, null] },
    when: { type: 'string', format: 'date-time' },
    day: { type: 'string', format: 'date' },
    keeper: { $ref: '#/$defs/keeper' },
    items: { type: 'array', items: { type: 'object', required: ['sku'], properties: { sku: { type: 'string' }, count: { type: 'number', default: 1 } } } },
    tags: { type: 'array', items: { type: 'string' } },
    anything: {},
    either: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    flags: { type: 'object', properties: { urgent: { type: 'boolean' } }, required: ['urgent'] },
  },
  $defs: { keeper: { type: 'object', properties: { name: { type: 'string' }, boss: { $ref: '#/$defs/keeper' } } } },
};

const fields = fieldsOf(SCHEMA);
const field = (name: string) => {
  const found = fields.find((one) => one.name === name);
  assert.ok(found, name);
  return found;
};

test('each type has its input', () => {
  assert.deepEqual(field('fence'), { name: 'fence', label: 'Fence', description: 'Its number', isRequired: true, shape: { kind: 'text', input: 'text' }, initial: undefined });
  assert.deepEqual(field('volts').shape, { kind: 'number', isInteger: true, min: 0, max: 10 });
  assert.deepEqual(field('share').shape, { kind: 'number', isInteger: false, min: null, max: null });
  assert.deepEqual(field('level').shape, { kind: 'choice', options: ['low', 'high', 3, null] });
  assert.deepEqual(field('when').shape, { kind: 'text', input: 'datetime-local' });
  assert.deepEqual(field('day').shape, { kind: 'text', input: 'date' });
  const list = field('items').shape;
  assert.equal(list.kind, 'list');
  assert.equal(list.kind === 'list' && list.item.shape.kind, 'object');
});

test('what has no input is JSON', () => {
  assert.equal(field('anything').shape.kind, 'json');
  assert.equal(field('either').shape.kind, 'json');
  const others: Json[] = [null, true, 'text', [], {}, { type: 'array' }, { type: 'object' }];
  for (const schema of others) assert.deepEqual(fieldsOf(schema), []);
});

test('a schema that refers to itself ends', () => {
  const keeper = field('keeper').shape;
  assert.equal(keeper.kind, 'object');
  let depth = 0;
  for (let shape: Shape = keeper; shape.kind === 'object'; depth += 1) {
    const next: Field | undefined = shape.fields.find(({ name }) => name === 'boss');
    assert.ok(next);
    shape = next.shape;
  }
  assert.ok(depth < 8);
  assert.deepEqual(fieldsOf({ $ref: '#/a', a: { $ref: '#/a' } }), []);
});

test('the data begins with what is needed', () => {
  assert.deepEqual(initialData(fields), { items: [], flags: { urgent: false } });
});

test('values are set by path, in copies', () => {
  const data = { items: [{ sku: 'a' }, { sku: 'b' }] };
  const changed = setAt(data, ['items', 1, 'sku'], 'c');
  assert.deepEqual(changed, { items: [{ sku: 'a' }, { sku: 'c' }] });
  assert.equal(data.items[1]?.sku, 'b');
  assert.deepEqual(setAt(data, ['items', 0], undefined), { items: [{ sku: 'b' }] });
  assert.deepEqual(setAt({ a: 1 }, ['a'], undefined), {});
  assert.deepEqual(setAt(undefined, ['a', 'b'], 1), { a: { b: 1 } });
  assert.equal(getAt(data, ['items', 5, 'sku']), undefined);
  assert.equal(getAt({}, ['constructor']), undefined);
});

test('errors find their fields', () => {
  const errors = [
    { field: 'data.items[1].sku', message: 'is invalid', type: 'cast' },
    { field: 'data.fence', message: "can't be blank", type: 'required' },
    { field: 'recipients[0]', message: 'is invalid', type: 'cast' },
  ];
  assert.equal(pathText(['items', 1, 'sku']), 'data.items[1].sku');
  assert.deepEqual(errorsAt(errors, 'data.fence'), ["can't be blank"]);
  assert.deepEqual(errorsAt(errors, 'data.items'), []);
  assert.deepEqual(errorsAt(errors, 'recipients', true), ['[0] is invalid']);
  const paths = inputPaths(fields, { items: [{}, {}] });
  assert.ok(paths.includes('data.items[1].sku'));
  assert.ok(paths.includes('data.flags.urgent'));
  assert.ok(!paths.includes('data.items[2].sku'));
});

test('times keep their moment', () => {
  const value = timeValue('2026-11-27T08:30');
  assert.match(value, /Z$/);
  assert.equal(timeInput(value), '2026-11-27T08:30');
  assert.equal(timeInput('soon'), '');
});
