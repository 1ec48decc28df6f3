// A knock-emulator process.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { EMULATOR } from './paths.mjs';

export const SECRET_KEY = 'sk_test_emulator';
export const PUBLIC_KEY = 'pk_test_emulator';
export const FEED = '5a88728a-3ecb-400d-ba6f-9c0956ab252f';
/** The longest wait for a start. */
const START_MS = 30_000;

const running = new Set();
process.on('exit', stopEmulators);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

/** Ends those that a failed test has left. */
export function stopEmulators() {
  running.forEach((child) => child.kill('SIGKILL'));
}

/** Starts an emulator on a port, or on a free one. */
export async function startEmulator(options = [], port = 0) {
  const child = spawn(EMULATOR, ['--port', String(port), ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let output = '';
  const ended = once(child, 'exit').then(() => { running.delete(child); });
  const url = await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`the emulator has not started:\n${output}`)), START_MS);
    const read = (text) => {
      output += text;
      const found = /Knock emulator at (http:\/\/[\d.:]+)\b.*\n/.exec(output);
      if (found) resolve(found[1]);
      if (found) clearTimeout(timer);
    };
    child.stdout.setEncoding('utf8').on('data', read);
    child.stderr.setEncoding('utf8').on('data', read);
    ended.then(() => reject(new Error(`the emulator ended:\n${output}`)));
  });
  ended.catch(() => {});
  const call = async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${SECRET_KEY}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text && JSON.parse(text);
  };
  return {
    url,
    port: Number(new URL(url).port),
    call,
    trigger: (workflow, body) => call('POST', `/v1/workflows/${workflow}/trigger`, body),
    control: (method, path, body) => call(method, `/_emulator/${path}`, body),
    /** Ends it as a crash would. */
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A port that is free now. */
export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
