// The closed loop: a fixed number of calls in flight for a fixed time, each followed by the next.

import { readFileSync } from 'node:fs';

export async function measure(call, { inFlight, warmUpMs, measuredMs }) {
  await callFor(warmUpMs, inFlight, call);
  const cpu = process.cpuUsage();
  const { latencies, wallMs } = await callFor(measuredMs, inFlight, call);
  const { user, system } = process.cpuUsage(cpu);
  const requests = latencies.length;
  latencies.sort((a, b) => a - b);
  return {
    requests,
    wall_microseconds: wallMs * 1000,
    requests_per_second: (requests / wallMs) * 1000,
    cpu_microseconds: (user + system) / requests,
    p50_microseconds: quantile(latencies, 0.5) * 1000,
    p99_microseconds: quantile(latencies, 0.99) * 1000,
    peak_kibibytes: peakKibibytes(),
  };
}

async function callFor(spanMs, inFlight, call) {
  const latencies = [];
  const started = performance.now();
  const caller = async () => {
    for (let before = started; before < started + spanMs; ) {
      await call();
      const after = performance.now();
      latencies.push(after - before);
      before = after;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return { latencies, wallMs: performance.now() - started };
}

function quantile(sorted, part) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

// Returns VmHWM, on Linux only.
function peakKibibytes() {
  if (process.platform !== 'linux') return undefined;
  return Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}
