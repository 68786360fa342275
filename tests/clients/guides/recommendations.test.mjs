// docs/guides/recommendations.md: what visitors of a country are recommended, and what signed-in fans are.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { opensSite, operationsOf, sent } from './world.mjs';

const OF_LATIN_AMERICA = ['Argentina', 'Brazil', 'Costa Rica', 'Ecuador', 'Mexico', 'Uruguay'];

let site;
let query;

before(async () => {
  site = await opensSite();
  query = (await operationsOf('recommendations/recommended.graphql')).Recommended;
}, { timeout: 120_000 });
after(() => site?.stop());

test('a visitor from Peru is shown the teams of Latin America, with the region as the reason', async () => {
  const { data } = await sent(site.graphql, query, { country: 'PE' });
  const { nodes, model } = data.recommendations;

  assert.equal(model.version, 'prior');
  assert.equal(nodes.length, 4);
  for (const { match, category, listing, becauseOf } of nodes) {
    const team = [match.homeTeam, match.awayTeam].find((team) => OF_LATIN_AMERICA.includes(team));
    assert.ok(team, `${match.homeTeam} – ${match.awayTeam}`);
    assert.equal(becauseOf[0].kind, 'YOUR_REGION');
    assert.ok(OF_LATIN_AMERICA.includes(becauseOf[0].team));
    assert.ok(category.sellable > 0 && listing === null);
  }
});

test('a country is two letters', async () => {
  const { codes, errors } = await sent(site.graphql, query, { country: 'Peru' });

  assert.deepEqual([codes, errors[0].extensions.field], [['BAD_USER_INPUT'], 'country']);
});
