// What graphql-ws does after each close code, as docs/reference/close-codes.md says it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket, { WebSocketServer } from 'ws';

const page = readFileSync(new URL('../../docs/reference/close-codes.md', import.meta.url), 'utf8');

/** Codes of the table, each with what it says of graphql-ws. */
const documented = new Map(
  page
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => /^\d{4}$/.test(cells[1] ?? ''))
    .map((cells) => [Number(cells[1]), cells[4] === 'yes']),
);

/** Whether the client connects again after a socket was closed with this code while it subscribed. */
async function isRetried(code) {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, handleProtocols: () => 'graphql-transport-ws' });
  await new Promise((resolve) => server.once('listening', resolve));
  let connections = 0;
  server.on('connection', (socket) => {
    connections += 1;
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      if (message.type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
      if (message.type !== 'subscribe') return;
      if (connections === 1) socket.close(code, 'as documented');
      else socket.send(JSON.stringify({ id: message.id, type: 'complete' }));
    });
  });
  const client = createClient({
    url: `ws://127.0.0.1:${server.address().port}`,
    webSocketImpl: WebSocket,
    retryAttempts: 1,
    retryWait: async () => {},
  });
  await new Promise((resolve) => {
    client.subscribe({ query: 'subscription { x }' }, { next() {}, error: resolve, complete: resolve });
  });
  await client.dispose();
  server.close();
  return connections === 2;
}

test('graphql-ws: the page lists every code once it is sent', () => {
  assert.deepEqual([...documented.keys()], [1000, 1001, 1002, 1007, 1009, 1013, 4400, 4401, 4403, 4406, 4408, 4409, 4429]);
});

for (const [code, retried] of documented) {
  // A subscription that runs holds a lock, so that the client comes back after 1000 too; the page speaks of its last one.
  if (code === 1000) continue;
  test(`graphql-ws: ${code} is ${retried ? 'retried' : 'not retried'}`, async () => {
    assert.equal(await isRetried(code), retried);
  });
}
