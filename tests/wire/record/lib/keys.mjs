import { readFileSync } from 'node:fs';

const read = (file) => readFileSync(new URL(`../keys/${file}`, import.meta.url), 'utf8');

export const PKCS8 = read('test-key-pkcs8.pem');
export const PKCS1 = read('test-key-pkcs1.pem');
export const PUBLIC = read('test-key-public.pem');
