// Workers in workerd itself, without a proxy in front.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { EXAMPLE, OUT, workerd } from './paths.mjs';
import { MEASURED, serve } from './process.mjs';

/**
 * Writes the configuration of a built Worker; `bindings` maps names to text.
 *
 * It is compiled, as wrangler does it too: otherwise a Worker starts later by the time that workerd takes to read its
 * WebAssembly as part of a text.
 */
export function configure(folder, bindings) {
  const modules = ['(name = "index.js", esModule = embed "index.js")'];
  if (existsSync(path.join(OUT, folder, 'index_bg.wasm'))) {
    modules.push('(name = "index_bg.wasm", wasm = embed "index_bg.wasm")');
  }
  const texts = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`);
  const config = `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .main),
    (name = "internet", network = (allow = ["public", "private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);

const main :Workerd.Worker = (
  modules = [${modules.join(', ')}],
  compatibilityDate = "${compatibilityDate()}",
  bindings = [${texts.join(', ')}],
);
`;
  const text = path.join(OUT, folder, 'config.capnp');
  writeFileSync(text, config);
  const compiled = execFileSync(workerd(), ['compile', '--config-only', text], { maxBuffer: 64 * 1024 * 1024 });
  writeFileSync(configuration(folder), compiled);
}

const configuration = (folder) => path.join(OUT, folder, 'config.bin');

function compatibilityDate() {
  const wrangler = readFileSync(path.join(EXAMPLE, 'wrangler.toml'), 'utf8');
  return /^compatibility_date = "([\d-]+)"$/m.exec(wrangler)[1];
}

/** Starts a configured Worker. */
export async function startWorker(folder) {
  // workerd reports its port on the control descriptor, here stdout.
  const command = [workerd(), 'serve', '--control-fd=1', '--binary', configuration(folder)];
  const server = await serve(MEASURED, command);
  return { ...server, url: `http://127.0.0.1:${JSON.parse(server.line).port}` };
}
