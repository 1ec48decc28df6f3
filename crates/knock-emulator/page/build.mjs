// Builds the page: checks its types, runs its tests, and writes the files that the emulator contains.
// `node build.mjs FOLDER` writes to a folder.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

const HERE = path.dirname(fileURLToPath(import.meta.url));
const [out] = process.argv.slice(2);
if (!out) throw new Error('the folder to write to is missing');

function run(...args) {
  const { status } = spawnSync(process.execPath, args, { cwd: HERE, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

run('node_modules/typescript/bin/tsc', '--noEmit');

// Node 20 reads no TypeScript.
const tests = readdirSync(path.join(HERE, 'tests')).filter((name) => name.endsWith('.test.ts'));
await build({
  entryPoints: tests.map((name) => `tests/${name}`),
  absWorkingDir: HERE,
  outdir: 'node_modules/.tests',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'error',
});
run('--test', '--test-reporter=dot', ...tests.map((name) => `node_modules/.tests/${name.replace(/ts$/, 'mjs')}`));

mkdirSync(out, { recursive: true });
await build({
  entryPoints: { page: 'src/main.tsx' },
  absWorkingDir: HERE,
  outdir: path.resolve(out),
  bundle: true,
  format: 'iife',
  target: ['es2022'],
  charset: 'utf8',
  minify: true,
  legalComments: 'inline',
  banner: { js: `/*! This contains Preact:\n\n${readFileSync(path.join(HERE, 'node_modules/preact/LICENSE'), 'utf8').trim()}\n*/` },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  logLevel: 'error',
});
for (const name of ['index.html', 'icon.svg']) copyFileSync(path.join(HERE, 'src', name), path.join(out, name));
