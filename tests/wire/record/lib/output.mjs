import { mkdirSync, writeFileSync } from 'node:fs';

const DIRECTORY = new URL('../../recordings/', import.meta.url);

export function writeRecording(file, value) {
  mkdirSync(DIRECTORY, { recursive: true });
  writeFileSync(new URL(file, DIRECTORY), `${JSON.stringify(value, null, 2)}\n`);
}
