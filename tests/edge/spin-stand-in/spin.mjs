// Stands in for the command `spin`, which no package registry has, so that the tests of `spin up` run everywhere.
//
// It is like Spin 4.1 in this: the options of `spin build` and `spin up`, what they print, that other options are refused,
// that `spin up` starts a child, `spin trigger http`, which holds its pipes and outlives it, that the variables of the
// manifest get their values from `--variable`, from SPIN_VARIABLE_… or by default, that the component sees only those which
// its own section maps, and that no host is reached which `allowed_outbound_hosts` does not name.
//
// It is unlike Spin in this: the component is the example built without Spin variables, since wasmtime has none, and reads
// them from its environment; and wasmtime forbids no host, so a URL in a variable that is not allowed is replaced by one
// where nobody listens. Spin reports a denied request there, not a refused connection.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

import { BUILD, cargoBin } from '../lib/paths.mjs';

const COMPONENT = path.join(BUILD, 'wasm32-wasip2', 'release', 'edge_spin_app.wasm');
const NOBODY = 'http://127.0.0.1:1';

const LISTEN = { listen: { type: 'string', default: '127.0.0.1:3000' } };
const UP = {
  from: { type: 'string', short: 'f', default: '.' },
  ...LISTEN,
  build: { type: 'boolean' },
  quiet: { type: 'boolean', short: 'q' },
  env: { type: 'string', short: 'e', multiple: true, default: [] },
  variable: { type: 'string', multiple: true, default: [] },
};
const COMMANDS = {
  build: (args) => {
    const options = parse(args, { ...UP, up: { type: 'boolean' } });
    build(read(options.from));
    if (options.up) up(options);
  },
  up: (args) => up(parse(args, UP)),
  trigger: ([kind, ...args]) => (kind === 'http' ? trigger(parse(args, LISTEN)) : fail(`unknown trigger ${kind}`)),
  '--version': () => console.log('spin 4.1.0 (a stand-in)'),
};

function fail(problem) {
  console.error(`error: ${problem}`);
  process.exit(2);
}

function parse(args, options) {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    return fail(error.message);
  }
}

/** Reads the keys of a manifest by section. It knows as much TOML as the manifest of the example uses. */
function read(from) {
  const file = existsSync(from) && statSync(from).isDirectory() ? path.join(from, 'spin.toml') : from;
  if (!existsSync(file)) fail(`${file} does not exist`);
  const sections = {};
  let section = (sections[''] = {});
  for (const line of readFileSync(file, 'utf8').split('\n').map((each) => each.trim())) {
    const name = /^\[+([\w.-]+)\]+$/.exec(line)?.[1];
    const [, key, value] = /^(\w+) = (.+)$/.exec(line) ?? [];
    if (name) section = sections[name] = {};
    else if (key) section[key] = JSON.parse(value.replace(/(\w+) = /g, '"$1": '));
    else if (line !== '' && !line.startsWith('#')) fail(`${file}: cannot read ${line}`);
  }
  const id = sections['trigger.http']?.component;
  const part = (suffix = '') => sections[`component.${id}${suffix}`] ?? fail(`${file}: no component.${id}${suffix}`);
  return {
    id,
    folder: path.dirname(path.resolve(file)),
    declared: sections.variables,
    component: part(),
    mapped: part('.variables'),
    command: part('.build').command,
  };
}

function build({ id, folder, command }) {
  console.log(`Building component ${id} with \`${command}\``);
  const { status } = spawnSync('sh', ['-c', command], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) fail(`Build command for component ${id} failed with status ${status}`);
  console.log('Finished building all Spin components');
}

function up(options) {
  const manifest = read(options.from);
  if (options.build) build(manifest);
  checkSource(manifest);
  const locked = { id: manifest.id, env: environment(manifest, options) };
  const child = spawn(process.execPath, [process.argv[1], 'trigger', 'http', '--listen', options.listen], {
    stdio: 'inherit',
    env: { ...process.env, SPIN_LOCKED: JSON.stringify(locked) },
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => process.exit(code ?? 1));
}

/** The build must have made what the manifest names, although another build is served. */
function checkSource({ folder, component: { source } }) {
  const target = process.env.CARGO_TARGET_DIR ?? path.join(folder, 'target');
  if (!existsSync(path.join(target, path.relative('target', source)))) fail(`failed to resolve content at "${source}"`);
}

/** Returns the environment of the component. */
function environment({ declared, mapped, component }, { env, variable }) {
  const pairs = (texts) => texts.map((text) => {
    const at = text.indexOf('=');
    return at > 0 ? [text.slice(0, at), text.slice(at + 1)] : fail(`${text} is not of the form KEY=VALUE`);
  });
  const given = Object.fromEntries(pairs(variable));
  for (const name of Object.keys(given)) if (!(name in declared)) fail(`no variable ${name} in the manifest`);
  const value = (name) =>
    given[name] ?? process.env[`SPIN_VARIABLE_${name.toUpperCase()}`] ?? declared[name]?.default ?? fail(`no value for ${name}`);
  const resolved = Object.entries(mapped).map(([name, template]) => {
    const text = template.replace(/\{\{ (\w+) \}\}/g, (_, variable) => value(variable));
    return [name.toUpperCase(), isDenied(text, component.allowed_outbound_hosts ?? []) ? NOBODY : text];
  });
  return Object.fromEntries([...resolved, ...pairs(env)]);
}

/** Returns whether a text is a URL that no pattern of scheme, host and port allows. */
function isDenied(text, allowed) {
  if (!/^https?:\/\//.test(text)) return false;
  const { protocol, hostname, port } = new URL(text);
  const ports = [port || { 'http:': '80', 'https:': '443' }[protocol], '*'];
  const origin = `${protocol}//${hostname}`;
  return !allowed.some((pattern) => pattern === `${origin}${port && `:${port}`}` || ports.some((each) => pattern === `${origin}:${each}`));
}

function trigger({ listen }) {
  const { id, env } = JSON.parse(process.env.SPIN_LOCKED ?? fail('SPIN_LOCKED is not set'));
  const flags = ['-Sp3,cli,inherit-network', '-Wcomponent-model-async', '--addr', listen];
  const names = Object.keys(env).flatMap((name) => ['--env', name]);
  const child = spawn(cargoBin('wasmtime'), ['serve', ...flags, ...names, COMPONENT], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  createInterface({ input: child.stderr }).on('line', (line) => {
    const url = /^Serving HTTP on (http:\/\/[\d.:]+)\//.exec(line)?.[1];
    if (!url) console.error(line);
    else console.log(`\nServing ${url}\nAvailable Routes:\n  ${id}: ${url} (wildcard)`);
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => process.exit(code ?? 1));
}

const [command, ...args] = process.argv.slice(2);
(COMMANDS[command] ?? (() => fail(`unrecognized subcommand '${command}'`)))(args);
