// Workers in workerd itself, without a proxy in front.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { EXAMPLE, OUT, workerd } from './paths.mjs';
import { MEASURED, serve } from './process.mjs';

/** Writes the configuration of a built Worker; `bindings` maps names to text. */
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
  writeFileSync(path.join(OUT, folder, 'config.capnp'), config);
}

function compatibilityDate() {
  const wrangler = readFileSync(path.join(EXAMPLE, 'wrangler.toml'), 'utf8');
  return /^compatibility_date = "([\d-]+)"$/m.exec(wrangler)[1];
}

/** Starts a configured Worker. */
export async function startWorker(folder) {
  // workerd reports its port on the control descriptor, here stdout.
  const command = [workerd(), 'serve', '--control-fd=1', path.join(OUT, folder, 'config.capnp')];
  const server = await serve(MEASURED, command);
  return { ...server, url: `http://127.0.0.1:${JSON.parse(server.line).port}` };
}
