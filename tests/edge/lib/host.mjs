// A JavaScript host that is a program: it runs the scenario over its own `fetch`.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { checkHeads } from './emulator.mjs';
import { secrets, verifyToken } from './knock.mjs';
import { HERE, OUT } from './paths.mjs';
import { run } from './process.mjs';
import { buildPackage } from './tools.mjs';

const FOLDER = path.join(HERE, 'fetch');
/** The scenario, compiled once for all hosts with `fetch`. */
export const SCENARIO = path.join(OUT, 'fetch-scenario');

/** Where the script writes what it found. */
const RESULT = path.join(SCENARIO, 'result.json');

export const buildScenario = () => buildPackage('the scenario over fetch', FOLDER, 'edge_fetch', SCENARIO);

/**
 * Returns the target that runs the scenario by a command. `repeats` are the methods of the requests that the host sends
 * again on its own if a connection that was used before breaks.
 */
export const hostTarget = (command, flags, repeats = []) => ({
  build: buildScenario,
  async runTarget(report, emulator) {
    let result;
    console.log(`  (version ${/\d[\d.]+/.exec(await run(command(), ['--version']))[0]})`);
    await report.step('the scenario runs, and every kind of host is tried', async () => {
      rmSync(RESULT, { force: true });
      const args = [...flags, path.join(FOLDER, 'main.mjs'), SCENARIO, `${repeats}`, RESULT];
      await run(command(), args, { minutes: 5, env: secrets(emulator.url) });
      result = JSON.parse(readFileSync(RESULT, 'utf8'));
      report.scenario(result);
    });
    await report.step('a user token that WebCrypto signed is verified by jose', () => verifyToken(result.token, 'é日🦖'));
    await report.step('the wire: no request is chunked or without its length', () => checkHeads(emulator.heads));
  },
});
