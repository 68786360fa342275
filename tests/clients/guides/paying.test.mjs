// docs/guides/paying.md: payments by the sandbox, consent, tickets and refunds.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { eventually, guideText, operationsOf, opensSite, refusal, sent, snippet, snippetPath, snippetText, withFetch } from './world.mjs';

const CONSENT = 'pm_card_threeDSecureRequired';
const DECLINED = 'pm_card_visa_chargeDeclinedInsufficientFunds';

let site;
let hold;
let paying;
let orders;
let confirmInSandbox;

before(async () => {
  site = await opensSite();
  [{ hold }, paying, orders, { confirmInSandbox }] = await Promise.all(
    ['reserving/hold.ts', 'paying/pay.ts', 'paying/order.ts', 'paying/sandbox.ts'].map(snippet));
}, { timeout: 120_000 });
after(() => site?.stop());

async function held(quantity = 1) {
  const { session, ...fan } = await site.fan();
  const { id } = await hold(session, { matchNumber: 10, category: 2, quantity });
  return { session, id, ...fan };
}

test('a payment whose answer was lost is made once', async () => {
  const { session, id } = await held(2);
  await session.token();
  let lost = 0;

  const { reservation, clientSecret } = await withFetch(async (own, ...request) => {
    const response = await own(...request);
    if (lost++ === 0) throw new TypeError('fetch failed');
    return response;
  }, () => paying.pay(session, id, 'pm_card_visa'));

  assert.deepEqual([reservation.status, reservation.payment.status, clientSecret], ['RESERVED', 'CAPTURED', null]);
  assert.deepEqual([orders.stepOf(reservation), reservation.tickets.map(({ status }) => status)], ['paid', ['VALID', 'VALID']]);
  const { reservation: { history } } = await session.request('query ($id: ID!) { reservation(id: $id) { history { kind } } }', { id });
  assert.equal(history.filter(({ kind }) => kind === 'PAYMENT_BEGUN').length, 1);
});

describe('payments', { concurrency: true }, () => {
  test('each card of the guide does what the guide says, and there is no other', async () => {
    const { Payments } = await operationsOf('paying/site.graphql');
    const { data } = await sent(site.graphql, Payments);
    assert.deepEqual([data.site.payments, data.site.publishableKey, data.site.refunds], [['SANDBOX'], null, { cutoffHours: null }]);
    const [, table] = (await guideText('paying')).split('| `paymentMethod` | What happens |');
    const rows = table.split('\n\n')[0].split('\n').slice(2).map((row) => row.split('|'));
    const outcomes = { pays: 'PAYS', 'asks for consent': 'ASKS_FOR_CONSENT', declines: 'DECLINES' };
    const told = rows.flatMap(([, cards, what]) => [...cards.matchAll(/`(\w+)`/g)].map(([, paymentMethod]) => {
      const [words, code] = what.trim().split(': ');
      return { paymentMethod, outcome: outcomes[words], declineCode: code?.replaceAll('`', '') ?? null };
    }));
    assert.deepEqual(told, data.site.testCards);
  });

  test('a declined card leaves the hold, and another card under another key pays', async () => {
    const { session, id } = await held();

    const declined = await refusal(paying.pay(session, id, DECLINED, 'first'));
    assert.equal(paying.declineOf(declined), 'insufficient_funds');
    assert.equal(paying.declineOf(await refusal(paying.pay(session, id, DECLINED, 'first'))), 'insufficient_funds', 'answered alike');
    assert.equal((await refusal(paying.pay(session, id, 'pm_card_visa', 'first'))).code, 'IDEMPOTENCY_KEY_REUSED');
    assert.equal((await refusal(paying.pay(session, id, '4242 4242 4242 4242'))).code, 'BAD_USER_INPUT');
    assert.equal((await refusal(paying.pay(session, id, 'pm_unknown'))).code, 'BAD_USER_INPUT');

    assert.equal((await paying.pay(session, id, 'pm_card_visa', 'second')).reservation.status, 'RESERVED');
  });

  test('after five declined cards a hold takes no further one', async () => {
    const { session, id } = await held();
    for (let time = 0; time < 5; time += 1) assert.ok(paying.declineOf(await refusal(paying.pay(session, id, DECLINED))));

    const error = await refusal(paying.pay(session, id, 'pm_card_visa'));

    assert.ok(['PAYMENT_FAILED', 'CAPTCHA_REQUIRED'].includes(error.code), error.code);
    assert.equal(paying.declineOf(error), undefined);
  });

  test('a bank that asks for consent gets it, and every step is shown', async (t) => {
    const { socketOf } = await snippet('sessions/socket.ts');
    const { session, id } = await held();
    const client = socketOf(session, site.socket);
    t.after(() => client.dispose());
    const steps = [];
    orders.follow(client, id, (order) => steps.push(orders.stepOf(order)), assert.fail);
    await eventually('the hold', () => steps.length > 0);

    const { reservation, clientSecret } = await paying.pay(session, id, CONSENT);
    assert.deepEqual([orders.stepOf(reservation), reservation.payment.status], ['confirm', 'REQUIRES_ACTION']);
    const { begin } = await snippet('paying/begin.ts');
    assert.equal(await begin(session, id), clientSecret, 'a page that was reloaded has it again');
    await confirmInSandbox(site.url, clientSecret, { consent: true });

    await eventually('the tickets', () => steps.at(-1) === 'paid');
    assert.deepEqual(steps.filter((step, at) => step !== steps[at - 1]).filter((step) => step !== 'wait'), ['choose-card', 'confirm', 'paid']);
    assert.equal(await begin(session, id).catch(({ code }) => code), 'CONFLICT', 'it is paid');
  });

  test('after a refused consent the payment waits for another card', async () => {
    const { begin } = await snippet('paying/begin.ts');
    const { session, id } = await held();
    const { clientSecret } = await paying.pay(session, id, CONSENT);
    const order = async () =>
      (await session.request(`query ($id: ID!) { reservation(id: $id) { ...Order } } ${orders.ORDER}`, { id })).reservation;

    assert.deepEqual(await confirmInSandbox(site.url, clientSecret, { consent: false }),
      { status: 'requires_payment_method', declineCode: 'payment_intent_authentication_failure' });

    await eventually('the refusal', async () => orders.stepOf(await order()) === 'other-card');
    assert.equal((await order()).payment.declineCode, 'payment_intent_authentication_failure');
    assert.equal((await refusal(paying.pay(session, id, 'pm_card_visa'))).code, 'CONFLICT');
    assert.equal(await begin(session, id), clientSecret);
    await confirmInSandbox(site.url, clientSecret, { paymentMethod: 'pm_card_visa' });
    await eventually('the payment', async () => orders.stepOf(await order()) === 'paid');
  });

  test('a card that is given to the provider alone pays', async () => {
    const { begin } = await snippet('paying/begin.ts');
    const { session, id } = await held();
    const clientSecret = await begin(session, id);
    assert.equal(await begin(session, id), clientSecret);
    await assert.rejects(confirmInSandbox(site.url, clientSecret.replace('_secret_', '_secret_x'), { paymentMethod: 'pm_card_visa' }));

    await confirmInSandbox(site.url, clientSecret, { paymentMethod: 'pm_card_visa' });

    await eventually('the payment', async () =>
      (await session.request('query ($id: ID!) { reservation(id: $id) { status } }', { id })).reservation.status === 'RESERVED');
  });

  test('a form without script gives the consent, and leads on', async () => {
    const { session, id } = await held();
    const { clientSecret } = await paying.pay(session, id, CONSENT);
    const html = await snippetText('paying/consent.html');
    const [, action] = /action="([^"]+)"/.exec(html);
    const values = { id: clientSecret.split('_secret_')[0], clientSecret, reservationId: id };
    const filled = (text) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
    const inputs = [...html.matchAll(/name="(\w+)" value="([^"]+)"/g)].map(([, name, value]) => [name, filled(value)]);

    const answer = await fetch(site.url + filled(action), { method: 'POST', redirect: 'manual', body: new URLSearchParams(inputs.slice(0, 3)) });

    assert.deepEqual([answer.status, answer.headers.get('location')], [303, `/orders/${id}`]);
    await eventually('the payment', async () =>
      (await session.request('query ($id: ID!) { reservation(id: $id) { status } }', { id })).reservation.status === 'RESERVED');
  });

  test('tickets, their PDF, and the life of an order', async () => {
    const [{ MyTickets }, { OrderPage }] = await Promise.all(['tickets/tickets.graphql', 'tickets/history.graphql'].map(operationsOf));
    const { session, id } = await held();
    await paying.pay(session, id, 'pm_card_visa');

    const { myTickets: { nodes: [ticket] } } = await session.request(MyTickets);
    assert.match(ticket.code, /^[A-Z2-7]{146}$/);
    assert.match(ticket.qr, /^<svg/);
    assert.ok(ticket.passUrl.startsWith('/'), ticket.passUrl);
    const pdf = await fetch(site.url + ticket.passUrl);
    assert.deepEqual([pdf.status, pdf.headers.get('content-type')], [200, 'application/pdf']);

    const { reservation } = await session.request(OrderPage, { id });
    assert.deepEqual(reservation.history.map(({ kind }) => kind).slice(0, 2), ['HELD', 'PAYMENT_BEGUN']);
    assert.ok(reservation.history.some(({ kind }) => kind === 'TICKETS_ISSUED') && reservation.endedAt);
  });

  test('a ticket is refunded once, however often it is asked for, and then all', async () => {
    const { refund } = await snippet('tickets/refund.ts');
    const { session, id } = await held(2);
    const { reservation: { tickets } } = await paying.pay(session, id, 'pm_card_visa');
    const ids = [tickets[0].id];

    await refund(session, id, ids, 'one cannot come');
    const again = await refund(session, id, ids, 'one cannot come');
    assert.equal(again.payment.refunds.length, 1);
    assert.deepEqual(again.tickets.map(({ status }) => status), ['REFUNDED', 'VALID']);

    const all = await refund(session, id);
    assert.deepEqual([all.status, all.cancelReason, orders.stepOf(all)], ['CANCELLED', 'REFUNDED', 'over']);
    await eventually('the money', async () => (await refund(session, id)).payment.refunds.every(({ status }) => status === 'DONE'));
  });

  test('a refund that is too late says until when it was possible', async () => {
    const { refund } = await snippet('tickets/refund.ts');
    const late = await opensSite({ MATCHDAY_REFUNDS_OWNER_CUTOFF_HOURS: '8760' });
    try {
      const { session } = await late.fan();
      const { id } = await hold(session, { matchNumber: 10, category: 2, quantity: 1 });
      await paying.pay(session, id, 'pm_card_visa');
      const error = await refusal(refund(session, id));
      assert.deepEqual([error.code, Date.parse(error.failures[0].extensions.until) < Date.now()], ['CONFLICT', true]);
    } finally {
      await late.stop();
    }
  });
});

test("Stripe's own types accept what the guide does with its script", async () => {
  // Stripe's script comes from Stripe's host alone, so it is not run here.
  const clients = fileURLToPath(new URL('..', import.meta.url));
  const folder = await mkdtemp(path.join(clients, 'stripe-'));
  try {
    await cp(snippetPath('paying/stripe.js'), path.join(folder, 'stripe.js'));
    const compiled = (file) => spawnSync(path.join(clients, 'node_modules', '.bin', 'tsc'), ['--strict', '--noEmit', '--allowJs', '--checkJs', '--skipLibCheck', '--target',
      'ES2022', '--lib', 'ES2022,DOM', '--module', 'ESNext', '--moduleResolution', 'bundler', path.join(folder, file)], { encoding: 'utf8' });
    assert.deepEqual([compiled('stripe.js').stdout, compiled('stripe.js').status], ['', 0]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
