// The list of matches by Next.js, built for production: its own server, on a port of its own.
//
// Writes its address on the first line once the page is answered, as all rivals do.

import { createServer } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const START_SECONDS = 30;

const free = createServer().listen(0, '127.0.0.1');
await once(free, 'listening');
const { port } = free.address();
free.close();
await once(free, 'close');

Object.assign(process.env, { HOSTNAME: '127.0.0.1', PORT: String(port) });
// The first line of the output is the address.
console.log = console.error;
await import('./.next/standalone/server.js');

const deadline = Date.now() + START_SECONDS * 1000;
while (!(await fetch(`http://127.0.0.1:${port}/en`).catch(() => undefined))?.ok) {
  if (Date.now() > deadline) throw new Error(`Next.js does not answer within ${START_SECONDS} s`);
  await sleep(50);
}
process.stdout.write(`127.0.0.1:${port}\n`);
