// Chromium, and a server for the pages.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import { chromium } from 'playwright-core';

import { OUT } from './paths.mjs';

/** A name that is not of this machine, which Chromium is told to find here, as after DNS rebinding. */
export const EVIL = 'evil.test';
/** The longest wait for anything in a page. It is generous, since the machine may be loaded. */
export const LONG_MS = 60_000;

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** Returns the path of Chromium: the environment variable CHROMIUM, else one on PATH. */
export function findChromium() {
  const { CHROMIUM: chosen } = process.env;
  if (chosen) return chosen;
  for (const name of NAMES) {
    try {
      return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    } catch {
      // The next one.
    }
  }
  return undefined;
}

export async function startBrowser() {
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: [`--host-resolver-rules=MAP ${EVIL} 127.0.0.1`, '--no-sandbox', '--disable-dev-shm-usage'],
  });
  return browser;
}

/** Serves the pages under every host name. `at` returns the URL of a page. */
export async function startPages() {
  const types = { '.js': 'text/javascript', '.css': 'text/css' };
  const server = http.createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const file = path.basename(pathname);
    if (file in { 'main.js': 1, 'main.css': 1, 'client.js': 1 }) {
      response.writeHead(200, { 'content-type': types[path.extname(file)] });
      response.end(readFileSync(path.join(OUT, file)));
      return;
    }
    const name = file === 'client' ? 'client' : 'main';
    response.writeHead(200, { 'content-type': 'text/html' });
    response.end(`<!doctype html><meta charset="utf-8"><title>${name}</title><link rel="icon" href="data:,">
      ${name === 'main' ? '<link rel="stylesheet" href="/main.css">' : ''}
      <body><div id="app"></div><script type="module" src="/${name}.js"></script></body>`);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  return {
    port,
    origin: (host) => `http://${host}:${port}`,
    at: (host, page, query = {}) => `http://${host}:${port}/${page}?${new URLSearchParams(query)}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Opens a page whose errors fail the test that reads them. */
export async function openPage(context, url) {
  const page = await context.newPage();
  page.setDefaultTimeout(LONG_MS);
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  await page.goto(url);
  return Object.assign(page, { errors });
}

/** Writes a screenshot to look at. */
export async function screenshot(page, name) {
  const folder = path.join(OUT, 'screenshots');
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
}
