// Where things are.
import { fileURLToPath } from 'node:url';
import path from 'node:path';

export const HERE = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const ROOT = path.dirname(path.dirname(HERE));
/** All that is made here, out of git's sight. */
export const OUT = path.join(ROOT, 'target', 'edge');
export const BUILD = path.join(OUT, 'build');
export const TOOLS = path.join(OUT, 'tools');
export const EXAMPLES = path.join(ROOT, 'examples');

/** What an npm package installed. */
export const npmBin = (name) => path.join(HERE, 'node_modules', '.bin', name);
/** What `cargo install` installed. */
export const cargoBin = (name) => path.join(TOOLS, 'bin', name);
