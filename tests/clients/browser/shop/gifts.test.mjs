// A ticket that goes to a friend, on two devices.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Fan, PASSWORD } from './fan.mjs';
import { opensShop } from './world.mjs';

let shop;

before(async () => (shop = await opensShop()), { timeout: 600_000 });
after(() => shop?.leaves());

test('a friend who has no account yet accepts a ticket by the mail that offers it', { timeout: 120_000 }, async () => {
  const [giver, friend] = [await Fan.arrives(shop), await Fan.arrives(shop)];
  await giver.signsUp();
  const order = await giver.buys(50);
  await giver.presses(giver.page.locator('main a[href$="/give"]'));
  const form = giver.path();
  await giver.fills({ email: friend.email });
  await giver.sends(form);
  await giver.sees('until they accept it');
  await giver.hasTickets();
  // Left open while the friend accepts.
  await giver.goes(order);

  await friend.goes(`/tickets/accept?code=${await shop.mailedCode('ticket-offered', friend.email)}`);
  await friend.presses(friend.page.locator('main a[href*="/sign-up"]'));
  await friend.fills({ email: friend.email, password: PASSWORD });
  await friend.sends('/sign-up');
  assert.match(friend.path(), /^\/tickets\/accept/);
  await friend.sends('/tickets/accept');
  await friend.hasTickets();

  await giver.sees('You gave this ticket to');
  assert.equal(await giver.page.locator('.qr').count(), 0);
  await giver.leaves();
  await friend.leaves();
});
