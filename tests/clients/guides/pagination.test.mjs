// docs/guides/pagination.md: pages, their bounds, and how clients join them.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, guideText, opensSite, operationsOf, sent, snippet, snippetText } from './world.mjs';

const ALL = 64;
// One list, best first, without pages.
const RANKED = 'recommendations';

let site;
let fan;

before(async () => {
  // What an operation costs is said where something is limited.
  site = await opensSite({ MATCHDAY_LIMITS_ENABLED: 'true' });
  fan = await site.fan();
}, { timeout: 120_000 });
after(() => site?.stop());

const ask = async (query, variables) => (await sent(site.graphql, query, variables)).data;

test('the table of lists is that of the schema', async () => {
  const { buildSchema } = await import('graphql');
  const fields = Object.values(buildSchema(await snippetText('../../schema.graphql')).getQueryType().getFields());
  const pages = ['first', 'after', 'last', 'before'];
  const wanted = fields.filter(({ name, type }) => /Connection!?$/.test(String(type)) && name !== RANKED).map(({ name, args }) => {
    const names = args.map((arg) => arg.name);
    assert.ok(names.includes('first') && names.includes('after'), name);
    const more = names.filter((arg) => !pages.includes(arg)).map((arg) => `\`${arg}\``);
    return [`\`${name}\``, names.includes('last') ? 'yes' : 'no', more.join(', ') || 'none'];
  });

  const [, table] = (await guideText('pagination')).split('## The lists\n\n');
  const rows = table.split('\n\n')[0].split('\n').slice(2).map((row) => row.split('|').map((cell) => cell.trim()));
  const shown = rows.map(([, name, , backwards, more]) => [name, backwards, more]);

  assert.deepEqual(shown.sort(), wanted.sort());
});

test('`first` is 0 to 100, and 100 where it is left out', async () => {
  const { Page } = await operationsOf('pagination/page.graphql');
  const costs = async (variables) => (await sent(site.graphql, Page, variables)).extensions.cost.requested;

  assert.equal(await costs({}), await costs({ first: 100 }));
  assert.ok((await costs({ first: 10 })) < (await costs({ first: 100 })) / 5, 'a smaller page is cheaper');
  for (const first of [-1, 101]) {
    const { codes, errors } = await sent(site.graphql, Page, { first });
    assert.deepEqual([codes, errors[0].extensions.field], [['BAD_USER_INPUT'], 'first'], String(first));
  }
});

test('pages forwards have each match once, whatever their size', async () => {
  const [{ walk }, { Page }] = [await snippet('pagination/walk.ts'), await operationsOf('pagination/page.graphql')];

  for (const first of [1, 10, 64, 100]) {
    const seen = [];
    for await (const match of walk(async (after) => (await ask(Page, { first, after })).matches)) seen.push(match.id);
    assert.equal(new Set(seen).size, ALL, `${first} a page`);
    assert.equal(seen.length, ALL, `${first} a page`);
  }
});

test('pages backwards are the same list from its end', async () => {
  const [{ Backwards }, { Page }] = [await operationsOf('pagination/backwards.graphql'), await operationsOf('pagination/page.graphql')];
  const forwards = (await ask(Page, {})).matches.nodes.map(({ id }) => id);
  let [seen, before] = [[], undefined];

  do {
    const { nodes, pageInfo } = (await ask(Backwards, { last: 20, before })).matches;
    seen = [...nodes.map(({ id }) => id), ...seen];
    before = pageInfo.hasPreviousPage ? pageInfo.startCursor : undefined;
  } while (before);

  assert.deepEqual(seen, forwards);
  const both = await sent(site.graphql, '{ matches(first: 1, last: 1) { totalCount } }');
  assert.deepEqual(both.codes, ['BAD_USER_INPUT']);
});

test('the other `has…Page` only says what was sent', async () => {
  const pageInfo = async (args) => (await ask(`{ matches(${args}) { pageInfo { hasPreviousPage hasNextPage startCursor endCursor } } }`)).matches.pageInfo;
  const first = await pageInfo('first: 1');
  const last = await pageInfo('last: 1');

  assert.deepEqual([first.hasPreviousPage, first.hasNextPage, last.hasPreviousPage, last.hasNextPage], [false, true, true, false]);
  assert.equal((await pageInfo(`first: 1, after: "${first.startCursor}"`)).hasPreviousPage, true);
  assert.equal((await pageInfo(`last: 1, before: "${last.startCursor}"`)).hasNextPage, true);
});

test('`first: 0` counts and sends nothing', async () => {
  const { Count } = await operationsOf('pagination/count.graphql');

  assert.deepEqual(await ask(Count), { matches: { totalCount: ALL } });
  assert.deepEqual((await ask('{ matches(first: 0) { nodes { id } } }')).matches.nodes, []);
});

test('a cursor is a place: what is new or has gone moves no page behind it', async () => {
  const reserve = (matchNumber) => fan.session.request(
    'mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }',
    { input: { matchNumber, category: 1, quantity: 1 } },
  ).then(({ reserve: { reservation } }) => reservation.id);
  const page = async (after) => (await fan.session.request(
    'query ($after: String) { myReservations(status: PENDING, first: 2, after: $after) { nodes { id } pageInfo { endCursor } } }',
    { after },
  )).myReservations;
  const held = [];
  for (const matchNumber of [1, 2, 3, 4]) held.unshift(await reserve(matchNumber));
  const { nodes, pageInfo } = await page();
  assert.deepEqual(nodes.map(({ id }) => id), held.slice(0, 2));

  await reserve(5);
  const cancel = 'mutation ($id: ID!) { cancelReservation(input: { reservationId: $id }) { reservation { id } } }';
  await fan.session.request(cancel, { id: held[1] });

  assert.deepEqual((await page(pageInfo.endCursor)).nodes.map(({ id }) => id), held.slice(2));
});

test('a cursor of another list or of another order is refused', async () => {
  const refused = async (query) => {
    const { codes, errors } = await sent(site.graphql, query);
    return [...codes, errors?.[0].extensions.field];
  };
  // As lists write them: by price, of a listing that never was.
  const cursor = Buffer.from('p:8000:01900000-0000-7000-8000-000000000000').toString('base64url');

  assert.deepEqual(await refused('{ matches(after: "nonsense") { totalCount } }'), ['BAD_USER_INPUT', 'after']);
  assert.deepEqual(await refused('{ matches(last: 1, before: "nonsense") { totalCount } }'), ['BAD_USER_INPUT', 'before']);
  assert.deepEqual(await refused(`{ listings(sort: NEWEST, after: "${cursor}") { nodes { id } } }`), ['BAD_USER_INPUT', 'after']);
  assert.deepEqual(await refused(`{ listings(after: "${cursor}", filter: { category: 1 }) { nodes { id } } }`), [undefined]);
});

test('Apollo Client joins pages to one list, and keeps lists of other arguments apart', async () => {
  const { ApolloClient, HttpLink, gql } = await import('@apollo/client');
  const { cache, matches } = await snippet('pagination/apollo.ts');
  const client = new ApolloClient({ link: new HttpLink({ uri: site.graphql }), cache });
  const { list, more } = matches(client, 10);
  const length = () => list.getCurrentResult().data?.matches?.edges?.length;
  list.subscribe({ error: assert.fail });
  await eventually('the first page', () => length() === 10);

  for (const wanted of [20, 30, 40, 50, 60, ALL]) {
    await more();
    await eventually(`${wanted} matches`, () => length() === wanted);
  }
  await more();
  assert.equal(length(), ALL, 'there is no further page');

  const ofGroup = gql`{ matches(first: 100, filter: { group: "A" }) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;
  assert.equal((await client.query({ query: ofGroup })).data.matches.edges.length, 6);
  assert.equal(length(), ALL);
  client.stop();
});

test('urql joins pages to one list', async () => {
  const { Client, fetchExchange, gql } = await import('@urql/core');
  const { cache } = await snippet('pagination/urql.ts');
  const client = new Client({ url: site.graphql, exchanges: [cache, fetchExchange] });
  const query = gql`query ($after: String) { matches(first: 10, after: $after) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;
  const first = (await client.query(query, {}).toPromise()).data.matches;
  assert.equal(first.edges.length, 10);

  const second = (await client.query(query, { after: first.pageInfo.endCursor }).toPromise()).data.matches;

  assert.equal(second.edges.length, 20);
  const ofGroup = gql`{ matches(first: 100, filter: { group: "A" }) { edges { cursor node { id } } pageInfo { hasNextPage endCursor } } }`;
  assert.equal((await client.query(ofGroup, {}).toPromise()).data.matches.edges.length, 6, 'another list');
});
