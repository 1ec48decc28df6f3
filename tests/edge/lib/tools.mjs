// Installs the missing tools into target/edge, once, and builds with them.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { BUILD, EXAMPLES, HERE, OUT, ROOT, TOOLS, cargoBin, npmBin } from './paths.mjs';
import { run } from './process.mjs';
import { timed } from './report.mjs';

const TARGETS = ['wasm32-unknown-unknown', 'wasm32-wasip2'];
const WORKER_BUILD = '0.8.7';
const WASMTIME = '48.0.8';
// Without pooling-allocator, `wasmtime serve` refuses to start.
const WASMTIME_FEATURES =
  'run,serve,component-model-async,cranelift,wasi-http,pooling-allocator,parallel-compilation';

/** The environment of every build. */
export const buildEnv = { CARGO_TARGET_DIR: BUILD, CARGO_TERM_COLOR: 'never' };
/** worker-build would download these. */
const workerEnv = {
  WASM_BINDGEN_BIN: cargoBin('wasm-bindgen'),
  ESBUILD_BIN: npmBin('esbuild'),
  WASM_OPT_BIN: npmBin('wasm-opt'),
};

export async function installTools(targets) {
  mkdirSync(OUT, { recursive: true });
  await installNodeModules();
  await installRustTargets();
  if (targets.includes('worker')) await cargoInstall('worker-build', 'worker-build', WORKER_BUILD);
  if (targets.includes('worker') || targets.includes('vercel')) {
    await cargoInstall('wasm-bindgen-cli', 'wasm-bindgen', wasmBindgenVersion(targets));
  }
  if (targets.includes('spin')) {
    await cargoInstall('wasmtime-cli', 'wasmtime', WASMTIME, [
      '--locked', '--no-default-features', '--features', WASMTIME_FEATURES,
    ]);
  }
}

async function installNodeModules() {
  // npm ci would install everything again each time.
  const lock = readFileSync(path.join(HERE, 'package-lock.json'));
  const stamp = path.join(HERE, 'node_modules', '.edge-lock');
  const hash = createHash('sha256').update(lock).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  await timed('npm ci', () => run('npm', ['ci', '--ignore-scripts'], { cwd: HERE, minutes: 10 }));
  writeFileSync(stamp, hash);
}

async function installRustTargets() {
  // A toolchain that was set up without rustup's server has the targets but no list of them.
  const installed = await run('rustup', ['target', 'list', '--installed']).catch(() => null);
  if (installed === null || TARGETS.every((target) => installed.split('\n').includes(target))) return;
  try {
    await timed(`rustup target add ${TARGETS.join(' ')}`, () => run('rustup', ['target', 'add', ...TARGETS], { minutes: 5 }));
  } catch (error) {
    const script = path.join(ROOT, '..', 'shared', 'wasm', 'setup-wasm-std');
    if (!existsSync(script)) throw error;
    const output = await timed('setup-wasm-std', () => run(script, [], { minutes: 20 }));
    const toolchain = /export RUSTUP_TOOLCHAIN=(\S+)/.exec(output)?.[1];
    if (toolchain) process.env.RUSTUP_TOOLCHAIN = toolchain;
  }
}

async function cargoInstall(crate, binary, version, flags = []) {
  if (existsSync(cargoBin(binary))) {
    const output = await run(cargoBin(binary), ['--version']);
    if (output.split(/\s+/).includes(version)) return;
  }
  await timed(`cargo install ${crate} ${version} (minutes)`, () =>
    run('cargo', ['install', crate, '--version', version, '--force', '--root', TOOLS, ...flags], {
      env: { CARGO_TARGET_DIR: path.join(OUT, 'build-tools') },
      minutes: 40,
    }));
}

/** Returns the version of wasm-bindgen in all lock files; the command must be of the same version as the crate. */
function wasmBindgenVersion(targets) {
  const locks = [path.join(HERE, 'Cargo.lock')];
  if (targets.includes('worker')) locks.push(path.join(EXAMPLES, 'cloudflare-worker', 'Cargo.lock'));
  if (targets.includes('vercel')) locks.push(path.join(EXAMPLES, 'vercel-edge', 'Cargo.lock'));
  const versions = locks.map((lock) => {
    const version = /name = "wasm-bindgen"\nversion = "([^"]+)"/.exec(readFileSync(lock, 'utf8'))?.[1];
    if (!version) throw new Error(`${lock} has no wasm-bindgen`);
    return version;
  });
  const different = versions.findIndex((version) => version !== versions[0]);
  if (different > 0) {
    throw new Error(`${locks[0]} has wasm-bindgen ${versions[0]}, ${locks[different]} has ${versions[different]}: ` +
      'run cargo update -p wasm-bindgen --precise in one of them');
  }
  return versions[0];
}

export const buildEmulator = () =>
  timed('cargo build knock-emulator', () =>
    run('cargo', ['build', '-p', 'knock-emulator'], { cwd: ROOT, env: { CARGO_TARGET_DIR: path.join(OUT, 'host') } }));

/** Builds a Worker as `wrangler` does. The bundle is in `build` in its folder. */
export const buildWorker = (what, folder) =>
  timed(`worker-build ${what}`, () =>
    run(cargoBin('worker-build'), ['--release'], { cwd: folder, env: { ...buildEnv, ...workerEnv } }));

/** Builds a component for Spin with the command in the example's manifest, and returns its path. */
export async function buildComponent(what, folder, name) {
  // The profile of the example. That of this workspace is for Workers.
  const profile = { CARGO_PROFILE_RELEASE_OPT_LEVEL: 's', CARGO_PROFILE_RELEASE_STRIP: 'true' };
  await timed(`cargo build ${what}`, () =>
    run('cargo', ['build', '--release', '--target', 'wasm32-wasip2'], { cwd: folder, env: { ...buildEnv, ...profile } }));
  return path.join(BUILD, 'wasm32-wasip2', 'release', `${name}.wasm`);
}

/** Builds a package for JavaScript hosts with `fetch`, as the example's `npm run build` does. */
export async function buildPackage(what, folder, name, out) {
  const wasm = path.join(BUILD, 'wasm32-unknown-unknown', 'release', `${name}.wasm`);
  await timed(`cargo build ${what}`, () =>
    run('cargo', ['build', '--release', '--target', 'wasm32-unknown-unknown'], { cwd: folder, env: buildEnv }));
  const flags = ['--target', 'web', '--omit-default-module-path', '--out-dir', out];
  await run(cargoBin('wasm-bindgen'), [...flags, wasm]);
}
