// Measures how fast one of the official packages signs tokens, one after the other. They parse the key for each token.
// node measure.mjs <knock0|knock1> <user> <seconds> <milliseconds>, with the PEM key in KNOCK_SIGNING_KEY.

import { performance } from 'node:perf_hooks';

const WARM_UP = 200;

const [name, user, seconds, milliseconds] = process.argv.slice(2);
const signers = {
  knock0: async () => (await import('knock0')).default.Knock.signUserToken,
  knock1: async () => (await import('knock1')).signUserToken,
};
const sign = await signers[name]();

// The tokens of all signers are compared, so they need the same time.
Date.now = () => Number(seconds) * 1000;

for (let i = 0; i < WARM_UP; i += 1) await sign(user);

let count = 0;
let token;
const cpu = process.cpuUsage();
const start = performance.now();
while (performance.now() - start < Number(milliseconds)) {
  token = await sign(user);
  count += 1;
}
const wall = (performance.now() - start) * 1000;
const { user: inUser, system } = process.cpuUsage(cpu);
console.log(JSON.stringify({ token, wall: wall / count, cpu: (inUser + system) / count }));
