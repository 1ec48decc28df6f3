// Node: the one that runs the tests.
import { hostTarget } from '../lib/host.mjs';

export const { build, runTarget } = hostTarget('node', () => process.execPath, []);
