// The shop at an origin of its own, in front of an API elsewhere: the browser talks to that origin alone, by one session.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Fan } from './fan.mjs';
import { OtherFan, opensShopElsewhere, until } from './world.mjs';

let shop;
let other;

before(async () => {
  shop = await opensShopElsewhere();
  other = await OtherFan.of({ url: shop.api });
}, { timeout: 600_000 });

after(() => shop?.leaves());

const isLive = (fan, seconds = 15) =>
  until('the live sign', async () => (await fan.page.locator('[data-live]').first().getAttribute('data-state')) === 'live', seconds);

const left = async (fan) => Number(/\d+/.exec(await fan.page.locator('[data-category="1"] [data-tag]').first().innerText())?.[0]);

test('a fan buys a ticket, whose page stays true by itself', { timeout: 90_000 }, async () => {
  const fan = await Fan.arrives(shop);
  await fan.signsUp();
  await fan.holds(1);
  await fan.pays('pm_card_threeDSecure2Required');
  await fan.presses(fan.page.locator('form[action^="/sandbox/"] button').first());
  await fan.hasTickets();

  const pass = await fan.page.locator('a[href*="/tickets/"]').first().getAttribute('href');
  const pdf = await fan.context.request.get(new URL(pass, fan.page.url()).href);
  assert.equal(new URL(pass, fan.page.url()).origin, shop.url);
  assert.equal(pdf.headers()['content-type'], 'application/pdf');
  await fan.leaves();
});

test('an open page counts what others hold, also after the API was away', { timeout: 120_000 }, async () => {
  const fan = await Fan.arrives(shop);
  // While nothing answers, the browser writes a line for each try of the socket.
  fan.expects(/WebSocket connection to|Failed to load resource/);
  await fan.goes('/matches/2');
  await isLive(fan);
  const before = await left(fan);
  await other.holds(2);
  await until('one fewer', async () => (await left(fan)) === before - 1, 2);

  await shop.restart('SIGKILL');
  await other.holds(2);
  await isLive(fan, 30);
  await until('two fewer', async () => (await left(fan)) === before - 2, 2);
  await fan.leaves();
});
