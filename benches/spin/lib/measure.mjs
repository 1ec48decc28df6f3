// Measures one run.
import { execFile } from 'node:child_process';
import http from 'node:http';
import { promisify } from 'node:util';

import { BENCH_LOAD } from '../../worker/lib/paths.mjs';
import { OTHERS, cpuMicroseconds, onCore } from '../../worker/lib/process.mjs';
import { forgetPeak, peakKibibytes, startComponent } from './wasmtime.mjs';

const IN_FLIGHT = 8;
const FIRST_WARM_UP_MS = 3000;
const WARM_UP_MS = 400;
/** How often each component runs in a round, in turns, so that a slow moment affects all of them. */
export const TURNS = 8;

/** Loads the running components in turns with a request; returns the metrics of each component by turn. */
export async function load(servers, request, round) {
  const turns = servers.map(() => []);
  for (const server of servers) await drive(server.url, request, round === 0 ? FIRST_WARM_UP_MS : WARM_UP_MS);
  for (let turn = 0; turn < TURNS; turn += 1) {
    const order = servers.map((_, index) => index);
    if ((round + turn) % 2 === 1) order.reverse();
    for (const index of order) turns[index].push(await measure(servers[index], request));
  }
  return turns;
}

async function measure(server, request) {
  forgetPeak(server.pid);
  const before = cpuMicroseconds(server.pid);
  const throughput = await drive(server.url, request, request.milliseconds);
  const cpu = cpuMicroseconds(server.pid) - before;
  return {
    requests_per_second: (throughput.requests / throughput.wall_microseconds) * 1e6,
    cpu_microseconds: cpu / throughput.requests,
    p50_microseconds: throughput.p50_microseconds,
    p99_microseconds: throughput.p99_microseconds,
    peak_kibibytes: peakKibibytes(server.pid),
  };
}

async function drive(url, { path, args }, milliseconds) {
  const [program, ...rest] = onCore(OTHERS, [
    BENCH_LOAD, 'drive', url + path, ...args,
    '--in-flight', `${IN_FLIGHT}`, '--warm-up-ms', '0', '--duration-ms', `${milliseconds}`,
  ]);
  const { stdout } = await promisify(execFile)(program, rest, { timeout: milliseconds + 20_000 });
  return JSON.parse(stdout);
}

/** Measures the time from the start of a process to its first response. */
export async function firstResponse(name, environment, flags) {
  const start = performance.now();
  const server = await startComponent(name, environment, flags);
  try {
    await get(`${server.url}/nothing`);
    return { milliseconds: performance.now() - start, cpu_milliseconds: cpuMicroseconds(server.pid) / 1000 };
  } finally {
    await server.stop();
  }
}

/** Waits for a response with any status. */
function get(url) {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false, timeout: 20_000 }, (response) => response.resume().once('end', resolve))
      .once('timeout', () => reject(new Error(`${url} does not respond`)))
      .once('error', reject);
  });
}
