// Forms made of JSON Schemas. What a form cannot show is edited as JSON.

import type { FieldError, Json, JsonObject } from './types';

export type Shape =
  | { kind: 'text'; input: 'text' | 'date' | 'datetime-local' | 'time' | 'email' | 'url' }
  | { kind: 'number'; isInteger: boolean; min: number | null; max: number | null }
  | { kind: 'boolean' }
  | { kind: 'choice'; options: Json[] }
  | { kind: 'object'; fields: Field[] }
  | { kind: 'list'; item: Field }
  | { kind: 'json' };

export interface Field {
  name: string;
  label: string;
  description: string;
  isRequired: boolean;
  shape: Shape;
  /** The default of the schema, or its example. */
  initial: Json | undefined;
}

export type Path = readonly (string | number)[];

/** Objects in objects are edited as JSON below this depth, which also ends schemas that refer to themselves. */
const MAX_DEPTH = 5;

/** The fields of the schema of an object, or none if it is no such schema. */
export function fieldsOf(schema: Json): Field[] {
  const field = fieldOf('', schema, false, schema, 0);
  return field.shape.kind === 'object' ? field.shape.fields : [];
}

function fieldOf(name: string, source: Json, isRequired: boolean, root: Json, depth: number): Field {
  const schema = resolved(source, root);
  const initial = schema.default ?? schema.const ?? (Array.isArray(schema.examples) ? schema.examples[0] : undefined);
  return {
    name,
    label: text(schema.title) || name,
    description: text(schema.description),
    isRequired,
    shape: shapeOf(schema, root, depth),
    initial,
  };
}

function shapeOf(schema: JsonObject, root: Json, depth: number): Shape {
  if ('const' in schema) return { kind: 'choice', options: [schema.const ?? null] };
  if (Array.isArray(schema.enum)) return { kind: 'choice', options: schema.enum };
  const isMixed = ['anyOf', 'oneOf', 'allOf', 'if', 'not'].some((keyword) => keyword in schema);
  if (isMixed || depth > MAX_DEPTH) return { kind: 'json' };
  switch (typeOf(schema)) {
    case 'string':
      return { kind: 'text', input: inputOf(text(schema.format)) };
    case 'integer':
    case 'number':
      return {
        kind: 'number',
        isInteger: typeOf(schema) === 'integer',
        min: number(schema.minimum),
        max: number(schema.maximum),
      };
    case 'boolean':
      return { kind: 'boolean' };
    case 'object': {
      const fields = objectFields(schema, root, depth);
      return fields.length > 0 ? { kind: 'object', fields } : { kind: 'json' };
    }
    case 'array':
      return isObject(schema.items)
        ? { kind: 'list', item: fieldOf('', schema.items, true, root, depth + 1) }
        : { kind: 'json' };
    default:
      return { kind: 'json' };
  }
}

function objectFields(schema: JsonObject, root: Json, depth: number): Field[] {
  if (!isObject(schema.properties)) return [];
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  return Object.entries(schema.properties).map(([name, part]) => fieldOf(name, part, required.has(name), root, depth + 1));
}

/** The type, which may be left out, or be one of two if the other is `null`. */
function typeOf(schema: JsonObject): string {
  if (Array.isArray(schema.type)) {
    const types = schema.type.filter((type) => type !== 'null');
    return types.length === 1 ? text(types[0]) : '';
  }
  if (schema.type === undefined && isObject(schema.properties)) return 'object';
  return text(schema.type);
}

function inputOf(format: string): 'text' | 'date' | 'datetime-local' | 'time' | 'email' | 'url' {
  const inputs = { date: 'date', 'date-time': 'datetime-local', time: 'time', email: 'email', uri: 'url', url: 'url' } as const;
  return format in inputs ? inputs[format as keyof typeof inputs] : 'text';
}

/** Follows references within the schema. */
function resolved(schema: Json, root: Json): JsonObject {
  let current = schema;
  for (let hops = 0; hops < 10 && isObject(current) && typeof current.$ref === 'string'; hops += 1) {
    const path = current.$ref.startsWith('#/') ? current.$ref.slice(2).split('/') : [];
    const names = path.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    current = names.length > 0 ? (getAt(root, names) ?? {}) : {};
  }
  return isObject(current) ? current : {};
}

/** The data to begin with: the defaults, and what is required. */
export function initialData(fields: Field[]): JsonObject {
  const data: JsonObject = {};
  for (const field of fields) {
    const value = initialValue(field);
    if (value !== undefined && (field.isRequired || field.initial !== undefined)) data[field.name] = value;
  }
  return data;
}

/** What a new item of a list has, and what a required field has; a text that is required has to be typed. */
export function initialValue({ initial, shape }: Field): Json | undefined {
  if (initial !== undefined) return initial;
  switch (shape.kind) {
    case 'object':
      return initialData(shape.fields);
    case 'list':
      return [];
    case 'boolean':
      return false;
    case 'choice':
      return shape.options.length === 1 ? shape.options[0] : undefined;
    default:
      return undefined;
  }
}

export function getAt(data: Json | undefined, path: Path): Json | undefined {
  let value = data;
  for (const part of path) {
    if (Array.isArray(value)) value = value[Number(part)];
    else if (isObject(value) && Object.hasOwn(value, part)) value = value[part];
    else return undefined;
  }
  return value;
}

/** A copy with another value at a path; `undefined` removes it. */
export function setAt(data: Json | undefined, path: Path, value: Json | undefined): Json {
  const [first, ...rest] = path;
  if (first === undefined) return value ?? null;
  if (typeof first === 'number') {
    const items: Json[] = Array.isArray(data) ? [...data] : [];
    if (rest.length === 0 && value === undefined) items.splice(first, 1);
    else items[first] = setAt(items[first], rest, value);
    return items;
  }
  const fields: JsonObject = isObject(data) ? { ...data } : {};
  if (rest.length === 0 && value === undefined) delete fields[first];
  else fields[first] = setAt(fields[first], rest, value);
  return fields;
}

/** The path as the errors of the emulator have it: `data.items[1].sku`. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => (typeof part === 'number' ? `${text}[${part}]` : `${text}.${part}`), 'data');
}

/** The errors at a field, and those of its parts that have no input of their own. */
export function errorsAt(errors: FieldError[], path: string, withParts = false): string[] {
  const isAt = ({ field }: FieldError) => field === path || (withParts && (field.startsWith(`${path}.`) || field.startsWith(`${path}[`)));
  return errors.filter(isAt).map((error) => (error.field === path ? error.message : `${error.field.slice(path.length)} ${error.message}`));
}

/** The paths that inputs of a form have, so that the other errors can be shown beside it. */
export function inputPaths(fields: Field[], data: Json | undefined, path: Path = []): string[] {
  return fields.flatMap((field) => shapePaths(field.shape, data, [...path, field.name]));
}

function shapePaths(shape: Shape, data: Json | undefined, path: Path): string[] {
  const own = pathText(path);
  if (shape.kind === 'object') return [own, ...inputPaths(shape.fields, data, path)];
  if (shape.kind !== 'list') return [own];
  const items = getAt(data, path);
  const count = Array.isArray(items) ? items.length : 0;
  return [own, ...Array.from({ length: count }, (_, index) => shapePaths(shape.item.shape, data, [...path, index])).flat()];
}

/** A time of the form as the API wants it, with the zone of the browser. */
export function timeValue(local: string): string {
  const date = new Date(local);
  return Number.isNaN(date.getTime()) ? local : date.toISOString();
}

/** A time as the input for times wants it. */
export function timeInput(value: string): string {
  const date = new Date(value);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

function number(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null;
}
