// Values as people read them.

import type { Json, Recipient, RecipientSummary } from './types';

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DAY = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

/** The time of the day, or the day if it is another one. */
export function shortTime(iso: string, now: number): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  if (date.toDateString() === new Date(now).toDateString()) return CLOCK.format(date);
  const isOld = Math.abs(date.getTime() - now) > 300 * 86_400_000;
  return isOld ? `${DAY.format(date)} ${date.getFullYear()}` : DAY.format(date);
}

export function fullTime(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? iso : FULL.format(date);
}

const UNITS: [string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** A duration with its two largest units, such as `1 day 2 hours`. */
export function duration(ms: number): string {
  let rest = Math.abs(ms);
  if (rest < 1000) return `${Math.round(rest)} ms`;
  const parts: string[] = [];
  for (const [name, size] of UNITS) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0) parts.push(plural(count, name));
    if (parts.length === 2) break;
  }
  return parts.join(' ');
}

/** How long something is away from now, such as `in 5 minutes`. */
export function distance(iso: string, now: number): string {
  const ms = new Date(iso).getTime() - now;
  if (Number.isNaN(ms)) return iso;
  if (Math.abs(ms) < 1000) return 'now';
  return ms > 0 ? `in ${duration(ms)}` : `${duration(ms)} ago`;
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

export function bytes(count: number): string {
  if (count < 1024) return plural(count, 'byte');
  return count < 1024 * 1024 ? `${(count / 1024).toFixed(1)} KB` : `${(count / 1024 / 1024).toFixed(1)} MB`;
}

/** `in_app_feed` as `In-app`, and so on. */
export function channelName(type: string): string {
  const known: Record<string, string> = {
    in_app_feed: 'In-app',
    in_app_guide: 'Guide',
    in_app: 'In-app',
    email: 'Email',
    sms: 'SMS',
    push: 'Push',
    chat: 'Chat',
    http: 'Webhook',
  };
  return known[type] ?? words(type);
}

/** `link_clicked` as `Link clicked`. */
export function words(name: string): string {
  const text = name.replace(/^(ai|http)_/, (word) => word.toUpperCase()).replaceAll('_', ' ').replaceAll('.', ' ').trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A recipient as one writes it: `jhammond` or `projects/paddock-9`. */
export function recipientKey(recipient: Recipient | RecipientSummary): string {
  if (typeof recipient === 'string') return recipient;
  return recipient.collection ? `${recipient.collection}/${recipient.id}` : recipient.id;
}

export function recipientName(recipient: RecipientSummary): string {
  return recipient.name || recipientKey(recipient);
}

/** Two letters for an avatar. */
export function initials(name: string): string {
  const parts = name.split(/[\s@._/-]+/).filter(Boolean);
  const letters = parts.length > 1 ? [parts[0], parts.at(-1)] : [parts[0]];
  return letters.map((part) => [...(part ?? '')][0] ?? '').join('').toUpperCase();
}

export function pretty(value: Json | undefined): string {
  return JSON.stringify(value ?? null, null, 2);
}

/** JSON with indentation, or the text if it is none. */
export function prettyText(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
