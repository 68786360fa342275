// Resale, from the offer to the payout, with everybody's pages open.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Fan } from './fan.mjs';
import { OtherFan, opensShop, until } from './world.mjs';

let shop;

before(async () => (shop = await opensShop()), { timeout: 600_000 });
after(() => shop?.leaves());

const offerOf = (page, state) => page.locator(`[data-listing][data-state="${state}"]`).first();

test('a fan sells a ticket to another, at the price that both saw', { timeout: 120_000 }, async () => {
  const [seller, buyer] = [await Fan.arrives(shop), await Fan.arrives(shop)];
  await seller.signsUp();
  await buyer.signsUp();
  await seller.buys(50);
  await buyer.goes('/resale');

  await seller.presses(seller.page.locator('a[href*="/sell"]', { hasText: 'Sell' }).first());
  await seller.fills({ title: 'Behind the goal', price: '70' });
  await seller.presses('main form button.wide');
  const review = seller.page.locator('[name=step][value=offer]');
  if (await review.count()) {
    await seller.sees('$66.50');
    await seller.presses(review);
  }
  assert.match(seller.path(), /^\/sales/);

  await until('the new offer on the open page', () => buyer.page.locator('[data-new]').isVisible(), 5);
  await buyer.goes('/resale');
  await buyer.presses(offerOf(buyer.page, 'OPEN').locator('h3 a'));
  const offer = buyer.path();
  await seller.goes(offer.replace('/resale/', '/sales/'));
  await seller.fills({ price: '72' });
  await seller.sends(offer.replace('/resale/', '/sales/'), 'button.button');

  await until('the new price on the open page', async () => (await buyer.page.locator('[data-price]').first().innerText()).includes('72'), 5);
  await buyer.sends(offer, 'button[data-act]').catch(() => {});
  if (!buyer.path().startsWith('/orders/')) await buyer.sends(offer, 'button[data-act]');
  assert.match(buyer.path(), /^\/orders\//);
  await buyer.sees('$72.00');
  await buyer.pays();
  await buyer.hasTickets();

  await until('the payout', async () => {
    await seller.goes('/sales');
    return (await seller.page.locator('main').innerText()).includes('$68.40');
  });
  await seller.leaves();
  await buyer.leaves();
});

test('an offer that is bought meanwhile says so on every open page', { timeout: 90_000 }, async () => {
  const seller = await OtherFan.of(shop);
  const [ticket] = await seller.buys(51);
  const { id, version } = await seller.offers(ticket, '60');
  const visitor = await Fan.arrives(shop);
  await visitor.goes('/resale?match=51');
  await offerOf(visitor.page, 'OPEN').waitFor();
  const buyer = await OtherFan.of(shop);
  await buyer.asks('mutation ($input: OrderListingInput!) { orderListing(input: $input) { order { id } } }', {
    input: { listingId: id, version },
  });
  await offerOf(visitor.page, 'LOCKED').waitFor({ timeout: 5_000 });
  assert.ok(await offerOf(visitor.page, 'LOCKED').locator('[data-act]').isDisabled());
  await visitor.leaves();
});
