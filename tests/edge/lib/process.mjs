// Child processes: they have a time limit, are quiet unless they fail, and end when this process does.
import { spawn } from 'node:child_process';

const running = new Set();
/** How many characters of a program's output are kept. Its end usually tells what went wrong. */
const KEPT = 6000;

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    stopAll();
    process.exit(1);
  });
}
process.on('exit', stopAll);

function stopAll() {
  for (const child of running) child.kill('SIGKILL');
}

function start(command, args, { cwd, env } = {}) {
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  child.output = '';
  const keep = (text) => { child.output = (child.output + text).slice(-KEPT); };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  child.once('error', (error) => keep(String(error)));
  child.ended = new Promise((resolve) => {
    child.once('error', () => resolve(-1));
    child.once('close', (code, signal) => resolve(code ?? signal));
  }).finally(() => running.delete(child));
  return child;
}

/** Runs a program to its end and returns the end of its output, which an error contains, too. */
export async function run(command, args, options = {}) {
  const { minutes = 30 } = options;
  const child = start(command, args, options);
  const timer = setTimeout(() => {
    child.output += `\nstopped after ${minutes} minutes`;
    child.kill('SIGKILL');
  }, minutes * 60_000);
  const code = await child.ended;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: exit ${code}\n${child.output.trim()}`);
  return child.output;
}

/** Starts a server, and waits until its output matches `ready`. */
export async function serve(command, args, ready, options = {}) {
  const { seconds = 30 } = options;
  const child = start(command, args, options);
  const deadline = Date.now() + seconds * 1000;
  let found;
  let code;
  child.ended.then((ended) => { code = ended; });
  while (!(found = ready.exec(child.output))) {
    if (code !== undefined) throw new Error(`${command} ended (${code}):\n${child.output.trim()}`);
    if (Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${command} was not ready after ${seconds} s:\n${child.output.trim()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return {
    found,
    output: () => child.output,
    stop: async () => {
      child.kill('SIGKILL');
      await child.ended;
    },
  };
}
