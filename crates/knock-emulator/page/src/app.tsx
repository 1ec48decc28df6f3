// The shell of all views: navigation, banner, notices and help.

import { useEffect, useLayoutEffect, useState } from 'preact/hooks';

import { CONTROL, get } from './lib/api';
import { duration } from './lib/format';
import { changes, isConnected } from './lib/live';
import { href, type Route, type View } from './lib/route';
import { announcement, hasShortcuts, notice, setShortcuts, setStatus, setTheme, status, theme, THEMES } from './lib/session';
import { useStore } from './lib/store';
import type { Status } from './lib/types';
import { useRoute } from './lib/use';
import { Icon, type IconName } from './parts/icons';
import { Button, classes, Dialog } from './parts/ui';
import { Environment } from './views/environment';
import { Messages } from './views/messages';
import { isTyping } from './views/navigate';
import { Requests } from './views/requests';
import { Runs } from './views/runs';
import { Trigger } from './views/trigger';
import { Users } from './views/users';

const NAVIGATION: [View, string, IconName][] = [
  ['messages', 'Messages', 'email'],
  ['runs', 'Runs', 'run'],
  ['trigger', 'Trigger', 'play'],
  ['users', 'Users', 'users'],
  ['requests', 'Requests', 'request'],
  ['environment', 'Environment', 'environment'],
];

export function App() {
  const route = useRoute();
  const [isHelpShown, setHelpShown] = useState(false);
  useStatus();
  useFocusOfViews(route);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === '?' && !isTyping(event) && hasShortcuts.get()) setHelpShown(true);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  return (
    <>
      <a class="skip" href="#main" onClick={skipToMain}>
        Skip to the content
      </a>
      <Navigation route={route} onHelp={() => setHelpShown(true)} />
      <main id="main" tabIndex={-1}>
        <Banner />
        <ViewOf route={route} />
      </main>
      {isHelpShown && <Help onClose={() => setHelpShown(false)} />}
      <Notices />
    </>
  );
}

/** The hash is for views, so this one must not change it. */
function skipToMain(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function ViewOf({ route }: { route: Route }) {
  switch (route.view) {
    case 'runs':
      return <Runs route={route} />;
    case 'trigger':
      return <Trigger route={route} />;
    case 'users':
      return <Users route={route} />;
    case 'requests':
      return <Requests route={route} />;
    case 'environment':
      return <Environment />;
    default:
      return <Messages route={route} />;
  }
}

function useStatus(): void {
  useEffect(() => {
    let isRunning = false;
    let again = false;
    const read = async () => {
      again = true;
      if (isRunning) return;
      isRunning = true;
      while (again) {
        again = false;
        // If it fails, the socket tells that the emulator is gone, and when it is back.
        await get<Status>(`${CONTROL}/status`).then(setStatus, () => {});
      }
      isRunning = false;
    };
    void read();
    return changes.subscribe(() => void read());
  }, []);
}

/** Moves the focus to the heading of a view when it is shown, except for the first one. */
function useFocusOfViews(route: Route): void {
  const [first, setFirst] = useState(route.view);
  useLayoutEffect(() => {
    const name = NAVIGATION.find(([view]) => view === route.view)?.[1] ?? '';
    if (route.id === null || route.view === 'trigger') document.title = `${name} · Knock emulator`;
    if (route.view === first) return;
    setFirst(route.view);
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [route.view, route.id]);
}

function Navigation({ route, onHelp }: { route: Route; onHelp: () => void }) {
  const known = useStore(status);
  const counts: Partial<Record<View, number>> = { messages: known?.counts.unread ?? 0 };
  const problems = known?.directory?.problems.length ?? 0;
  return (
    <div class="sidebar">
      <p class="brand">
        <img src="/_emulator/page/icon.svg" width="22" height="22" alt="" />
        <span>
          Knock emulator <small>{known?.version}</small>
        </span>
      </p>
      <nav aria-label="Views">
        {NAVIGATION.map(([view, name, icon]) => {
          const count = counts[view] ?? 0;
          return (
            <a key={view} href={href(view)} class={classes(route.view === view && 'is-here')} aria-current={route.view === view ? 'page' : undefined}>
              <Icon name={icon} />
              <span>{name}</span>
              {count > 0 && (
                <span class="count">
                  {count > 999 ? '999+' : count}
                  <span class="hidden"> unread</span>
                </span>
              )}
              {view === 'environment' && problems > 0 && (
                <span class="count bad">
                  {problems}
                  <span class="hidden"> problems in the directory</span>
                </span>
              )}
            </a>
          );
        })}
      </nav>
      <div class="sidebar-foot">
        {known && known.ahead_ms > 0 && (
          <a class="ahead" href={href('environment')} title="The clock of the emulator is ahead of this machine">
            <Icon name="clock" size={14} /> {duration(known.ahead_ms)} ahead
          </a>
        )}
        {known && known.faults > 0 && (
          <a class="ahead" href={href('environment')}>
            <Icon name="alert" size={14} /> Faults are on
          </a>
        )}
        <div class="row">
          <ThemeButton />
          <Button kind="quiet" icon="help" label="Keyboard shortcuts" onClick={onHelp} />
        </div>
      </div>
    </div>
  );
}

const THEME_ICONS: Record<(typeof THEMES)[number], IconName> = { system: 'system', light: 'sun', dark: 'moon' };

function ThemeButton() {
  const current = useStore(theme);
  const next = THEMES[(THEMES.indexOf(current) + 1) % THEMES.length] ?? 'system';
  return <Button kind="quiet" icon={THEME_ICONS[current]} label={`Colours: ${current}. Change to ${next}`} onClick={() => setTheme(next)} />;
}

function Banner() {
  const connected = useStore(isConnected);
  const known = useStore(status);
  if (connected !== false) return null;
  return (
    <div class="banner" role="alert">
      <Icon name="alert" /> The emulator cannot be reached{known ? '. This is what it had last' : ''}. Trying again…
    </div>
  );
}

/** What has just happened, to see and to hear. */
function Notices() {
  const current = useStore(notice);
  const said = useStore(announcement);
  return (
    <>
      <div class="hidden" aria-live="polite" role="status">
        {said}
      </div>
      <div class="notices" aria-live={current?.isError ? 'assertive' : 'polite'}>
        {current && (
          <div class={classes('notice', current.isError && 'bad')}>
            <span>{current.text}</span>
            <Button kind="quiet" icon="close" label="Close the notice" onClick={() => notice.set(null)} />
          </div>
        )}
      </div>
    </>
  );
}

const KEYS: [string, string][] = [
  ['j or ↓', 'The next message'],
  ['k or ↑', 'The previous message'],
  ['Enter', 'Open the message'],
  ['Esc', 'Back to the list'],
  ['/', 'Search'],
  ['e', 'Archive, or take it out of the archive'],
  ['u', 'Mark as read or unread'],
  ['?', 'This help'],
];

function Help({ onClose }: { onClose: () => void }) {
  const isOn = useStore(hasShortcuts);
  return (
    <Dialog title="Keyboard shortcuts" onClose={onClose}>
      <dl class="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(' or ').map((name, index) => (
                <>
                  {index > 0 && ' or '}
                  <kbd>{name}</kbd>
                </>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <label class="check">
        <input type="checkbox" checked={isOn} onChange={(event) => setShortcuts(event.currentTarget.checked)} /> Keys of one letter are shortcuts
      </label>
    </Dialog>
  );
}
