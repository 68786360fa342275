// docs/guides/search.md: what is typed and what is found, counted, narrowed and corrected.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, guideText, opensSite, operationsOf, sent } from './world.mjs';

let site;
let query;

before(async () => {
  site = await opensSite();
  query = (await operationsOf('search/search.graphql')).Search;
  await eventually('the search', async () => (await found('qatar')).totalCount > 0);
}, { timeout: 120_000 });
after(() => site?.stop());

async function found(typed, more = {}) {
  const { data } = await sent(site.graphql, query, { query: typed, ...more });
  return data?.search ?? { totalCount: 0 };
}

test('what the table says is understood finds something, and without a typo', async () => {
  const [, table] = (await guideText('search')).split('## What is understood\n\n');
  const cells = table.split('\n\n')[0].split('\n').slice(2).map((row) => row.split('|')[1]);
  const typed = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, one]) => one));
  assert.ok(typed.length >= 15);
  for (const one of typed.filter((one) => !['behind the goal', 'germny'].includes(one))) {
    const { totalCount, correctedQuery } = await found(one);
    const mayBeNone = ['20 nov', 'tomorrow', 'saturday'].includes(one);
    assert.ok(totalCount > 0 || mayBeNone, one);
    if (totalCount > 0) assert.equal(correctedQuery, null, one);
  }
});

test('two things at once are one match, in any order', async () => {
  const [one, other] = [await found('brazil lusail'), await found('lusail brazil')];

  assert.deepEqual(one.nodes, other.nodes);
  for (const { node } of one.nodes.slice(0, 1)) assert.ok([node.homeTeam, node.awayTeam].includes('Brazil'));
});

test('a typo is corrected, and the name is marked in pieces of text', async () => {
  const { correctedQuery, nodes: [{ highlights: [{ pieces }] }] } = await found('germny');

  assert.equal(correctedQuery, 'Germany');
  assert.deepEqual(pieces, [{ text: 'Germany', isMatch: true }]);
});

test('a facet tells what its filter leaves', async () => {
  const { facets } = await found('lusail');
  const [{ value, count }] = facets.find(({ field }) => field === 'TEAM').values;

  assert.equal((await found('lusail', { filter: { teams: [value] } })).totalCount, count);
});

test('pages have each hit once, and a cursor is of its own query', async () => {
  const seen = [];
  let page;
  do {
    page = await found('group', { after: page?.pageInfo.endCursor });
    seen.push(...page.nodes.map(({ node }) => node.matchNumber));
  } while (page.pageInfo.hasNextPage);
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.length, page.totalCount);

  const { codes, errors } = await sent(site.graphql, query, { query: 'lusail', after: page.pageInfo.endCursor });
  assert.deepEqual([codes, errors[0].extensions.field], [['BAD_USER_INPUT'], 'after']);
});

test('what finds nothing says why, and what would', async () => {
  assert.deepEqual((await found('???')).advice, { kind: 'NOTHING_TYPED', values: [] });
  assert.deepEqual((await found('italy')).advice, { kind: 'NOT_PLAYING', values: ['Italy'] });
  const { advice } = await found('qxzvbn');
  assert.equal(advice.kind, 'NOTHING_FOUND');
  for (const one of advice.values) assert.ok((await found(one)).totalCount > 0, one);
});
