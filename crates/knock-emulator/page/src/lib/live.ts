// The socket that tells when something has changed. Whatever is on screen is then fetched again.

import { backoff } from './backoff';
import { createStore } from './store';

/** What is shown is fetched at most this often, in milliseconds. */
const PACE_MS = 120;

export const isConnected = createStore<boolean | null>(null);
/** Grows with each change. */
export const changes = createStore(0);

let failures = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let pending: ReturnType<typeof setTimeout> | undefined;
let last = 0;

/** Tells that something has changed, at once or after the pace. */
export function changed(): void {
  if (pending !== undefined) return;
  const wait = Math.max(0, last + PACE_MS - Date.now());
  pending = setTimeout(() => {
    pending = undefined;
    last = Date.now();
    changes.set(changes.get() + 1);
  }, wait);
}

export function connect(): void {
  clearTimeout(timer);
  const url = new URL('/_emulator/socket', location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  const socket = new WebSocket(url);
  socket.onmessage = () => {
    failures = 0;
    isConnected.set(true);
    changed();
  };
  socket.onclose = () => {
    failures += 1;
    isConnected.set(false);
    timer = setTimeout(connect, backoff(failures, Math.random()));
  };
}
