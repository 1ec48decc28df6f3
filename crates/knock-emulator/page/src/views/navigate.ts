// Going to another view.

import { href, type Route } from '../lib/route';

export function go(hash: string, options: { replace?: boolean } = {}): void {
  if (options.replace) location.replace(hash);
  else location.hash = hash;
}

/** The same view with other parameters; empty ones are removed. */
export function withParams(route: Route, changes: Record<string, string | null>): string {
  return href(route.view, route.id, { ...route.query, ...changes });
}

/** Whether keys that someone presses are meant for an input. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) || target.closest('dialog') !== null;
}
