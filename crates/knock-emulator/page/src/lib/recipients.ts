// Recipients as one types them.

import { isObject } from './schema';
import type { Json } from './types';

/** `jhammond`, `projects/paddock-9`, or an object in JSON, which also creates or updates the recipient. */
export function parseRecipient(source: string): Json {
  const text = source.trim();
  if (text.startsWith('{')) {
    const value: Json = JSON.parse(text);
    if (isObject(value) && typeof value.id === 'string') return value;
    throw new Error('An object needs an “id”.');
  }
  const [collection = '', id] = text.split('/', 2);
  return id && collection ? { collection, id: text.slice(collection.length + 1) } : text;
}

export function showRecipient(recipient: Json): string {
  if (!isObject(recipient)) return String(recipient);
  const { id, collection } = recipient;
  if (Object.keys(recipient).length === 2 && collection) return `${collection}/${id}`;
  return JSON.stringify(recipient);
}
