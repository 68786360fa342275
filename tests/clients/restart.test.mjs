// Restarts of the program: subscriptions of clients as they come go on by themselves.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient as createEvents } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';
import { startProgram } from './program.mjs';

const query = 'subscription { availability(matchNumbers: [1]) { version categories { category pending } } }';

// Both libraries wait longer from try to try than a program takes to start.
const patient = { retryAttempts: 100, retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)) };

const clients = {
  // By default the library gives up where nothing listens for a moment.
  'graphql-ws': (url) =>
    createSocket({ url: `${url.replace(/^http/, 'ws')}/graphql`, webSocketImpl: WebSocket, shouldRetry: () => true, ...patient }),
  'graphql-sse, distinct connections': (url) => createEvents({ url: `${url}/graphql`, ...patient, retry: patient.retryWait }),
  'graphql-sse, a single connection': (url) =>
    createEvents({ url: `${url}/graphql/stream`, singleConnection: true, ...patient, retry: patient.retryWait }),
};

for (const [name, create] of Object.entries(clients)) {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    test(`${name}: a subscription outlives a restart by ${signal}`, async () => {
      const program = await startProgram();
      const client = create(program.url);
      const heard = [];
      let ended;
      client.subscribe(
        { query },
        {
          next: (result) => heard.push(result),
          error: (error) => (ended = error),
          complete: () => (ended = 'complete'),
        },
      );
      try {
        await hears(heard, 1, () => ended);

        await program.restart(signal);

        await hears(heard, 2, () => ended);
        assert.equal(heard.at(-1).data.availability.categories.length, 3, JSON.stringify(heard));
      } finally {
        await client.dispose();
        await program.stop();
      }
    });
  }
}

async function hears(heard, count, ended) {
  const deadline = Date.now() + 60_000;
  while (heard.length < count) {
    assert.equal(ended(), undefined, `the subscription ended after ${heard.length} messages`);
    assert.ok(Date.now() < deadline, `only ${heard.length} messages came`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
