// The README's table of hosts, compared with what npm installs.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { EXAMPLES, HERE, ROOT } from './paths.mjs';

/** The packages in the table, by the folder of the package.json that has them. */
const TESTED = [
  [HERE, ['bun', 'deno', 'edge-runtime']],
  [path.join(EXAMPLES, 'cloudflare-worker'), ['wrangler']],
  [path.join(EXAMPLES, 'nextjs'), ['next']],
  [path.join(EXAMPLES, 'vercel'), ['vercel']],
];

const json = (...file) => JSON.parse(readFileSync(path.join(...file), 'utf8'));

export function checkVersions() {
  const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8');
  const minor = (version) => version.split('.').slice(0, 2).join('.');
  const expected = TESTED.flatMap(([folder, names]) => {
    const { dependencies, devDependencies } = json(folder, 'package.json');
    return names.map((name) => `${name} ${minor({ ...dependencies, ...devDependencies }[name])}`);
  });
  // miniflare chooses its workerd.
  expected.push(`workerd ${minor(json(HERE, 'package-lock.json').packages['node_modules/workerd'].version)}`);
  const rows = readme.split('\n').filter((line) => line.startsWith('| ')).join('\n');
  const missing = expected.filter((entry) => !new RegExp(`${entry.replaceAll('.', '\\.')}\\b`).test(rows));
  if (missing.length > 0) throw new Error(`the README's table of hosts does not have ${missing.join(', ')}`);
}
