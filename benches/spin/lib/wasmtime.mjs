// Components in `wasmtime serve`, the engine of Spin with the same WASI.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { cargoBin } from '../../../tests/edge/lib/paths.mjs';
import { MEASURED, serve } from '../../worker/lib/process.mjs';
import { OUT } from './paths.mjs';

const WASI = ['-Sp3,cli,inherit-network', '-Wcomponent-model-async'];

/** Starts a built component with an environment, which it takes from ours: secrets are not for the list of processes. */
export async function startComponent(name, environment, more = []) {
  Object.assign(process.env, environment);
  // With it, wasmtime captures a backtrace for each timer that a component cancels.
  delete process.env.RUST_BACKTRACE;
  const variables = Object.keys(environment).flatMap((variable) => ['--env', variable]);
  const flags = [...WASI, ...more, '--addr', '127.0.0.1:0', ...variables];
  const command = [cargoBin('wasmtime'), 'serve', ...flags, path.join(OUT, `${name}.wasm`)];
  // It reports its address on stderr.
  const server = await serve(MEASURED, ['sh', '-c', 'exec "$@" 2>&1', 'sh', ...command]);
  const url = /^Serving HTTP on (http:\/\/[\d.:]+)\//.exec(server.line)?.[1];
  if (!url) throw new Error(`wasmtime printed ${server.line}`);
  return { ...server, url };
}

/** Forgets the peak of a process's memory, where the kernel can. */
export function forgetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Returns the peak of a process's memory. */
export function peakKibibytes(pid) {
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
}
