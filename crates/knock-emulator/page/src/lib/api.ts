// Calls of the emulator.

import type { FieldError, Json, JsonObject } from './types';

/** A response that is an error. */
export class Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: FieldError[] = [],
  ) {
    super(message);
  }
}

const UNREACHABLE = 'The emulator cannot be reached.';

export type Params = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The path with a query of the parameters that have a value. */
export function withQuery(path: string, params: Params = {}): string {
  const pairs = Object.entries(params).filter(([, value]) => value !== null && value !== undefined && value !== '' && value !== false);
  const query = new URLSearchParams(pairs.map(([name, value]) => [name, String(value)])).toString();
  return query ? `${path}?${query}` : path;
}

async function call(method: string, path: string, body?: Json, signal?: AbortSignal): Promise<unknown> {
  const init: RequestInit = { method };
  if (signal) init.signal = signal;
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'content-type': 'application/json' };
  }
  const response = await fetch(path, init).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new Failure(0, 'unreachable', UNREACHABLE);
  });
  const text = await response.text();
  if (response.ok) return text ? JSON.parse(text) : undefined;
  throw failure(response.status, text);
}

function failure(status: number, text: string): Failure {
  let body: JsonObject = {};
  try {
    body = JSON.parse(text);
  } catch {
    // It has no envelope, as when a fault broke it.
  }
  const message = typeof body.message === 'string' ? body.message : `The emulator responded with ${status}.`;
  const errors = Array.isArray(body.errors) ? (body.errors as unknown as FieldError[]) : [];
  return new Failure(status, String(body.code ?? ''), message, errors);
}

export const get = <T>(path: string, params?: Params, signal?: AbortSignal): Promise<T> =>
  call('GET', withQuery(path, params), undefined, signal) as Promise<T>;
export const post = (path: string, body?: Json): Promise<unknown> => call('POST', path, body);
export const put = (path: string, body: Json): Promise<unknown> => call('PUT', path, body);
export const remove = (path: string): Promise<unknown> => call('DELETE', path);

export const CONTROL = '/_emulator';
/** The API of Knock, with the secret key of the emulator. */
export const API = '/_emulator/v1';

export const messageUrl = (id: string, part = ''): string => `${CONTROL}/messages/${encodeURIComponent(id)}${part}`;
export const runUrl = (id: string, part = ''): string => `${CONTROL}/runs/${encodeURIComponent(id)}${part}`;
export const userUrl = (id: string, part = ''): string => `${API}/users/${encodeURIComponent(id)}${part}`;

/** What went wrong, as a sentence. */
export function problem(error: unknown): string {
  if (error instanceof Failure && error.errors.length > 0) {
    return error.errors.map(({ field, message }) => `${field} ${message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

interface AnyPage<T> {
  entries: T[];
  page_info: { after: string | null };
}

/** Fetches pages until there are as many entries, and says whether there are more. */
export async function getUpTo<T>(path: string, params: Params, limit: number, signal?: AbortSignal): Promise<{ entries: T[]; hasMore: boolean }> {
  const entries: T[] = [];
  let after: string | null = null;
  do {
    const page: AnyPage<T> = await get<AnyPage<T>>(path, { ...params, after }, signal);
    entries.push(...page.entries);
    after = page.page_info.after;
  } while (after !== null && entries.length < limit);
  return { entries, hasMore: after !== null };
}
