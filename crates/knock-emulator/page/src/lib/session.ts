// What all views share: the status of the emulator, notices, and the settings of this page.

import { problem } from './api';
import { createStore, keep, recall } from './store';
import type { Channel, Status } from './types';

export const status = createStore<Status | null>(null);
/** The time of the emulator when its status was read, and that of this machine. */
let read = { now: Date.now(), at: Date.now() };

export function setStatus(next: Status): void {
  read = { now: new Date(next.now).getTime(), at: Date.now() };
  status.set(next);
}

/** The time of the emulator, in milliseconds. */
export function now(): number {
  return read.now + Date.now() - read.at;
}

export function workflowName(key: string): string {
  return status.get()?.workflows.find((workflow) => workflow.key === key)?.name || key;
}

/** The name of a channel; one without has its type as its name. */
export function channelLabel({ id, key, name, type }: Channel): string {
  return name && name !== type ? name : key || id;
}

export interface Notice {
  text: string;
  isError: boolean;
}

export const notice = createStore<Notice | null>(null);
/** What screen readers say. */
export const announcement = createStore('');

let hiding: ReturnType<typeof setTimeout> | undefined;

export function notify(text: string, isError = false): void {
  notice.set({ text, isError });
  clearTimeout(hiding);
  hiding = setTimeout(() => notice.set(null), isError ? 10_000 : 4000);
}

/** Does something, and says what went wrong. */
export async function attempt(act: () => Promise<unknown>, done?: string): Promise<boolean> {
  try {
    await act();
    if (done) notify(done);
    return true;
  } catch (error) {
    notify(problem(error), true);
    return false;
  }
}

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

const isTheme = (name: string | null): name is Theme => THEMES.some((theme) => theme === name);

const kept = recall('knock-emulator.theme');
export const theme = createStore<Theme>(isTheme(kept) ? kept : 'system');

export function applyTheme(): void {
  const chosen = theme.get();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

export function setTheme(next: Theme): void {
  keep('knock-emulator.theme', next);
  theme.set(next);
  applyTheme();
}

export const hasShortcuts = createStore(recall('knock-emulator.shortcuts') !== 'off');

export function setShortcuts(on: boolean): void {
  keep('knock-emulator.shortcuts', on ? 'on' : 'off');
  hasShortcuts.set(on);
}
