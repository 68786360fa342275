// docs/guides/codegen.md: types made of the schema that a site shows, and what becomes of an enum that grows.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { workshop } from './tools.mjs';
import { opensSite, sent, snippetText } from './world.mjs';

const TSC = 'npx tsc --ignoreConfig --noEmit --strict --target es2022 --module esnext --moduleResolution bundler --skipLibCheck src/*.ts';

// Apart from the suite `python`: it wants an older graphql-core.
const pinned = fileURLToPath(new URL('ariadne.requirements.txt', import.meta.url));

let site;
let shop;

before(async () => {
  site = await opensSite();
  shop = await workshop('codegen', site);
}, { timeout: 120_000 });
after(async () => {
  await shop?.leaves();
  await site?.stop();
});

test('/schema.graphql is the contract', async () => {
  shop.runs('sh schema.sh');

  const fetched = await readFile(path.join(shop.folder, 'schema.graphql'), 'utf8');
  assert.equal(fetched, await snippetText('../../schema.graphql'));
});

test("graphql-codegen's types compile, know the scalars, and ask for a default of each enum", async () => {
  shop.runs(await snippetText('codegen/run.sh'));
  const types = await readFile(path.join(shop.folder, 'src/gql/graphql.ts'), 'utf8');
  assert.match(types, /%future added value/);
  assert.doesNotMatch(types, /DateTime: \{ input: (any|unknown)/);
  shop.runs(TSC);

  const source = path.join(shop.folder, 'src/matches.ts');
  const text = await readFile(source, 'utf8');
  await writeFile(source, text.replace(/ +default:\n.*\n/, ''));
  assert.match(shop.fails(TSC), /TS2366/, 'without the default a status may be left over');
  await writeFile(source, text);
});

test('a scalar without a mapping ends the run', async () => {
  const config = path.join(shop.folder, 'codegen.ts');
  const text = await readFile(config, 'utf8');
  await writeFile(config, text.replace(", Decimal: 'string'", ''));

  assert.match(shop.fails(await snippetText('codegen/run.sh')), /Decimal/);

  await writeFile(config, text);
});

test("what the types' users do with values", async () => {
  const module = pathToFileURL(path.join(shop.folder, 'src/values.mjs')).href;
  const { withoutTypes } = await import('./transpiled.mjs');
  const text = await snippetText('codegen/src/matches.ts');
  const parts = ['values', 'enums'].map((part) => text.split(`// #part ${part}\n`)[1].split(`// #end ${part}`)[0]);
  await writeFile(new URL(module), withoutTypes(parts.join('\n')));
  const { canHold, cents, kickOff, label } = await import(module);
  const query = '{ match(matchNumber: 1) { dateUtc categories { sellable status price { amount } } } }';
  const { match } = (await sent(site.graphql, query)).data;

  assert.equal(cents(match.categories[0].price.amount) % 100, 0);
  assert.deepEqual(['75.00', '75', '0.1', '19.99'].map(cents), [7500, 7500, 10, 1999]);
  assert.ok(kickOff(match) > new Date('2022-01-01'));
  assert.equal(label(match.categories[0].status), 'On sale');
  assert.equal(label('A_STATUS_OF_TOMORROW'), 'Not on sale');
  assert.equal(canHold(match.categories[0]), true);
});

test('a value that the site does not have is refused with those that it has', async () => {
  const query = 'query ($sort: ListingSort) { listings(sort: $sort) { nodes { id } } }';

  const { codes, errors } = await sent(site.graphql, query, { sort: 'CHEAPEST' });

  assert.deepEqual(codes, ['BAD_USER_INPUT']);
  assert.match(errors[0].message, /PRICE_ASC/);
});

test("Python's types answer with times and decimals, and refuse a status of tomorrow", { timeout: 600_000 }, async () => {
  const python = await workshop('codegen/python', site);
  try {
    python.runs(`curl -fsSo schema.graphql ${site.url}/schema.graphql`);
    python.runs(`python3 -m venv .venv && .venv/bin/pip install --quiet --disable-pip-version-check --requirement ${pinned}`);

    python.runs(`.venv/bin/${await snippetText('codegen/python/run.sh')}`);

    assert.match(python.runs('.venv/bin/python show.py'), /^\d\d \w+ \d{4}: 150\.00 USD for two$/m);
    const refused = "from matchday_client.enums import AvailabilityStatus; AvailabilityStatus('A_STATUS_OF_TOMORROW')";
    assert.match(python.fails(`.venv/bin/python -c "${refused}"`), /is not a valid AvailabilityStatus/);
  } finally {
    await python.leaves();
  }
});
