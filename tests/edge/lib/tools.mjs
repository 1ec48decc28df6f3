// Installs the missing tools into target/edge, once, and builds with them.
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { BUILD, EXAMPLES, HERE, OUT, ROOT, TOOLS, cargoBin, npmBin } from './paths.mjs';
import { run } from './process.mjs';
import { timed } from './report.mjs';

const TARGETS = ['wasm32-unknown-unknown', 'wasm32-wasip2'];
const WORKER_BUILD = '0.8.7';
/** The version in wasmtime.txt. */
const WASMTIME = '48.0.2';
// Without pooling-allocator, `wasmtime serve` refuses to start.
const WASMTIME_FEATURES =
  'run,serve,component-model-async,cranelift,wasi-http,pooling-allocator,parallel-compilation';

/**
 * worker-build and wasm-bindgen are compiled, since neither npm, nor PyPI, nor Debian has their programs: they are only
 * among the releases on GitHub, where `wasm-pack` from npm would look for them too, and where nothing pins them by a hash.
 * They run for a second or two, so compiling them quickly matters more than their speed: they take 5 minutes of CPU time
 * to install, and 12 with the defaults. wasmtime takes some 25 more where it has to be built.
 */
const QUICK = { CARGO_PROFILE_RELEASE_OPT_LEVEL: '0', CARGO_PROFILE_RELEASE_DEBUG: '0', CARGO_PROFILE_RELEASE_LTO: 'off' };

/** The environment of every build. */
export const buildEnv = { CARGO_TARGET_DIR: BUILD, CARGO_TERM_COLOR: 'never' };
/** worker-build would download these. */
export const workerEnv = {
  WASM_BINDGEN_BIN: cargoBin('wasm-bindgen'),
  ESBUILD_BIN: npmBin('esbuild'),
  WASM_OPT_BIN: npmBin('wasm-opt'),
};

export async function installTools(targets) {
  mkdirSync(OUT, { recursive: true });
  await installNodeModules();
  await installRustTargets();
  if (targets.includes('worker')) await cargoInstall('worker-build', 'worker-build', WORKER_BUILD, []);
  if (targets.some((target) => target !== 'spin')) {
    // Its default feature is TLS for a test runner that is not installed.
    await cargoInstall('wasm-bindgen-cli', 'wasm-bindgen', wasmBindgenVersion(targets), ['--bin', 'wasm-bindgen', '--no-default-features']);
  }
  if (targets.includes('spin')) await installWasmtime();
}

/** Installs the wasmtime of the environment variable WASMTIME, else the one on PATH, PyPI's, or one built from source. */
async function installWasmtime() {
  const { WASMTIME: chosen } = process.env;
  if (chosen) return link('wasmtime', path.resolve(chosen));
  if (await hasVersion(cargoBin('wasmtime'), WASMTIME)) return;
  if (await hasVersion('wasmtime', WASMTIME)) {
    return link('wasmtime', (await run('sh', ['-c', 'command -v wasmtime'])).trim());
  }
  try {
    await timed(`pip install wasmtime ${WASMTIME}`, wasmtimeFromPypi);
  } catch (error) {
    console.log(`  building it instead, since ${error.message}`);
    const flags = ['--locked', '--no-default-features', '--features', WASMTIME_FEATURES];
    // As fast as it can be, since it is measured.
    await cargoInstall('wasmtime-cli', 'wasmtime', WASMTIME, flags, {});
  }
}

async function wasmtimeFromPypi() {
  const folder = path.join(TOOLS, 'wasmtime');
  rmSync(folder, { recursive: true, force: true });
  const flags = ['--require-hashes', '--only-binary', ':all:', '--no-deps', '--target', folder];
  await run('python3', ['-m', 'pip', 'install', ...flags, '-r', path.join(HERE, 'wasmtime.txt')], { minutes: 10 });
  const binary = path.join(folder, 'wasmtime_cli', 'wasmtime');
  // Wheels do not carry the permission of data files.
  chmodSync(binary, 0o755);
  if (!(await hasVersion(binary, WASMTIME))) throw new Error(`${binary} is not wasmtime ${WASMTIME}`);
  link('wasmtime', binary);
}

/** Makes a program a tool of the tests. */
function link(name, binary) {
  if (!existsSync(binary)) throw new Error(`${binary} does not exist`);
  mkdirSync(path.dirname(cargoBin(name)), { recursive: true });
  rmSync(cargoBin(name), { force: true });
  symlinkSync(binary, cargoBin(name));
}

const hasVersion = (program, version) =>
  run(program, ['--version']).then((output) => output.split(/\s+/).includes(version), () => false);

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

async function cargoInstall(crate, binary, version, flags, profile = QUICK) {
  if (await hasVersion(cargoBin(binary), version)) return;
  // A link would be followed to a program that is not ours.
  rmSync(cargoBin(binary), { force: true });
  await timed(`cargo install ${crate} ${version} (minutes)`, () =>
    run('cargo', ['install', crate, '--version', version, '--force', '--root', TOOLS, ...flags], {
      // In one folder, so that crates that both use are built once.
      env: { CARGO_TARGET_DIR: path.join(OUT, 'build-tools'), ...profile },
      minutes: 40,
    }));
}

/** Returns the version of wasm-bindgen in all lock files; the command must be of the same version as the crate. */
function wasmBindgenVersion(targets) {
  const locks = [path.join(HERE, 'Cargo.lock')];
  if (targets.includes('worker')) {
    locks.push(path.join(EXAMPLES, 'cloudflare-worker', 'Cargo.lock'), path.join(ROOT, 'benches', 'worker', 'rust', 'Cargo.lock'));
  }
  if (targets.includes('vercel')) locks.push(path.join(EXAMPLES, 'vercel', 'Cargo.lock'));
  if (targets.includes('next')) locks.push(path.join(EXAMPLES, 'nextjs', 'Cargo.lock'));
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
export const buildWorker = (what, folder, options = []) =>
  timed(`worker-build ${what}`, () =>
    run(cargoBin('worker-build'), ['--release', ...options], { cwd: folder, env: { ...buildEnv, ...workerEnv } }));

/** Builds a component for Spin with the command in the example's manifest, and returns its path. */
export async function buildComponent(what, folder, name) {
  await timed(`cargo build ${what}`, () =>
    run('cargo', ['build', '--release', '--target', 'wasm32-wasip2'], { cwd: folder, env: buildEnv }));
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
