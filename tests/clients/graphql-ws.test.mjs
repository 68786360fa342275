import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { bearer, fan, operations, socketUrl, watchesANumberChange } from './world.mjs';

const client = (options = {}) => createClient({ url: socketUrl, webSocketImpl: WebSocket, ...options });

const once = (client, payload) =>
  new Promise((resolve, reject) => {
    let result;
    client.subscribe(payload, { next: (value) => (result = value), error: reject, complete: () => resolve(result) });
  });

test('graphql-ws: a fan watches a number change', async () => {
  const socket = client();
  await watchesANumberChange((payload, next) => socket.subscribe(payload, { next, error: assert.fail, complete() {} }));
  await socket.dispose();
});

test('graphql-ws: many operations share one socket', async () => {
  let opened = 0;
  const socket = client({ on: { opened: () => (opened += 1) }, lazyCloseTimeout: 5_000 });

  await Promise.all(
    Array.from({ length: 5 }, () =>
      watchesANumberChange((payload, next) => socket.subscribe(payload, { next, error: assert.fail, complete() {} })),
    ),
  );

  assert.equal(opened, 1);
  await socket.dispose();
});

test('graphql-ws: queries and mutations run over the socket, as who the socket says it is', async () => {
  const { token, id } = await fan();
  const socket = client({ connectionParams: bearer(token) });

  const { data } = await once(socket, { query: operations.matches });
  assert.equal(data.matches.edges.length, 5);
  assert.equal((await once(socket, { query: operations.me })).data.me.id, id);
  const input = { matchNumber: 3, category: 2, quantity: 1 };
  const reserved = await once(socket, { query: operations.reserve, variables: { input } });
  assert.equal(reserved.data?.reserve.reservation.quantity, 1, JSON.stringify(reserved));
  await socket.dispose();
});

test('graphql-ws: an operation that is not valid is told so, and the socket stays', async () => {
  const socket = client({ lazyCloseTimeout: 5_000 });

  for (const query of [operations.invalid, operations.invalidSubscription, '{']) {
    await assert.rejects(once(socket, { query }), (errors) => Array.isArray(errors) && typeof errors[0].message === 'string');
  }
  assert.equal((await once(socket, { query: operations.matches })).data.matches.edges.length, 5);
  await socket.dispose();
});

test('graphql-ws: a token that is not ours is refused with a code the client does not retry', async () => {
  const socket = client({ connectionParams: bearer('bad') });

  await assert.rejects(once(socket, { query: operations.me }), ({ code }) => code === 4401 || code === 4403);
});

test('graphql-ws: the server answers the pings of the client', async () => {
  const heard = [];
  let ponged;
  const answered = new Promise((resolve) => (ponged = resolve));
  const socket = client({
    lazy: false,
    keepAlive: 50,
    onNonLazyError: assert.fail,
    on: { pong: (received) => (heard.push(received), heard.length > 2 && ponged()) },
  });

  await answered;
  await socket.dispose();
});

test('the socket answers what the package calls legacy too', async () => {
  const socket = new WebSocket(socketUrl, 'graphql-ws');
  const messages = [];
  await new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => {
      socket.send(JSON.stringify({ type: 'connection_init', payload: {} }));
      socket.send(JSON.stringify({ id: '1', type: 'start', payload: { query: operations.matches } }));
    });
    socket.on('message', (data) => {
      const message = JSON.parse(data);
      messages.push(message.type);
      if (message.type === 'complete') resolve();
    });
  });
  assert.deepEqual(messages.filter((type) => type !== 'ka'), ['connection_ack', 'data', 'complete']);
  socket.close();
});
