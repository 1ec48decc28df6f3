// The size that the SDK adds: gzipped bytes of what is deployed, compared with sizes.json.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import { EXAMPLES, HERE } from './paths.mjs';
import { title } from './report.mjs';
import { buildComponent, buildWorker } from './tools.mjs';

const FILE = path.join(HERE, 'sizes.json');
/** How far a size may exceed that in sizes.json. */
const SLACK = 1.05;
/** How much the SDK should add at most to a Worker that only triggers a workflow. This is not checked. */
const GOAL = 60 * 1024;

const gzipped = (file) => gzipSync(readFileSync(file), { level: 9 }).length;

async function worker(folder) {
  await buildWorker(path.basename(folder), folder);
  const build = path.join(folder, 'build');
  const files = readdirSync(build).filter((file) => /\.(js|wasm)$/.test(file));
  return files.reduce((sum, file) => sum + gzipped(path.join(build, file)), 0);
}

const component = async (folder, name) => gzipped(await buildComponent(path.basename(folder), folder, name));

const probe = (name) => path.join(HERE, 'sizes', name);
const MEASURED = {
  worker: {
    'worker-bare': () => worker(probe('worker-bare')),
    'worker-trigger': () => worker(probe('worker-trigger')),
    'worker-typed': () => worker(probe('worker-typed')),
    'worker-example': () => worker(path.join(EXAMPLES, 'cloudflare-worker')),
  },
  spin: {
    'spin-bare': () => component(probe('spin-bare'), 'size_spin_bare'),
    'spin-trigger': () => component(probe('spin-trigger'), 'size_spin_trigger'),
    'spin-example': () => component(path.join(EXAMPLES, 'spin-app'), 'knock_spin_app'),
  },
};

export async function checkSizes(report, targets, update) {
  if (!targets.some((target) => target in MEASURED)) return;
  title('sizes, gzipped');
  const known = existsSync(FILE) ? JSON.parse(readFileSync(FILE, 'utf8')) : {};
  const seen = {};
  for (const target of targets) {
    for (const [name, measure] of Object.entries(MEASURED[target] ?? {})) {
      await report.step(`${name}: it builds`, async () => { seen[name] = await measure(); });
    }
  }
  table(seen, known);
  if (update) {
    writeFileSync(FILE, `${JSON.stringify({ ...known, ...seen }, null, 2)}\n`);
    return;
  }
  for (const [name, size] of Object.entries(seen)) {
    await report.step(`${name} is not larger than in sizes.json`, () => {
      if (!known[name]) throw new Error('it is not in sizes.json; run with --update-sizes');
      if (size > known[name] * SLACK) throw new Error(`${size} bytes are more than 5 % above ${known[name]}`);
    });
  }
}

function table(seen, known) {
  const row = (cells) => console.log(`  ${cells[0].padEnd(16)}${cells.slice(1).map((cell) => `${cell}`.padStart(12)).join('')}`);
  row(['', 'bytes', 'over bare', 'known']);
  for (const [name, size] of Object.entries(seen)) {
    const bare = seen[`${name.split('-')[0]}-bare`];
    row([name, size, bare && size !== bare ? `+${size - bare}` : '', known[name] ?? '']);
  }
  const added = seen['worker-trigger'] - seen['worker-bare'];
  if (added > GOAL) console.log(`  (a trigger adds ${added} bytes to a Worker; the goal is ${GOAL})`);
}
