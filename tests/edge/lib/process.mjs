// Child processes: they have a time limit, are quiet unless they fail, and end when this process does, with all that they
// started. `spin up`, `wrangler` and `vercel` start others, which outlive them if only they are killed.
import { spawn } from 'node:child_process';

const running = new Set();
/** How many characters of a program's output are kept. Its end usually tells what went wrong. */
const KEPT = 6000;
/** How long pipes may stay open once a program has ended, because a process that left its group holds them. */
const HELD_MS = 1000;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    stopAll();
    process.exit(1);
  });
}
process.on('exit', stopAll);

function stopAll() {
  for (const child of running) killGroup(child);
}

/** Kills a program and everything that it started. */
function killGroup(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All have ended, or the program was not found.
  }
}

/** Starts a program as the leader of a group of processes. */
function start(command, args, { cwd, env } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  running.add(child);
  child.output = '';
  const keep = (text) => { child.output = (child.output + text).slice(-KEPT); };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  child.ended = end(child, keep).finally(() => running.delete(child));
  return child;
}

/** Waits until a program has ended, ends what it left behind, and returns its exit code or signal. */
function end(child, keep) {
  return new Promise((resolve) => {
    let timer;
    child.once('error', (error) => {
      keep(String(error));
      resolve(-1);
    });
    child.once('exit', () => {
      killGroup(child);
      timer = setTimeout(() => [child.stdout, child.stderr].forEach((pipe) => pipe.destroy()), HELD_MS);
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      resolve(code ?? signal);
    });
  });
}

/** Runs a program to its end and returns the end of its output, which an error contains, too. */
export async function run(command, args, options = {}) {
  const { minutes = 30 } = options;
  const child = start(command, args, options);
  const timer = setTimeout(() => {
    child.output += `\nstopped after ${minutes} minutes`;
    killGroup(child);
  }, minutes * 60_000);
  const code = await child.ended;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${code}\n${child.output.trim()}`);
  return child.output;
}

/** Without the last line if it is not complete: wasmtime writes its address in pieces, and a part of a port is a port. */
const wholeLines = (output) => output.slice(0, output.lastIndexOf('\n') + 1);

/** Starts a server, and waits until whole lines of its output match `ready`. `stop` ends it and everything that it started. */
export async function serve(command, args, ready, options = {}) {
  const { seconds = 30 } = options;
  const child = start(command, args, options);
  const deadline = Date.now() + seconds * 1000;
  const stop = async () => {
    killGroup(child);
    await child.ended;
  };
  let found;
  let code;
  child.ended.then((ended) => { code = ended; });
  while (!(found = ready.exec(wholeLines(child.output)))) {
    if (code !== undefined) throw new Error(`${command} ended (${code}):\n${child.output.trim()}`);
    if (Date.now() > deadline) {
      await stop();
      throw new Error(`${command} was not ready after ${seconds} s:\n${child.output.trim()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { found, output: () => child.output, stop };
}
