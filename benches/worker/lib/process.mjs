// Child processes that serve, pinned to cores and killed when this process exits.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';

const running = new Set();
/** How long a program may take to start. */
const BEGIN_MS = 30_000;

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The core of the measured process, and the core of everything else. */
export const MEASURED = 0;
export const OTHERS = 1;
const pinned = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0;
if (!pinned) console.error('processes are not pinned to cores: that needs two cores and taskset');

/** Returns a command pinned to a core. taskset execs the command, so the pid is that of the command. */
export const onCore = (core, command) => (pinned ? ['taskset', '-c', `${core}`, ...command] : command);

/** Moves this process off the measured core. */
export function stepAside() {
  if (pinned) execFileSync('taskset', ['-acp', `${OTHERS}`, `${process.pid}`], { stdio: 'ignore' });
}

/** Starts a server and returns it with the first line that it prints. */
export async function serve(core, command) {
  const [program, ...args] = onCore(core, command);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  let errors = '';
  child.stderr.setEncoding('utf8').on('data', (text) => { errors = (errors + text).slice(-4000); });
  const ended = new Promise((resolve) => {
    child.once('error', resolve);
    child.once('close', (code, signal) => resolve(code ?? signal));
  }).finally(() => running.delete(child));
  const stop = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  const timer = setTimeout(stop, BEGIN_MS);
  const line = await Promise.race([firstLine(child.stdout), ended.then(() => null)]);
  clearTimeout(timer);
  if (line === null) throw new Error(`${command.join(' ')}: ended with ${await ended}\n${errors.trim()}`);
  return { pid: child.pid, line, stop, errors: () => errors };
}

function firstLine(stream) {
  return new Promise((resolve) => {
    let text = '';
    stream.setEncoding('utf8').on('data', (more) => {
      text += more;
      const end = text.indexOf('\n');
      if (end >= 0) resolve(text.slice(0, end));
    });
  });
}

/** Returns the CPU time of all threads of a process, in microseconds. */
export function cpuMicroseconds(pid) {
  const tasks = `/proc/${pid}/task`;
  const nanoseconds = readdirSync(tasks).map((task) => {
    try {
      return Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      return 0; // The thread has ended in the meantime.
    }
  });
  return nanoseconds.reduce((sum, each) => sum + each, 0) / 1000;
}
