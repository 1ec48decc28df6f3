// Where one is: the hash of the URL, so that every view can be linked.

export const VIEWS = ['messages', 'runs', 'trigger', 'users', 'requests', 'environment'] as const;
export type View = (typeof VIEWS)[number];
export type Query = Readonly<Record<string, string>>;

export interface Route {
  view: View;
  id: string | null;
  query: Query;
}

/** Reads a hash such as `#/messages/abc?channel=email`. What is unknown leads to the messages. */
export function parseRoute(hash: string): Route {
  const [path = '', search = ''] = split(hash.replace(/^#\/?/, ''), '?');
  const [name = '', id = ''] = split(path, '/');
  const view = VIEWS.find((known) => known === name);
  if (!view) return { view: 'messages', id: null, query: {} };
  const query = Object.fromEntries([...new URLSearchParams(search)].filter(([, value]) => value !== ''));
  return { view, id: decoded(id) || null, query };
}

/** The hash of a route. Parameters without a value are left out. */
export function href(view: View, id: string | null = null, query: Record<string, string | null | undefined> = {}): string {
  const pairs = Object.entries(query).filter((pair): pair is [string, string] => !!pair[1]);
  const search = new URLSearchParams(pairs).toString();
  return `#/${view}${id === null ? '' : `/${encodeURIComponent(id)}`}${search && `?${search}`}`;
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
