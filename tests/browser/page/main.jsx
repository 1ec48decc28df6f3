// A page as an application would have it: Knock's own React components, and its client on `window` for the tests.
import { NotificationFeed, NotificationFeedPopover, NotificationIconButton, KnockFeedProvider, KnockProvider, useKnockClient, usePreferences } from '@knocklabs/react';
import '@knocklabs/react/dist/index.css';
import { useRef, useState } from 'react';
import { createRoot } from 'react-dom/client';

const given = new URLSearchParams(location.search);
const host = given.get('host');
const user = { id: given.get('user') ?? 'jhammond' };
const feedId = given.get('feed');
const userToken = given.get('token') ?? undefined;

function Bell() {
  const [isOpen, setOpen] = useState(false);
  const button = useRef(null);
  return (
    <>
      <NotificationIconButton ref={button} onClick={() => setOpen(!isOpen)} />
      <NotificationFeedPopover buttonRef={button} isVisible={isOpen} onClose={() => setOpen(false)} />
    </>
  );
}

function Preferences() {
  const { preferences, setPreferences } = usePreferences();
  const email = preferences?.channel_types?.email ?? true;
  return (
    <label>
      <input
        type="checkbox"
        id="email"
        checked={email === true}
        onChange={() => setPreferences({ ...preferences, channel_types: { email: !email } })}
      />
      Email
    </label>
  );
}

function Expose() {
  window.knock = useKnockClient();
  return null;
}

function App() {
  return (
    <KnockProvider apiKey={given.get('key') ?? 'pk_test_emulator'} host={host} user={user} userToken={userToken}>
      <Expose />
      <KnockFeedProvider feedId={feedId} defaultFeedOptions={{ __experimentalCrossBrowserUpdates: true }}>
        <header style={{ display: 'flex', gap: 16, padding: 16 }}>
          <Bell />
          <Preferences />
        </header>
        <section id="list" style={{ maxWidth: 480 }}>
          <NotificationFeed />
        </section>
      </KnockFeedProvider>
    </KnockProvider>
  );
}

createRoot(document.getElementById('app')).render(<App />);
