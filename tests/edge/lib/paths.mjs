// Paths.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const HERE = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const ROOT = path.dirname(path.dirname(HERE));
/** Everything that is built or installed; git ignores it. */
export const OUT = path.join(ROOT, 'target', 'edge');
export const BUILD = path.join(OUT, 'build');
export const TOOLS = path.join(OUT, 'tools');
/** The examples: those of the repository, or in the folder that the environment names. */
export const EXAMPLES = path.resolve(process.env.EDGE_EXAMPLES || path.join(ROOT, 'examples'));
/** An emulator that is built already, if the environment names one. */
export const BUILT_EMULATOR = process.env.KNOCK_EMULATOR && path.resolve(ROOT, process.env.KNOCK_EMULATOR);
export const EMULATOR = BUILT_EMULATOR ?? path.join(OUT, 'host', 'debug', 'knock-emulator');

/** The path of a command that an npm package installed. */
export const npmBin = (name) => path.join(HERE, 'node_modules', '.bin', name);
/** The path of a command that `cargo install` or another installer installed. */
export const cargoBin = (name) => path.join(TOOLS, 'bin', name);
/** The path of a program in the package that npm chose for this machine from those in a scope. */
export function npmBinary(scope, file) {
  const folder = path.join(HERE, 'node_modules', scope);
  const found = readdirSync(folder).map((name) => path.join(folder, name, file)).find((binary) => existsSync(binary));
  if (!found) throw new Error(`${folder} has no ${file} for this machine`);
  return found;
}
