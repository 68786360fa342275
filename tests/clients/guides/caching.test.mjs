// docs/guides/caching.md: what may be kept of an answer, and how live states reach it.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { eventually, opensSite, operationsOf, sent, snippet, snippetText, withFetch } from './world.mjs';

let site;
let fan;

before(async () => {
  site = await opensSite();
  fan = await site.fan();
}, { timeout: 120_000 });
after(() => site?.stop());

const reserve = (matchNumber) => fan.session.request(
  'mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }',
  { input: { matchNumber, category: 1, quantity: 1 } },
);

const get = (query, headers = {}) => fetch(`${site.graphql}?${new URLSearchParams({ query })}`, { headers });

const kept = ({ headers }) => [headers.get('cache-control'), headers.has('etag')];

test('only what is public and complete is kept, and asked about before each use', async () => {
  const query = '{ matches(first: 1) { nodes { id } } }';
  const bearer = { authorization: `Bearer ${await fan.session.token()}` };

  assert.deepEqual(kept(await get(query)), ['public, no-cache', true]);
  assert.deepEqual(kept(await get('{ me { id } myTickets { nodes { id } } }')), ['no-store', false], 'with errors');
  assert.deepEqual(kept(await get(query, bearer)), ['no-store', false], 'with a session');
  assert.deepEqual(kept(await sent(site.graphql, query)), ['no-store', false], 'by POST');
  assert.equal((await get(query)).headers.get('vary'), 'accept, authorization, cookie');
  const long = await get('{ matches { nodes { id homeTeam awayTeam location } } }', { 'accept-encoding': 'gzip' });
  assert.match(long.headers.get('vary'), /accept-encoding/);
});

test('a cookie that a page of another site could send along needs the header', async () => {
  const query = '{ now }';

  assert.equal((await get(query, { cookie: 'a=b' })).status, 400);
  assert.equal((await get(query, { cookie: 'a=b', 'graphql-require-preflight': '1' })).status, 200);
  assert.equal((await get(query, { 'sec-fetch-site': 'same-origin', cookie: 'a=b' })).status, 200);
});

test('an answer is not sent again while nothing in it has changed', async () => {
  const query = '{ match(matchNumber: 1) { version categories { sellable } } }';
  const tag = (await get(query)).headers.get('etag');

  const same = await get(query, { 'if-none-match': tag });
  assert.deepEqual([same.status, await same.text()], [304, '']);
  assert.equal((await get(query, { 'if-none-match': `"other", ${tag}` })).status, 304);

  await reserve(2);
  assert.equal((await get(query, { 'if-none-match': tag })).status, 304, 'another match');
  await reserve(1);
  const changed = await get(query, { 'if-none-match': tag });
  assert.equal(changed.status, 200);
  assert.equal((await changed.json()).data.match.categories[0].sellable, 19);
});

test('a program keeps answers by their tags', async () => {
  const { ask } = await snippet('caching/conditional.ts');
  const statuses = [];
  const asks = () => withFetch(async (own, ...request) => {
    const response = await own(...request);
    statuses.push(response.status);
    return response;
  }, () => ask(site.graphql, '{ match(matchNumber: 3) { categories { sellable } } }'));

  const first = await asks();
  assert.deepEqual(await asks(), first);
  await reserve(3);
  const changed = await asks();

  assert.deepEqual(statuses, [200, 304, 200]);
  assert.equal(changed.match.categories[0].sellable, first.match.categories[0].sellable - 1);
});

test('the keys of tokens and tickets may be kept for a while, the schema may not', async () => {
  const control = async (path) => (await fetch(site.url + path)).headers.get('cache-control');

  assert.equal(await control('/.well-known/jwks.json'), 'public, max-age=30');
  assert.equal(await control('/.well-known/ticket-keys.json'), 'public, max-age=300');
  assert.equal(await control('/schema.graphql'), 'no-store');
});

test("a live state reaches Apollo's lists by itself", async () => {
  const { ApolloClient, ApolloLink, HttpLink, gql } = await import('@apollo/client');
  const { GraphQLWsLink } = await import('@apollo/client/link/subscriptions');
  const { cache, followMatches } = await snippet('caching/apollo.ts');
  const socket = createClient({ url: site.socket, webSocketImpl: WebSocket });
  let asked = 0;
  const count = new ApolloLink((operation, forward) => {
    asked += 1;
    return forward(operation);
  });
  const http = ApolloLink.from([count, new HttpLink({ uri: site.graphql })]);
  const link = ApolloLink.split(({ operationType }) => operationType === 'subscription', new GraphQLWsLink(socket), http);
  const client = new ApolloClient({ link, cache });
  const { Matches } = await operationsOf('caching/matches.graphql');
  const list = client.watchQuery({ query: gql(Matches) });
  const fourth = (await sent(site.graphql, '{ match(matchNumber: 4) { id } }')).data.match.id;
  let shown;
  list.subscribe(({ data }) => (shown = data?.matches?.nodes?.find(({ id }) => id === fourth)?.categories?.[0].sellable));
  const live = followMatches(client);
  try {
    await eventually('the list', () => shown === 20);

    await reserve(4);

    await eventually('the new number in the list', () => shown === 19);
    assert.equal(asked, 1, 'the list was asked for once');
  } finally {
    live.unsubscribe();
    client.stop();
    await socket.dispose();
  }
});

test("a page of one thing finds what a list has brought into Apollo's cache", async () => {
  const { ApolloClient, HttpLink, gql } = await import('@apollo/client');
  const { cache } = await snippet('caching/apollo.ts');
  const headers = { authorization: `Bearer ${await fan.session.token()}` };
  let asked = 0;
  const counted = (...request) => {
    asked += 1;
    return fetch(...request);
  };
  const client = new ApolloClient({ link: new HttpLink({ uri: site.graphql, headers, fetch: counted }), cache });
  await reserve(6);
  const { data } = await client.query({ query: gql`{ myReservations(first: 1) { nodes { id status } } }` });
  const [{ id }] = data.myReservations.nodes;

  const found = await client.query({ query: gql`query ($id: ID!) { reservation(id: $id) { id status } }`, variables: { id } });

  assert.equal(found.data.reservation.status, 'PENDING');
  assert.equal(asked, 1);
  client.stop();
});

// Roots, what pages of lists are made of, and what mutations answer with: graphcache knows by itself that these have no key.
const KNOWN = /^(Query|Mutation|Subscription|PageInfo|\w+(Connection|Edge|Payload))$/;
// What admins' and stewards' pages and captchas show.
const OTHERS = ['AddressRule', 'AltchaChallenge', 'CaptchaChallenge', 'CheckInResult', 'Dispute', 'RateLimitBucket', 'RevokedTicket', 'TicketEntry', 'TroubleAmounts'];

test('graphcache is given a key for each type that has no id', async () => {
  const { buildSchema, isObjectType } = await import('graphql');
  const types = Object.values(buildSchema(await snippetText('../../schema.graphql')).getTypeMap());
  const wanted = types.filter((type) => isObjectType(type) && !type.name.startsWith('__') && !type.getFields().id && !KNOWN.test(type.name));

  const text = (await snippetText('caching/graphcache.ts')).split('#part keys')[1].split('#end keys')[0];
  const given = [...text.matchAll(/^ +(\w+):/gm)].map(([, name]) => name);

  // A seller's id is the same in all listings, and what is shown of them is not.
  assert.deepEqual([...given, ...OTHERS].sort(), [...wanted.map(({ name }) => name), 'Seller'].sort());
});

test('a mutation answers with the counts that it has changed', async () => {
  const { Reserve } = await operationsOf('caching/reserve.graphql');

  const { reserve } = await fan.session.request(Reserve, { input: { matchNumber: 7, category: 2, quantity: 1 } });

  assert.deepEqual(reserve.reservation.match.categories.map(({ sellable }) => sellable), [20, 19, 20]);
});

test('the head of a request has some 32 KiB', async () => {
  assert.equal((await get(`{ now } # ${'x'.repeat(30_000)}`)).status, 200);
  assert.equal((await get(`{ now } # ${'x'.repeat(60_000)}`)).status, 431);
});

test('graphcache warns of nothing, and brings live states into lists', async () => {
  const { Client, fetchExchange, gql, subscriptionExchange } = await import('@urql/core');
  const { cache } = await snippet('caching/graphcache.ts');
  const socket = createClient({ url: site.socket, webSocketImpl: WebSocket });
  const forward = subscriptionExchange({
    forwardSubscription: ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
    }),
  });
  const fetchOptions = { headers: { authorization: `Bearer ${await fan.session.token()}` } };
  const client = new Client({ url: site.graphql, fetchOptions, exchanges: [cache, forward, fetchExchange] });
  const [{ Matches }, { Availability }] = [await operationsOf('caching/matches.graphql'), await operationsOf('caching/availability.graphql')];
  const warned = [];
  const own = console.warn;
  console.warn = (...words) => warned.push(words.join(' '));
  let shown;
  const stops = [];
  try {
    await reserve(8);
    const various = gql`{
      site { name extension { times } refunds { cutoffHours } resale { feePercent } ticketTransfers { hours } testCards { outcome } }
      myReservations { nodes { id unitPrice { amount currency } history { kind at } payment { status refunds { status } } } }
      rateLimit { limit }
    }`;
    assert.equal((await client.query(various, {}).toPromise()).error, undefined);
    const fifth = (await sent(site.graphql, '{ match(matchNumber: 5) { id } }')).data.match.id;
    const { unsubscribe } = client.query(gql(Matches), {}).subscribe(({ data }) => {
      shown = data?.matches.nodes.find(({ id }) => id === fifth)?.categories[0].sellable;
    });
    stops.push(unsubscribe);
    await eventually('the list', () => shown === 20);
    stops.push(client.subscription(gql(Availability), {}).subscribe(() => {}).unsubscribe);

    await reserve(5);

    await eventually('the new number in the list', () => shown === 19);
    assert.deepEqual(warned, []);
  } finally {
    console.warn = own;
    for (const stop of stops) stop();
    await socket.dispose();
  }
});
