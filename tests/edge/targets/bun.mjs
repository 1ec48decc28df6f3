// Bun, from npm.
import { hostTarget } from '../lib/host.mjs';
import { npmBinary } from '../lib/paths.mjs';

export const { build, runTarget } = hostTarget('bun', () => npmBinary('@oven', 'bin/bun'), ['run'], ['GET', 'PUT', 'DELETE']);
