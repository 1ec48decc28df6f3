// Paths.
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const HERE = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const ROOT = path.dirname(path.dirname(HERE));
/** Everything that is built or written; git ignores it. */
export const OUT = path.join(ROOT, 'target', 'browser');
/** An emulator that is built already, if the environment names one. */
export const BUILT_EMULATOR = process.env.KNOCK_EMULATOR && path.resolve(ROOT, process.env.KNOCK_EMULATOR);
export const EMULATOR =
  BUILT_EMULATOR ?? path.join(process.env.CARGO_TARGET_DIR ?? path.join(ROOT, 'target'), 'debug', 'knock-emulator');
