// Every page in every state that it has, reached as a fan reaches it. Each is handed to `look(fan, name, within)`.

import { randomUUID } from 'node:crypto';

import { Fan, PASSWORD } from './fan.mjs';
import { OtherFan, until } from './world.mjs';

/** Pages that need no account. */
export async function ofVisitors(shop, locale, look) {
  const visitor = await Fan.arrives(shop, { locale });
  const sees = async (name, path, options) => {
    await visitor.goes(path, options);
    await look(visitor, name);
  };
  await sees('matches', '/');
  await sees('matches-filtered', '/?team=Qatar');
  await sees('matches-none', '/?team=Qatar&stage=group-B');
  await sees('match', '/matches/1');
  await sees('sign-in', '/sign-in');
  await sees('sign-up', '/sign-up');
  await sees('forgotten', '/forgotten');
  await sees('reset', '/reset');
  await sees('help', '/help');
  await sees('not-found', '/nothing-here', { status: 404 });
  await sees('match-not-found', '/matches/999', { status: 404 });
  await sees('resale-empty', '/resale');
  await ofSearch(visitor, look);

  await visitor.goes('/sign-in');
  await visitor.fills({ email: visitor.email, password: PASSWORD });
  await visitor.sends('/sign-in');
  await look(visitor, 'sign-in-wrong');
  await visitor.goes('/sign-up');
  await withoutChecks(visitor);
  await visitor.fills({ email: 'nobody', password: 'short' });
  await visitor.sends('/sign-up');
  await look(visitor, 'sign-up-wrong');
  await visitor.goes('/forgotten');
  await visitor.fills({ email: visitor.email });
  await visitor.sends('/forgotten');
  await look(visitor, 'forgotten-sent');
  await visitor.goes('/reset?code=nothing');
  await visitor.fills({ newPassword: 'another long passphrase' });
  await visitor.sends('/reset');
  await look(visitor, 'reset-wrong');
  await visitor.leaves();
}

/** What was found, and what the box offers. */
async function ofSearch(visitor, look) {
  const { page } = visitor;
  for (const [name, path] of [
    ['search', '/search'],
    ['search-results', '/search?q=brazil'],
    ['search-corrected', '/search?q=argentna&team=Argentina&price=50.00-100.00'],
    ['search-none', '/search?q=zzqqxx'],
    ['search-none-fits', '/search?q=brazil&team=Qatar'],
    ['search-not-playing', '/search?q=italy'],
  ]) {
    await visitor.goes(path);
    await look(visitor, name);
  }
  await visitor.goes('/search?q=group');
  await page.locator('details.fold').evaluate((fold) => (fold.open = true));
  await page.locator('details.menu:has([name=category]) summary').click();
  await look(visitor, 'search-menu', 'details.menu[open]');

  await visitor.goes('/search');
  await page.locator('main [name=q]').pressSequentially('argentina', { delay: 20 });
  await page.locator('[role=option]').first().waitFor();
  await page.keyboard.press('ArrowDown');
  await look(visitor, 'search-options', 'md-search');
  await visitor.presses('main form[role=search] button');
  await visitor.goes('/search');
  await page.locator('main [name=q]').click();
  await page.locator('[role=option]').first().waitFor();
  await look(visitor, 'search-recent', 'md-search');
}

/** A match whose categories differ: few left, on hold, sold out; and offers of other fans. */
export async function ofStock(shop, locale, number, look) {
  const visitor = await Fan.arrives(shop, { locale });
  const others = await Promise.all(Array.from({ length: 14 }, () => OtherFan.of(shop)));
  let turn = 0;
  const takes = async (count, category, how) => {
    for (let left = count; left > 0; left -= 2) {
      await others[turn % others.length][how](number, { category, quantity: Math.min(left, 2) });
      turn += 1;
    }
  };
  const left = (category) => others[0].left(number, category);
  await takes((await left(1)) - 3, 1, 'buys');
  await visitor.goes(`/matches/${number}`);
  await look(visitor, 'match-few');
  await takes(await left(1), 1, 'buys');
  await takes(await left(2), 2, 'holds');
  await visitor.goes(`/matches/${number}`);
  await look(visitor, 'match-on-hold');
  await takes(await left(3), 3, 'buys');
  await visitor.goes(`/?team=${encodeURIComponent(await home(others[0], number))}`);
  await look(visitor, 'matches-sold-out');
  await visitor.leaves();
}

const home = async (fan, matchNumber) =>
  (await fan.asks('query ($matchNumber: Int!) { match(matchNumber: $matchNumber) { homeTeam } }', { matchNumber })).match.homeTeam;

/** What is a fan's own: the account, orders, tickets and sales. */
export async function ofFan(shop, locale, number, look) {
  const fan = await Fan.arrives(shop, { locale });
  const sees = async (name, path, options) => {
    await fan.goes(path, options);
    await look(fan, name);
  };
  await fan.signsUp();
  await look(fan, 'account-signed-up');
  await sees('account', '/account');
  await sees('account-password', '/account/password');
  await sees('verify', '/verify');
  await sees('sign-out', '/sign-out');
  await sees('orders-empty', '/orders');
  await sees('sell-empty', '/sell');
  await sees('sales-empty', '/sales');
  await sees('order-not-found', '/orders/00000000-0000-0000-0000-000000000000', { status: 404 });

  await fan.goes('/account/password');
  await fan.fills({ currentPassword: 'not it at all', newPassword: 'another long passphrase' });
  await fan.sends('/account/password');
  await look(fan, 'account-password-wrong');

  const order = await fan.holds(number, { quantity: 2 });
  await look(fan, 'order-held');
  await fan.pays('pm_card_visa_chargeDeclined');
  await look(fan, 'order-declined');
  await fan.pays('pm_card_visa');
  await fan.hasTickets(2);
  await look(fan, 'order-paid');
  await fan.page.locator('a[href^="#show-"]').first().click();
  await look(fan, 'order-full-screen');
  await sees('refund-choice', `${order}/refund`);
  await fan.page.locator('main input[type=checkbox]').first().check();
  await fan.presses('main form button');
  await look(fan, 'refund-confirmation');
  await fan.sends(`${order}/refund`);
  await look(fan, 'order-refunded');

  await fan.holds(number);
  const waiting = await fan.holds(number + 1);
  await fan.pays('pm_card_threeDSecure2Required');
  await look(fan, 'bank');
  await sees('order-waiting', waiting);
  const ended = await fan.holds(number + 2);
  await fan.sends(`${ended}/cancel`);
  await look(fan, 'order-cancelled');
  await sees('orders', '/orders');

  await fan.holds(number, { quantity: 2 });
  await fan.holds(number, { quantity: 2 });
  await look(fan, 'match-limit');

  const tickets = await fan.buys(number + 3, { quantity: 2 });
  await staffActs(shop, await codes(fan), tickets);
  await sees('order-used-and-kept-back', tickets);
  await fan.leaves();
}

/** What the gate scans of a fan's tickets, the newest first. */
const codes = (fan) =>
  fan.page.evaluate(async () => {
    const answer = await fetch('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ myTickets(status: VALID) { nodes { code } } }' }),
    });
    return (await answer.json()).data.myTickets.nodes.map(({ code }) => code);
  });

/** One of an order's tickets is used at the gate, and the other kept back. */
async function staffActs(shop, [code], order) {
  const email = `${randomUUID()}@example.com`;
  const admin = await OtherFan.of(shop, email);
  shop.runs('user', 'promote', email, '--role', 'admin');
  const scanned = `mutation ($code: String!) { checkIn(input: { code: $code, deviceId: "north", nonce: "1" }) { checkIn { outcome } } }`;
  await until('the role', () => admin.asks(scanned, { code }).catch(() => undefined));
  const kept = 'mutation ($id: ID!) { freezeTickets(input: { reservationId: $id }) { reservation { id } } }';
  await admin.asks(kept, { id: order.replace('/orders/', '') });
}

/** Buying and selling between fans. */
export async function ofResale(shop, locale, number, look) {
  const seller = await Fan.arrives(shop, { locale });
  const sees = async (fan, name, path, options) => {
    await fan.goes(path, options);
    await look(fan, name);
  };
  await seller.signsUp();
  await seller.buys(number, { quantity: 2 });
  await sees(seller, 'sell', '/sell');
  await seller.presses(seller.page.locator('main a[href*="/sell/"]').first());
  await look(seller, 'sell-form');
  const form = seller.path();
  await seller.fills({ title: '', price: 'much' });
  await seller.sends(form, 'button.button');
  await look(seller, 'sell-wrong');
  await seller.fills({ title: 'Behind the goal', price: '70' });
  await seller.sends(form, 'button.button');
  if (await seller.page.locator('[name=step][value=offer]').count()) {
    await look(seller, 'sell-review');
    await seller.presses('[name=step][value=offer]');
  }
  await look(seller, 'sales');

  const buyer = await Fan.arrives(shop, { locale });
  await buyer.signsUp();
  await sees(buyer, 'resale', '/resale');
  await sees(buyer, 'resale-none-fits', '/resale?category=3&from=500');
  await sees(buyer, 'search-offers', '/search?q=behind+the+goal');
  await buyer.goes('/resale');
  await buyer.presses(buyer.page.locator('[data-listing] h3 a').first());
  await look(buyer, 'offer');
  const offer = buyer.path();
  await sees(seller, 'offer-own', offer);
  await sees(seller, 'sale', offer.replace('/resale/', '/sales/'));
  await sees(seller, 'withdraw', `${offer.replace('/resale/', '/sales/')}/withdraw`);
  await buyer.sends(offer, 'button[data-act]');
  await look(buyer, 'order-from-fan');
  await sees(seller, 'resale-locked', '/resale');
  await buyer.pays();
  await buyer.hasTickets();
  await look(buyer, 'order-from-fan-paid');
  await sees(buyer, 'offer-sold', offer);
  await sees(seller, 'sales-sold', '/sales');
  await seller.leaves();
  await buyer.leaves();
}

/** A ticket that goes from friend to friend. */
export async function ofGifts(shop, locale, number, look) {
  const giver = await Fan.arrives(shop, { locale });
  await giver.signsUp();
  const order = await giver.buys(number, { quantity: 2 });
  await giver.presses(giver.page.locator('main a[href$="/give"]').first());
  await look(giver, 'give');
  const form = giver.path();
  await withoutChecks(giver);
  await giver.fills({ email: 'friend' });
  await giver.sends(form);
  await look(giver, 'give-wrong');
  const friend = await Fan.arrives(shop, { locale });
  await giver.fills({ email: friend.email });
  await giver.sends(form);
  await look(giver, 'order-offered');
  await giver.goes(form, { status: 409 });
  await look(giver, 'give-offered');

  const invitation = `/tickets/accept?code=${await shop.mailedCode('ticket-offered', friend.email)}`;
  await friend.goes(invitation);
  await look(friend, 'accept-signed-out');
  await friend.signsUp();
  await friend.goes(invitation);
  await look(friend, 'accept');
  await friend.sends('/tickets/accept');
  await friend.hasTickets();
  await look(friend, 'ticket-received');
  await friend.goes('/orders');
  await look(friend, 'orders-received');
  await friend.goes(invitation, { status: 410 });
  await look(friend, 'accept-over');
  await friend.goes('/tickets/accept?code=wrong', { status: 422 });
  await look(friend, 'accept-wrong');
  await giver.goes(order);
  await look(giver, 'order-given');
  await giver.leaves();
  await friend.leaves();
}

/** What a browser checks of a form by itself, the server has to check as well. */
const withoutChecks = (visitor) =>
  visitor.page.locator('main form').first().evaluate((form) => {
    form.noValidate = true;
  });
