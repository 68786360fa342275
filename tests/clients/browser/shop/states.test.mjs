// Every page in every state, in a language of each direction, light and dark, on a phone and on a desk: axe, pictures, valid HTML.
// Pictures are kept in artefacts/storefront, named page-state-locale-scheme-width.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { looked } from './looks.mjs';
import { ofPerson } from './person.mjs';
import { ofFan, ofGifts, ofResale, ofStock, ofVisitors } from './states.mjs';
import { invalid } from './valid.mjs';
import { opensShop } from './world.mjs';

let shop;

before(async () => (shop = await opensShop()), { timeout: 600_000 });
after(() => shop?.leaves());

/** Goes through states, and looks at each; what is wrong with one does not hide the next. */
async function tour(visits) {
  const [wrong, sources] = [[], {}];
  const look = async (visitor, name, within) => {
    sources[`${name}-${visitor.locale}`] = await visitor.source();
    wrong.push(...(await looked(visitor, name, within)));
  };
  await visits(look).catch((error) => wrong.push(error.stack));
  assert.deepEqual([...wrong, ...invalid(sources)], []);
}

for (const [at, locale] of ['en', 'ar'].entries()) {
  test(`pages for everybody, ${locale}`, { timeout: 180_000 }, () => tour((look) => ofVisitors(shop, locale, look)));
  test(`a match as its stock ends, ${locale}`, { timeout: 180_000 }, () => tour((look) => ofStock(shop, locale, 10 + at, look)));
  test(`a fan's own pages, ${locale}`, { timeout: 180_000 }, () => tour((look) => ofFan(shop, locale, 20 + 4 * at, look)));
  test(`sales between fans, ${locale}`, { timeout: 180_000 }, () => tour((look) => ofResale(shop, locale, 30 + at, look)));
  test(`what is known of a fan, ${locale}`, { timeout: 180_000 }, () => tour((look) => ofPerson(shop, locale, 44 + at, look)));
  test(`a ticket for a friend, ${locale}`, { timeout: 180_000 }, () => tour((look) => ofGifts(shop, locale, 40 + at, look)));
}
