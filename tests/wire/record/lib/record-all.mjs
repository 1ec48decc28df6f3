import { runCase } from './run.mjs';
import { startServer } from './server.mjs';

export async function recordAll(cases, makeClient) {
  const server = await startServer();
  try {
    const recordings = [];
    for (const test of cases) recordings.push(await runCase(server, makeClient, test));
    return recordings;
  } finally {
    await server.close();
  }
}

export function assertUnique(cases) {
  const seen = new Set();
  for (const { name } of cases) {
    if (seen.has(name)) throw new Error(`two cases are named ${name}`);
    seen.add(name);
  }
}
