// Which pages can do what: pages of this machine, of an origin that was allowed, and foreign ones.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { EVIL, openPage, startBrowser, startPages } from '../lib/browser.mjs';
import { FEED, PUBLIC_KEY, SECRET_KEY, startEmulator, stopEmulators } from '../lib/emulator.mjs';

let browser;
let pages;

before(async () => {
  browser = await startBrowser();
  pages = await startPages();
});
after(async () => {
  await browser?.close();
  pages?.stop();
  stopEmulators();
});

/** What a page can do to an emulator. */
async function powers(page, url) {
  return page.evaluate(async ([url, publicKey, secretKey, feed]) => {
    const works = async (...args) => fetch(...args).then(({ status }) => status, () => 'refused');
    const authorized = (key) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
    const socket = (query) =>
      new Promise((resolve) => {
        const opened = new WebSocket(`${url.replace('http', 'ws')}/ws/v1/websocket?${query}`);
        opened.onopen = () => resolve('open');
        opened.onerror = () => resolve('refused');
      });
    return {
      feed: await works(`${url}/v1/users/u/feeds/${feed}`, { headers: authorized(publicKey) }),
      error: await works(`${url}/v1/users/u/nothing`, { headers: authorized(secretKey) }),
      put: await works(`${url}/v1/users/u`, { method: 'PUT', headers: authorized(publicKey), body: '{}' }),
      socket: await socket(`api_key=${publicKey}&vsn=2.0.0`),
      read: await works(`${url}/_emulator/requests`),
      reset: await works(`${url}/_emulator/reset`, { method: 'POST' }),
      // A form can send this to any server without being asked, and without reading what comes back.
      form: await fetch(`${url}/_emulator/reset`, { method: 'POST', mode: 'no-cors', body: 'x' }).then(({ type }) => type, () => 'refused'),
    };
  }, [url, PUBLIC_KEY, SECRET_KEY, FEED]);
}

/** Whether a page could reset an emulator that has a user. */
async function survives(emulator, act) {
  await emulator.call('PUT', '/v1/users/witness', {});
  await act();
  return emulator.call('GET', '/v1/users/witness').then(() => true, () => false);
}

const EVERYTHING = { feed: 200, error: 404, put: 200, socket: 'open', read: 200, reset: 204 };
const NOTHING = { feed: 'refused', error: 'refused', put: 'refused', socket: 'refused', read: 'refused', reset: 'refused' };

/** Checks what a page of a host can do, to both names of this machine. */
async function check(host, options, expected, trusted) {
  const emulator = await startEmulator(options(pages));
  for (const name of ['127.0.0.1', 'localhost']) {
    const page = await openPage(browser, pages.at(host, 'client'));
    let found;
    const survived = await survives(emulator, async () => {
      found = await powers(page, `http://${name}:${emulator.port}`);
    });
    const { form, ...rest } = found;
    assert.deepEqual(rest, expected, `${host} to ${name}`);
    assert.equal(survived, !trusted, `the control endpoints obey ${host}`);
    await page.close();
  }
  await emulator.kill();
}

test('pages of this machine can do everything', async () => {
  await check('localhost', () => [], EVERYTHING, true);
  await check('127.0.0.1', () => [], EVERYTHING, true);
});

test('a foreign page can do nothing', () => check(EVIL, () => [], NOTHING, false));

test('an allowed page can do everything', () =>
  check(EVIL, ({ origin }) => ['--allow-origin', origin(EVIL)], EVERYTHING, true));

test('if every page is allowed, a foreign one can call the API but not control the emulator', () =>
  // It can read that it is refused.
  check(EVIL, () => ['--allow-origin', '*'], { ...EVERYTHING, read: 403, reset: 403 }, false));

test('a name that is pointed to this machine does not help', async () => {
  const emulator = await startEmulator();
  // The page is of the same origin as the emulator, as after DNS rebinding.
  const page = await openPage(browser, `http://${EVIL}:${emulator.port}/v1/users`);
  const survived = await survives(emulator, async () => {
    const found = await page.evaluate(async ([publicKey, secretKey, feed]) => {
      const call = async (path, options) => {
        const response = await fetch(path, options);
        return [response.status, await response.text()];
      };
      const authorized = (key) => ({ authorization: `Bearer ${key}`, 'content-type': 'application/json' });
      const body = JSON.stringify({ recipients: ['u'] });
      return [
        await call('/_emulator/requests'),
        await call('/_emulator/reset', { method: 'POST' }),
        await call('/v1/users', { headers: authorized(secretKey) }),
        await call(`/v1/users/u/feeds/${feed}`, { headers: authorized(publicKey) }),
        await call('/v1/workflows/w/trigger', { method: 'POST', headers: authorized(secretKey), body }),
        await call(`/ws/v1/websocket?api_key=${publicKey}&vsn=2.0.0`),
      ];
    }, [PUBLIC_KEY, SECRET_KEY, FEED]);
    for (const [status, text] of found) {
      assert.equal(status, 403);
      assert.match(text, /host_not_allowed.*--allow-origin/);
    }
    const socket = await page.evaluate((query) => new Promise((resolve) => {
      const opened = new WebSocket(`ws://${location.host}/ws/v1/websocket?${query}`);
      opened.onopen = () => resolve('open');
      opened.onerror = () => resolve('refused');
    }), `api_key=${PUBLIC_KEY}&vsn=2.0.0`);
    assert.equal(socket, 'refused');
  });
  assert.ok(survived);
  assert.equal((await emulator.control('GET', 'runs')).triggers, 0);
  await page.close();
  await emulator.kill();
});

test('the official SDK for servers also runs in a page', async () => {
  const emulator = await startEmulator();
  const page = await openPage(browser, pages.at('localhost', 'client'));
  await page.waitForFunction(() => window.Node);
  const found = await page.evaluate(async ([baseURL, apiKey]) => {
    const knock = new window.Node({ apiKey, baseURL, dangerouslyAllowBrowser: true });
    const { workflow_run_id: run } = await knock.workflows.trigger('w', { recipients: ['u'] }, { idempotencyKey: 'k' });
    const user = await knock.users.update('u', { name: 'U' });
    return { run, name: user.name };
  }, [emulator.url, SECRET_KEY]);
  assert.ok(found.run);
  assert.equal(found.name, 'U');
  await page.close();
  await emulator.kill();
});
