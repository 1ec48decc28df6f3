// Runs the scenario in Node, Deno or Bun: main.mjs PACKAGE METHODS RESULT. Writes the steps and a user token.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';

import { tryHosts } from './hosts.js';

const [folder, repeats, result] = process.argv.slice(2);
const { KNOCK_BASE_URL: baseUrl, KNOCK_SIGNING_KEY } = process.env;
const { call, initSync, scenario, token } = await import(pathToFileURL(path.join(folder, 'edge_fetch.js')).href);
initSync({ module: readFileSync(path.join(folder, 'edge_fetch_bg.wasm')) });

const { steps } = JSON.parse(await scenario(baseUrl, repeats.split(',').filter(Boolean)));
steps.push(...await tryHosts(call));
writeFileSync(result, JSON.stringify({ steps, token: await token({ KNOCK_SIGNING_KEY }, 'é日🦖') }));
