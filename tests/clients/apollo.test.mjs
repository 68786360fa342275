import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { bearer, fan, graphqlUrl, operations, socketUrl, watchesANumberChange } from './world.mjs';

const http = (token) => new HttpLink({ uri: graphqlUrl, headers: bearer(token) });

const apollo = (link) => new ApolloClient({ link, cache: new InMemoryCache() });

const subscribe = (client) => (payload, next) => {
  const observable = client.subscribe({ query: gql(payload.query), variables: payload.variables, fetchPolicy: 'no-cache' });
  const subscription = observable.subscribe({ next, error: assert.fail });
  return () => subscription.unsubscribe();
};

test('@apollo/client over graphql-ws: a fan watches a number change', async () => {
  const socket = createClient({ url: socketUrl, webSocketImpl: WebSocket });
  const client = apollo(
    ApolloLink.split(({ operationType }) => operationType === 'subscription', new GraphQLWsLink(socket), http()),
  );

  await watchesANumberChange(subscribe(client));
  client.stop();
  await socket.dispose();
});

test('@apollo/client over multipart HTTP: a fan watches a number change', async () => {
  const types = [];
  const link = new HttpLink({
    uri: graphqlUrl,
    fetch: async (...request) => {
      const response = await fetch(...request);
      types.push(response.headers.get('content-type'));
      return response;
    },
  });
  const client = apollo(link);

  await watchesANumberChange(subscribe(client));

  assert.match(types[0], /^multipart\/mixed/);
  client.stop();
});

test('@apollo/client over multipart HTTP: a subscription that is not valid is told so', async () => {
  const client = apollo(http());

  const outcome = await new Promise((resolve) => {
    client
      .subscribe({ query: gql(operations.invalidSubscription), errorPolicy: 'all' })
      .subscribe({ next: resolve, error: (error) => resolve({ error }) });
  });

  assert.match(String(outcome.error?.message ?? outcome.errors?.[0]?.message), /thereIsNoSuchField/);
  client.stop();
});

test('@apollo/client: queries and mutations over HTTP', async () => {
  const { token, id } = await fan();
  const client = apollo(http(token));

  const { data } = await client.query({ query: gql(operations.matches) });
  assert.equal(data.matches.edges.length, 5);
  assert.equal((await client.query({ query: gql(operations.me) })).data.me.id, id);
  const input = { matchNumber: 5, category: 3, quantity: 1 };
  const reserved = await client.mutate({ mutation: gql(operations.reserve), variables: { input } });
  assert.equal(reserved.data.reserve.reservation.quantity, 1);
  await assert.rejects(client.query({ query: gql(operations.invalid) }), /thereIsNoSuchField/);
  client.stop();
});
