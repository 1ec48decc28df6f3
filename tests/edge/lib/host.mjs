// A JavaScript host that is a program: it runs the scenario over its own `fetch`.
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';

import { checkHeads } from './emulator.mjs';
import { secrets, verifyToken } from './knock.mjs';
import { HERE, OUT } from './paths.mjs';
import { run } from './process.mjs';
import { buildPackage } from './tools.mjs';

const FOLDER = path.join(HERE, 'fetch');

/** The folder of a target's scenario. Each has its own, since some run at the same time. */
export const scenarioOf = (target) => path.join(OUT, 'fetch-scenario', target);

export const buildScenario = (target) => buildPackage('the scenario over fetch', FOLDER, 'edge_fetch', scenarioOf(target));

/**
 * Returns a target that runs the scenario by a command. `repeats` are the methods of the requests that the host sends
 * again on its own if a connection that was used before breaks.
 */
export const hostTarget = (name, command, flags, repeats = []) => ({
  build: () => buildScenario(name),
  async runTarget(report, emulator) {
    let result;
    // The script writes there what it found.
    const file = path.join(scenarioOf(name), 'result.json');
    console.log(`  (version ${/\d[\d.]+/.exec(await run(command(), ['--version']))[0]})`);
    await report.step('the scenario runs, and every kind of host is tried', async () => {
      rmSync(file, { force: true });
      const args = [...flags, path.join(FOLDER, 'main.mjs'), scenarioOf(name), `${repeats}`, file];
      await run(command(), args, { minutes: 5, env: secrets(emulator.url) });
      result = JSON.parse(readFileSync(file, 'utf8'));
      report.scenario(result);
    });
    await report.step('a user token that WebCrypto signed is verified by jose', () => verifyToken(result.token, 'é日🦖'));
    await report.step('the wire: no request is chunked or without its length', () => checkHeads(emulator.heads));
  },
});
