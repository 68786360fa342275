// docs/guides/reserving.md: holds with a countdown, more time, retries, and what is refused.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { eventually, operationsOf, opensSite, refusal, sent, snippet, withFetch } from './world.mjs';

const HOLD_SECONDS = 4;

let site;
let quick;
let holds;

before(async () => {
  [site, quick, holds] = await Promise.all([
    opensSite(),
    opensSite({ MATCHDAY_HOLD_SECONDS: String(HOLD_SECONDS), MATCHDAY_HOLDS_EXTENSION_SECONDS: '3' }),
    snippet('reserving/hold.ts'),
  ]);
}, { timeout: 120_000 });
after(() => Promise.all([site?.stop(), quick?.stop()]));

const wanted = (matchNumber, more = {}) => ({ matchNumber, category: 1, quantity: 1, ...more });

test('a press whose answer was lost holds once', async () => {
  const { session } = await site.fan();
  await session.token();
  let lost = 0;

  const held = await withFetch(async (own, ...request) => {
    const response = await own(...request);
    if (lost++ === 0) throw new TypeError('fetch failed');
    return response;
  }, () => holds.hold(session, wanted(1)));

  assert.equal(held.status, 'PENDING');
  assert.match(held.reference, /^[0-9A-Z]{5}-[0-9A-Z]{5}$/);
  const { myReservations } = await session.request('{ myReservations { nodes { id } } }');
  assert.deepEqual(myReservations.nodes.map(({ id }) => id), [held.id]);
});

test('a countdown is right whatever the clock of the device says, and ends early rather than late', async () => {
  const { load } = await snippet('reserving/page.ts');
  const { session } = await site.fan();
  const { id } = await holds.hold(session, wanted(2));
  const own = Date.now;
  Date.now = () => own() + 5 * 3_600_000;
  try {
    const { hold, clock } = await load(session, id);

    const [left, truth] = [clock.leftUntil(hold.expiresAt), Date.parse(hold.expiresAt) - own()];

    assert.ok(left <= truth && truth - left < 5_000, `${left} of ${truth} ms`);
  } finally {
    Date.now = own;
  }
});

describe('holds', { concurrency: true }, () => {
  test('the terms of the site', async () => {
    const { Terms } = await operationsOf('reserving/site.graphql');
    const { data } = await sent(site.graphql, Terms);

    assert.deepEqual(data.site, {
      holdSeconds: 900,
      extension: { times: 1, holdSeconds: 900, orderSeconds: 900 },
      maxTicketsPerReservation: 2,
      maxTicketsPerMatch: 6,
      needsConfirmedEmail: false,
    });
  });

  test('a hold is watched and counted down to its end, on another connection of the same fan', async (t) => {
    const [{ load }, { countdown }, { watch }, { socketOf }] = await Promise.all(
      ['reserving/page.ts', 'reserving/clock.ts', 'reserving/watch.ts', 'sessions/socket.ts'].map(snippet));
    const { session } = await quick.fan();
    const client = socketOf(session, quick.socket);
    t.after(() => client.dispose());
    const held = await holds.hold(session, wanted(3));
    const [seen, seconds] = [[], []];
    watch(client, held.id, (hold) => seen.push(hold), assert.fail);
    const { hold, clock } = await load(session, held.id);
    countdown(clock, hold.expiresAt, (left) => seconds.push(left));

    const over = await eventually('the end', () => seen.find(({ status }) => status === 'CANCELLED'));

    assert.deepEqual([over.cancelReason, over.expiresAt], ['EXPIRED', null]);
    await eventually('the last second', () => seconds.at(-1) === 0);
    assert.deepEqual(seconds, [...new Set(seconds)].sort((one, other) => other - one), 'each second once');
    assert.equal((await refusal(holds.extend(session, { ...held }))).code, 'HOLD_EXPIRED');
  });

  test('more time is given once, however often it is asked for by the same end', async (t) => {
    const [{ watch }, { socketOf }] = await Promise.all(['reserving/watch.ts', 'sessions/socket.ts'].map(snippet));
    const { session } = await site.fan();
    const client = socketOf(session, site.socket);
    t.after(() => client.dispose());
    const held = await holds.hold(session, wanted(4));
    const seen = [];
    watch(client, held.id, (hold) => seen.push(hold), assert.fail);

    const [one, other] = await Promise.all([holds.extend(session, held), holds.extend(session, held)]);

    assert.deepEqual(one, other);
    assert.equal(Date.parse(one.expiresAt) - Date.parse(held.expiresAt), 900_000);
    assert.deepEqual([held.extensionsLeft, one.extensionsLeft], [1, 0]);
    await eventually('the new end, where the hold is watched', () => seen.at(-1)?.expiresAt === one.expiresAt);
    assert.equal((await refusal(holds.extend(session, one))).code, 'EXTENSION_REFUSED');
  });

  test('a hold that is let go twice is let go', async () => {
    const { session } = await site.fan();
    const { id } = await holds.hold(session, wanted(5));

    const [one, other] = [await holds.cancel(session, id), await holds.cancel(session, id)];

    assert.deepEqual([one.status, one.cancelReason], ['CANCELLED', 'USER']);
    assert.deepEqual(one, other);
  });

  test('a key names one request, and a refused one leaves it free', async () => {
    const { session } = await site.fan();
    assert.equal((await refusal(holds.hold(session, wanted(6, { quantity: 3 }), 'mine'))).code, 'BAD_USER_INPUT');
    const held = await holds.hold(session, wanted(6), 'mine');
    assert.equal((await holds.hold(session, wanted(6), 'mine')).id, held.id);
    assert.equal((await refusal(holds.hold(session, wanted(6, { quantity: 2 }), 'mine'))).code, 'IDEMPOTENCY_KEY_REUSED');
  });

  test('refusals, and what a page makes of them', async () => {
    const { afterRefusal } = await snippet('reserving/words.ts');
    const { session } = await site.fan();
    for (let time = 0; time < 3; time += 1) await holds.hold(session, wanted(7, { quantity: 2 }));

    const cap = await refusal(holds.hold(session, wanted(7)));
    const { has, limit } = cap.failures[0].extensions;
    assert.deepEqual([cap.code, has, limit, afterRefusal(cap)], ['PURCHASE_LIMIT', 6, 6, 'cap']);
    const { request } = await snippet('errors/request.ts');
    const reserve = 'mutation { reserve(input: { matchNumber: 1, category: 1, quantity: 1 }) { reservation { id } } }';
    assert.equal(afterRefusal(await refusal(request(site.graphql, reserve))), 'sign-in');
    assert.equal(afterRefusal(new TypeError('fetch failed')), 'failed');
  });

  test('of the last tickets a page says whether they may come back', async () => {
    const { afterRefusal } = await snippet('reserving/words.ts');
    const { data } = await sent(site.graphql, '{ match(matchNumber: 64) { categories { category sellable } } }');
    const { category, sellable } = data.match.categories.toSorted((one, other) => one.sellable - other.sellable)[0];
    assert.ok(sellable <= 60, `${sellable} tickets are to be taken`);
    const taken = [];
    for (let left = sellable; left > 0;) {
      const { session } = await site.fan();
      for (let time = 0; time < 3 && left > 0; time += 1) {
        const quantity = Math.min(2, left);
        taken.push({ session, ...(await holds.hold(session, { matchNumber: 64, category, quantity })) });
        left -= quantity;
      }
    }

    const { session } = await site.fan();
    const refused = await refusal(holds.hold(session, { matchNumber: 64, category, quantity: 1 }));
    assert.deepEqual([refused.code, afterRefusal(refused)], ['TEMPORARILY_UNAVAILABLE', 'wait']);
    assert.deepEqual([refused.failures[0].extensions.available, refused.failures[0].extensions.sellable], [sellable, 0]);
    assert.equal((await refusal(holds.extend(taken[0].session, taken[0]))).code, 'EXTENSION_REFUSED', 'others may be waiting');

    const { pay } = await snippet('paying/pay.ts');
    for (const { session: buyer, id } of taken) await pay(buyer, id, 'pm_card_visa');
    const over = await refusal(holds.hold(session, { matchNumber: 64, category, quantity: 1 }));
    assert.deepEqual([over.code, afterRefusal(over)], ['SOLD_OUT', 'sold-out']);
  });

  test('a sale that is over, and an email that is not confirmed', async () => {
    const { afterRefusal } = await snippet('reserving/words.ts');
    const strict = await opensSite({ MATCHDAY_SALES_CLOSE: '40320', MATCHDAY_ACCOUNTS_VERIFIED_EMAIL_FOR_HOLDS: 'true' });
    try {
      const { session } = await strict.fan();
      const closed = await refusal(holds.hold(session, wanted(1)));
      assert.deepEqual([closed.code, afterRefusal(closed)], ['SALE_CLOSED', 'closed']);
      const { data } = await sent(strict.graphql, '{ match(matchNumber: 1) { categories { status } } }');
      assert.ok(data.match.categories.every(({ status }) => status === 'CLOSED'));
      const last = await refusal(holds.hold(session, wanted(64)));
      assert.deepEqual([last.code, afterRefusal(last)], ['EMAIL_NOT_VERIFIED', 'confirm-email'], 'it is on sale');
    } finally {
      await strict.stop();
    }
  });

  test('a count is shown less what was just asked for, until the site counts it', async () => {
    const { shown } = await snippet('reserving/optimistic.ts');
    const state = (version, sellable) => ({ matchNumber: 1, version, categories: [{ category: 1, sellable }, { category: 2, sellable: 9 }] });
    const asked = { category: 1, quantity: 2, version: 5 };
    const left = (...about) => shown(...about).categories.map(({ sellable }) => sellable);

    assert.deepEqual(left(state(5, 7), asked), [5, 9]);
    assert.deepEqual(left(state(5, 1), asked), [0, 9]);
    assert.deepEqual(left(state(6, 5), asked), [5, 9], "the site's own count");
    assert.deepEqual(left(state(5, 7), undefined), [7, 9]);
  });
});
