// Icons, drawn on a grid of 16 by 16.

const PATHS = {
  alert: 'M8 2.2 14.5 13.5h-13zM8 6.5v3.2M8 11.6v.1',
  archive: 'M2 3h12v3H2zM3 6v7h10V6M6.5 8.7h3',
  back: 'M9.5 3.5 5 8l4.5 4.5',
  bell: 'M4 7a4 4 0 0 1 8 0c0 3.5 1.2 4.5 1.2 4.5H2.8S4 10.5 4 7M6.8 13.6a1.4 1.4 0 0 0 2.4 0',
  chat: 'M2.5 3h11v8h-6L4.5 13.5V11h-2zM5.5 6h5M5.5 8.3h3',
  check: 'M3 8.5 6.5 12 13 4.5',
  clock: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2M8 4.8V8l2.3 1.6',
  close: 'm4 4 8 8M12 4l-8 8',
  code: 'M5 4.5 1.8 8 5 11.5M11 4.5 14.2 8 11 11.5M9.2 3 6.8 13',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  desktop: 'M1.8 3h12.4v8H1.8zM6 13.5h4M8 11v2.5',
  down: 'm3.5 6 4.5 4.5L12.5 6',
  download: 'M8 2.5v7M4.8 6.8 8 10l3.2-3.2M2.8 13.2h10.4',
  email: 'M1.8 3.5h12.4v9H1.8zM2 4l6 5 6-5',
  environment: 'M2 4.5h6M11 4.5h3M2 11.5h3M8 11.5h6M9.5 3v3M6.5 10v3',
  eye: 'M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8M8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6',
  filter: 'M2 3.5h12L9.5 8.8v4l-3-1.3V8.8z',
  hand: 'm4 2.5 8.5 5-3.6 1.1 2.3 3.8-1.6 1-2.3-3.8L4.6 12z',
  help: 'M5.8 6a2.2 2.2 0 1 1 3.4 1.8C8.4 8.4 8 8.8 8 9.8M8 12v.1M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8',
  link: 'M6.8 9.2a2.6 2.6 0 0 0 3.7 0l2.2-2.2A2.6 2.6 0 0 0 9 3.3l-.8.8M9.2 6.8a2.6 2.6 0 0 0-3.7 0L3.3 9A2.6 2.6 0 0 0 7 12.7l.8-.8',
  menu: 'M2.5 4.5h11M2.5 8h11M2.5 11.5h11',
  moon: 'M13 9.6A5.6 5.6 0 0 1 6.4 3 5.6 5.6 0 1 0 13 9.6',
  open: 'M9.5 2.5h4v4M13.5 2.5 7.5 8.5M11.5 9.5v4h-9v-9h4',
  phone: 'M4.5 1.8h7v12.4h-7zM7 12.2h2',
  play: 'M4.5 3v10l8-5z',
  plus: 'M8 3v10M3 8h10',
  request: 'M2 5.5h9.5M9 3l2.5 2.5L9 8M14 10.5H4.5M7 8l-2.5 2.5L7 13',
  run: 'M3.5 1.8v3M3.5 4.8h5v3.4M8.5 8.2h4v3M2 1.8h3v0M3.5 8.2h9M3.5 8.2v3M2 11.2h3v3H2zM11 11.2h3v3h-3z',
  search: 'M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9M10.3 10.3l3.4 3.4',
  send: 'M14 2 2 6.8l4.8 2.4L9.2 14zM14 2 6.8 9.2',
  skip: 'M3 3.5v9L9 8zM12.5 3.5v9',
  sms: 'M2.5 3h11v8h-6L4.5 13.5V11h-2zM5.4 7h.1M8 7h.1M10.6 7h.1',
  sun: 'M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6M8 1.5v1.3M8 13.2v1.3M1.5 8h1.3M13.2 8h1.3M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9',
  system: 'M8 2a6 6 0 1 0 0 12zM8 2a6 6 0 0 1 0 12',
  tablet: 'M3.2 1.8h9.6v12.4H3.2zM7 12.2h2',
  trash: 'M2.8 4h10.4M6 4V2.5h4V4M4 4l.6 9.5h6.8L12 4M6.6 6.8v4M9.4 6.8v4',
  up: 'M3.5 10 8 5.5l4.5 4.5',
  users: 'M6 2.8a2.4 2.4 0 1 0 0 4.8 2.4 2.4 0 0 0 0-4.8M1.5 13.2c0-2.4 2-4 4.5-4s4.5 1.6 4.5 4M10.5 3a2.3 2.3 0 0 1 0 4.4M12 9.6c1.6.5 2.5 1.8 2.5 3.6',
  wait: 'M4 2h8M4 14h8M4.8 2c0 3 3.2 4 3.2 6s-3.2 3-3.2 6M11.2 2c0 3-3.2 4-3.2 6s3.2 3 3.2 6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width={size} height={size} aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}

const CHANNELS: Record<string, IconName> = {
  email: 'email',
  in_app_feed: 'bell',
  in_app: 'bell',
  in_app_guide: 'bell',
  sms: 'sms',
  push: 'phone',
  chat: 'chat',
  http: 'code',
};

export function ChannelIcon({ type, size = 16 }: { type: string; size?: number }) {
  return (
    <span class={`channel-icon channel-${type in CHANNELS ? type : 'other'}`}>
      <Icon name={CHANNELS[type] ?? 'send'} size={size} />
    </span>
  );
}

const STEPS: Record<string, IconName> = {
  channel: 'send',
  delay: 'clock',
  batch: 'archive',
  throttle: 'filter',
  branch: 'run',
  random_cohort: 'run',
  http_fetch: 'request',
  trigger_workflow: 'play',
  wait_for_event: 'wait',
  ai_agent: 'hand',
};

export function stepIcon(type: string): IconName {
  return STEPS[type] ?? 'code';
}
