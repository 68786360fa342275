import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { bearer, fan, graphqlUrl, operations, socketUrl, watchesANumberChange } from './world.mjs';

const subscribe = (client) => (payload, next) => {
  const subscription = client.subscription(payload.query, payload.variables).subscribe(next);
  return () => subscription.unsubscribe();
};

test('urql over graphql-ws: a fan watches a number change', async () => {
  const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket });
  const forward = subscriptionExchange({
    forwardSubscription: ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query ?? '', variables }, sink) }),
    }),
  });
  const client = new Client({ url: graphqlUrl, exchanges: [fetchExchange, forward] });

  await watchesANumberChange(subscribe(client));
  await socket.dispose();
});

test('urql over its own fetch: a fan watches a number change', async () => {
  const types = [];
  const client = new Client({
    url: graphqlUrl,
    exchanges: [fetchExchange],
    fetchSubscriptions: true,
    fetch: async (...request) => {
      const response = await fetch(...request);
      types.push(response.headers.get('content-type'));
      return response;
    },
  });

  await watchesANumberChange(subscribe(client));
  assert.match(types[0], /^(text\/event-stream|multipart\/mixed)/);
});

test('urql: queries and mutations over HTTP, by POST and by GET', async () => {
  const { token, id } = await fan();
  const client = (preferGetMethod) =>
    new Client({ url: graphqlUrl, exchanges: [fetchExchange], preferGetMethod, fetchOptions: { headers: bearer(token) } });

  for (const preferGetMethod of [false, 'force']) {
    const { data, error } = await client(preferGetMethod).query(operations.matches, {}).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.matches.edges.length, 5);
  }
  assert.equal((await client(false).query(operations.me, {}).toPromise()).data.me.id, id);
  const input = { matchNumber: 7, category: 1, quantity: 1 };
  const reserved = await client(false).mutation(operations.reserve, { input }).toPromise();
  assert.equal(reserved.data?.reserve.reservation.quantity, 1, String(reserved.error));
  const invalid = await client(false).query(operations.invalid, {}).toPromise();
  assert.match(invalid.error.graphQLErrors[0].message, /thereIsNoSuchField/);
});
