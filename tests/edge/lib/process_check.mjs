// Breaks the harness on purpose: programs that leave others behind, as `spin up` does when it is killed.
import { connect } from 'node:net';

import { run, serve } from './process.mjs';

/** Listens until it is killed, and tells its port. */
const LISTEN = `require('node:net').createServer().listen(0, '127.0.0.1', function () {
  console.log('listening on ' + this.address().port + '.');
});`;
/** The same in a group of its own, out of reach. It ends itself. */
const LISTEN_FOR_A_WHILE = `${LISTEN} setTimeout(() => process.exit(), 20_000);`;
const PORT = /listening on (\d+)\./;

const node = (script) => [process.execPath, ['-e', script]];
/** A program that starts another, which holds its pipes. */
const parent = (child, options, then = '') => node(`
  const child = require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(child)}], ${JSON.stringify(options)});
  ${then}`);
const THEN_END = "child.stdout.once('data', (text) => process.stdout.write(text, () => process.exit()));";

export async function checkProcesses(report) {
  await report.step('a server that is stopped takes its children along', async () => {
    const server = await serve(...parent(LISTEN, { stdio: 'inherit' }), PORT);
    await inTime(server.stop());
    await isClosed(server.found[1]);
  });
  await report.step('a program that ends takes its children along', async () => {
    const program = parent(LISTEN, { stdio: ['ignore', 'pipe', 'inherit'] }, THEN_END);
    const output = await inTime(run(...program, { minutes: 1 }));
    await isClosed(PORT.exec(output)[1]);
  });
  await report.step('a child out of reach does not hold up its parent', async () => {
    const server = await serve(...parent(LISTEN_FOR_A_WHILE, { stdio: 'inherit', detached: true }), PORT);
    await inTime(server.stop());
  });
  await report.step('a port that is printed in pieces is read as a whole', async () => {
    const pieces = "process.stdout.write('listening on 12'); setTimeout(() => console.log('34.'), 500); setTimeout(() => {}, 20_000)";
    const server = await serve(...node(pieces), /listening on (\d+)/);
    await server.stop();
    if (server.found[1] !== '1234') throw new Error(`it is ${server.found[1]}`);
  });
  await report.step('a server that is not ready in time is ended with its children', async () => {
    const program = parent(LISTEN, { stdio: 'inherit' });
    const error = await serve(...program, /never/, { seconds: 5 }).then(() => null, (refused) => refused);
    const port = PORT.exec(error.message)?.[1];
    if (!port) throw new Error(`the child did not start: ${error.message}`);
    await isClosed(port);
  });
}

/** Fails if the work takes longer than the children live. */
async function inTime(work) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Error('it hangs')), 10_000); });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Fails if something goes on listening on the port. A process that is killed may take a moment to end. */
async function isClosed(port) {
  for (let attempt = 0; await isOpen(port); attempt += 1) {
    if (attempt === 100) throw new Error(`the child still listens on ${port}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function isOpen(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
