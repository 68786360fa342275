import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startMatchday } from './matchday.mjs';

let matchday;
before(async () => (matchday = await startMatchday({ MATCHDAY_HOLD_SECONDS: '60' })));
after(() => matchday?.stop());

async function ask(query, variables, token) {
  const response = await fetch(`${matchday.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}

test('a fan buys two tickets', async () => {
  const signUp = await ask(`mutation { signUp(input: { email: "ana@example.com", password: "a fine password" }) { accessToken } }`);
  const token = signUp.data.signUp.accessToken;

  const held = await ask(
    `mutation { reserve(input: { matchNumber: 1, category: 1, quantity: 2, idempotencyKey: "a" }) { reservation { id status } } }`,
    {},
    token,
  );
  const paid = await ask(
    `mutation ($id: ID!) {
      payReservation(input: { reservationId: $id, paymentMethod: "pm_card_visa", idempotencyKey: "b" }) {
        reservation { status tickets { status } }
      }
    }`,
    { id: held.data.reserve.reservation.id },
    token,
  );

  const { reservation } = paid.data.payReservation;
  assert.equal(reservation.status, 'RESERVED');
  assert.deepEqual(reservation.tickets, [{ status: 'VALID' }, { status: 'VALID' }]);
});
