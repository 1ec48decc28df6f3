// Deno, from npm.
import { hostTarget } from '../lib/host.mjs';
import { npmBinary } from '../lib/paths.mjs';

export const { build, runTarget } = hostTarget('deno', () => npmBinary('@deno', 'deno'), [
  'run', '--no-config', '--no-lock', '--allow-net', '--allow-read', '--allow-env', '--allow-write',
], ['GET', 'PUT', 'POST', 'DELETE']);
