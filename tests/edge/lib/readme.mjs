// Follows the README of an example as its readers do: in a copy of the folder, with the commands as they are written.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';

import { attach } from './emulator.mjs';
import { BUILD, BUILT_EMULATOR, EXAMPLES, OUT, ROOT, TOOLS } from './paths.mjs';
import { run, serve } from './process.mjs';
import { workerEnv } from './tools.mjs';

const EMULATOR = 'http://127.0.0.1:4010';
/** The servers that every README starts. */
const COMMON = {
  'cargo run -p knock-emulator': {
    cwd: ROOT,
    ready: /Knock emulator at/,
    instead: BUILT_EMULATOR,
    env: { CARGO_TARGET_DIR: path.join(OUT, 'host') },
  },
};
/** The environment of the commands: the tools that readers install, no telemetry, and none of our own settings. */
const ENV = {
  ...workerEnv,
  PATH: [path.join(TOOLS, 'bin'), process.env.PATH].join(path.delimiter),
  CARGO_INSTALL_ROOT: TOOLS,
  CARGO_TARGET_DIR: BUILD,
  NEXT_TELEMETRY_DISABLED: '1',
  VERCEL_TELEMETRY_DISABLED: '1',
  WRANGLER_SEND_METRICS: 'false',
  // Where the tools would look for an account, and write their logs.
  XDG_CONFIG_HOME: path.join(OUT, 'home'),
  XDG_DATA_HOME: path.join(OUT, 'home'),
  ...Object.fromEntries(['API_KEY', 'BASE_URL', 'BRANCH', 'SIGNING_KEY', 'WEBHOOK_SECRET'].map((name) => [`KNOCK_${name}`, undefined])),
};

/** An example in a folder of its own, and the servers that run there. */
export class Walk {
  #servers = [];
  #ports;
  #started;

  /** `servers` are the commands that run until they are stopped; `account` are those that need an account of the host. */
  constructor(name, { servers, account = [] }) {
    this.folder = path.join(OUT, 'readme', name);
    this.emulator = attach(EMULATOR);
    this.#started = { ...COMMON, ...servers };
    this.account = account;
    copyExample(path.join(EXAMPLES, name), this.folder);
    this.readme = readFileSync(path.join(this.folder, 'README.md'), 'utf8');
    this.#ports = new Set([...this.readme.matchAll(/127\.0\.0\.1:(\d+)/g), [EMULATOR, '4010']].map(([, port]) => Number(port)));
  }

  /** Runs the commands of a section. Returns what those that end have printed. */
  async section(heading) {
    let printed = '';
    for (const { server, script } of this.#commands(heading)) {
      if (server) await this.start(server);
      else printed += await this.run(script);
    }
    return printed;
  }

  /** Runs a script in the folder, and returns what it printed. */
  run(script) {
    return run('bash', ['-euo', 'pipefail', '-c', script], { cwd: this.folder, env: ENV, minutes: 15 });
  }

  /** Starts a server by its command. */
  async start(command) {
    if (this.#servers.length === 0) await this.#freePorts('is in use, and the README needs it');
    const { ready, instead = command, cwd = this.folder, env = {} } = this.#started[command];
    const server = await serve('bash', ['-c', `exec ${instead}`], ready, { cwd, env: { ...ENV, ...env }, seconds: 600 });
    this.#servers.push({ command, server });
  }

  /** Stops a server. */
  async stop(command) {
    const index = this.#servers.findIndex((each) => each.command === command);
    if (index < 0) throw new Error(`${command} does not run`);
    await this.#servers.splice(index, 1)[0].server.stop();
  }

  /** Stops all servers, and fails if any process of theirs is left. */
  async end() {
    for (const { server } of this.#servers.splice(0)) await server.stop();
    await this.#freePorts('is still in use after all servers were stopped');
    const left = await this.#processes();
    if (left.length > 0) throw new Error(`these processes are left:\n${left.join('\n')}`);
  }

  /** What the servers have printed last. */
  output() {
    return this.#servers.map(({ command, server }) => `$ ${command}\n${server.output()}`).join('\n');
  }

  /** Returns the commands of the blocks of a section: servers one by one, others as scripts. */
  #commands(heading) {
    const section = this.readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`));
    if (!section) throw new Error(`the README has no section ${heading}`);
    const commands = [];
    for (const [, block] of section.matchAll(/^```sh\n([^]*?)^```/gm)) {
      let script = '';
      for (const line of block.replaceAll('\\\n', ' ').split('\n')) {
        const command = line.replace(/\s+#.*$/, '').trim();
        if (command in this.#started) {
          commands.push({ script }, { server: command });
          script = '';
        } else if (!this.account.some((pattern) => pattern.test(command))) {
          script += `${line}\n`;
        }
      }
      commands.push({ script });
    }
    return commands.filter(({ server, script }) => server || script.trim());
  }

  async #freePorts(problem) {
    for (const port of this.#ports) {
      for (let attempt = 0; await isOpen(port); attempt += 1) {
        // A process that was killed may take a moment to end.
        if (attempt === 100) throw new Error(`port ${port} ${problem}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** The processes that a program in the folder started, by their command lines. */
  async #processes() {
    let left = [];
    for (let attempt = 0; attempt < 100; attempt += 1) {
      left = commandLines().filter((line) => line.includes(`${this.folder}/`));
      if (left.length === 0) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return left;
  }
}

/** Copies an example without what git ignores, and keeps the npm packages that the copy has already. */
export function copyExample(from, to) {
  const ignored = readFileSync(path.join(from, '.gitignore'), 'utf8').trim().split('\n').map((line) => line.replace('/', ''));
  mkdirSync(to, { recursive: true });
  for (const name of readdirSync(to)) {
    if (name !== 'node_modules') rmSync(path.join(to, name), { recursive: true });
  }
  for (const name of readdirSync(from)) {
    if (!ignored.includes(name)) cpSync(path.join(from, name), path.join(to, name), { recursive: true });
  }
  // The README says to remove the path, because its readers have the published crate.
  const manifest = path.join(to, 'Cargo.toml');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replaceAll('../../crates/', `${path.join(ROOT, 'crates')}/`));
}

/** Reads a file with a setting on each line. */
export function readSettings(file) {
  if (!existsSync(file)) throw new Error(`${file} does not exist`);
  const lines = readFileSync(file, 'utf8').split('\n').filter((line) => /^\w+=/.test(line));
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

/** The command lines of all processes. */
function commandLines() {
  if (!existsSync('/proc/self/cmdline')) {
    return execFileSync('ps', ['-A', '-ww', '-o', 'args='], { encoding: 'utf8', maxBuffer: 2 ** 26 }).split('\n');
  }
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    } catch {
      // It has ended.
      return '';
    }
  });
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
