// Stripe's own package signs events, and the program believes those and no others.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import Stripe from 'stripe';

import { startProgram } from './program.mjs';

const secret = 'whsec_Q4nT8vXw2LbR7yJm5KcZ9dHs3GfAe6Pu';
const stripe = new Stripe('sk_test_of_the_tests');

let program;

// Nothing is charged: an event of a payment that is not known here is stored and asks Stripe nothing.
before(async () => {
  program = await startProgram({
    STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
    STRIPE_WEBHOOK_SECRET: secret,
    STRIPE_API_BASE: 'http://127.0.0.1:1',
  });
});
after(() => program?.stop());

const event = (kind, metadata = { matchday_payment: randomUUID() }) =>
  JSON.stringify({
    id: `evt_${randomUUID()}`,
    object: 'event',
    livemode: false,
    type: kind,
    data: { object: { id: 'pi_1', object: 'payment_intent', metadata } },
  });

const signed = (payload, other = {}) => stripe.webhooks.generateTestHeaderString({ payload, secret, ...other });

async function sent(body, signature) {
  const headers = { 'content-type': 'application/json', ...(signature && { 'stripe-signature': signature }) };
  return (await fetch(`${program.url}/webhooks/stripe`, { method: 'POST', headers, body })).status;
}

const ago = (seconds) => ({ timestamp: Math.floor(Date.now() / 1000) - seconds });

test('what Stripe signs is accepted, as often as it comes, and whatever its kind', async () => {
  const payload = event('payment_intent.succeeded');
  for (let time = 0; time < 3; time += 1) assert.equal(await sent(payload, signed(payload)), 200);

  for (const [kind, metadata] of [['charge.refunded'], ['customer.created', {}], ['of.tomorrow', null]]) {
    const other = event(kind, metadata);
    assert.equal(await sent(other, signed(other)), 200, kind);
  }
});

test('a secret that is being changed makes two signatures, of which one is ours', async () => {
  const payload = event('payment_intent.succeeded');
  const other = signed(payload, { secret: 'whsec_another' }).split(',')[1];
  assert.equal(await sent(payload, `${signed(payload)},${other}`), 200);
});

test('another secret, another body, an old signature or none is refused', async () => {
  const payload = event('payment_intent.succeeded');
  assert.equal(await sent(payload, signed(payload, { secret: 'whsec_another' })), 400);
  assert.equal(await sent(payload.replace('pi_1', 'pi_2'), signed(payload)), 400);
  assert.equal(await sent(payload, signed(payload, ago(3_600))), 400);
  assert.equal(await sent(payload, signed(payload, ago(-3_600))), 400);
  assert.equal(await sent(payload), 400);
  assert.equal(await sent(payload, signed(payload, ago(60))), 200, 'a minute late is in time');
});
