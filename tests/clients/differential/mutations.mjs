// Mutations that can be sent again and again: those that are answered the same each time, and those that harm nothing.

import { PASSWORD } from './population.mjs';

const calls = (field, ...inputs) => inputs.map((input) => ({ field, args: { input } }));

/** By who sends them: what may be asked at the root of a mutation, with other inputs each time where that makes a difference. */
export function mutations(ask, { ways, tokens }) {
  const { hold, cancelled, declined, sold, order, frozen, used, kept, given, codes, refreshToken, listings } = ways;
  const signIn = (password) => ({ email: 'ben@example.test', password });
  const versionOf = async ({ id }) => (await ask(tokens.ana, `{ listing(id: "${id}") { id version } }`)).listing;
  let opened = 0;
  return {
    nobody: () => [
      ...calls('signUp', { email: `fan${(opened += 1)}@example.test`, password: 'correct horse battery' }, { email: 'ana@example.test', password: 'correct horse battery' }),
      ...calls('signIn', signIn('correct horse battery staple')),
      ...calls('requestPasswordReset', { email: 'ana@example.test' }),
      ...calls('resetPassword', { code: codes.reset, newPassword: PASSWORD }, { code: 'nonsense', newPassword: PASSWORD }),
      ...calls('verifyEmail', { code: codes.verify }, { code: 'nonsense' }),
      ...calls('refreshSession', { refreshToken }, { refreshToken: 'nonsense' }),
      ...calls('solveCaptcha', { payload: codes.captcha }, { payload: 'nonsense' }),
      ...calls('reserve', { matchNumber: 12, category: 1, quantity: 1 }),
    ],
    ana: async (random) => [
      ...calls('reserve', ...[1, 2, 3].map((category) => ({ matchNumber: 12, category, quantity: 1, idempotencyKey: `of-${category}` }))),
      ...calls('reserve', { matchNumber: 12, category: 1, quantity: 9 }, { matchNumber: 900 + random.below(90), category: 1, quantity: 1 }),
      ...calls('cancelReservation', { reservationId: cancelled }, { reservationId: 'nonsense' }),
      ...calls('payReservation', { reservationId: hold, paymentMethod: 'pm_card_visa', idempotencyKey: 'paid' }),
      ...calls('refundReservation', { reservationId: sold, reason: 'ill' }),
      ...calls('createListing', { ticketId: kept.id, title: 'Once more', price: { amount: '60.00' }, idempotencyKey: 'offered' }),
      ...calls('updateListing', { ...(await versionOf(listings.changing)), title: `Renamed ${random.below(100)}` }, { id: listings.changing.id, version: 1, title: 'Too late' }),
      ...calls('updateProfile', { country: 'QA', locale: 'ar' }, { locale: 'nonsense' }),
      ...calls('withdrawListing', { id: listings.withdrawn.id }),
      ...calls('transferTicket', { ticketId: given.id, email: 'friend@example.test' }, { ticketId: 'nonsense', email: 'friend@example.test' }),
      ...calls('cancelTicketTransfer', { ticketId: given.id }, { ticketId: used.id }, { ticketId: 'nonsense' }),
      ...calls('setPersonalisation', { enabled: false }, { enabled: true }),
      { field: 'exportMyData', args: {} },
      { field: 'requestEmailVerification', args: {} },
    ],
    ben: () => [
      ...calls('acceptTicketTransfer', { code: codes.gift }, { code: 'nonsense' }),
      ...calls('createPaymentIntent', { reservationId: declined }),
      // Whoever has seen an earlier end has more time already.
      ...calls('extendReservation', { reservationId: declined, expiresAt: '2026-01-01T00:00:00Z' }, { reservationId: 'nonsense' }),
      ...calls('orderListing', { listingId: listings.open.id, idempotencyKey: 'ordered' }),
      ...calls('cancelReservation', { reservationId: order }),
    ],
    steward: (random) => [
      ...calls('checkIn', { code: used.code, deviceId: 'north', nonce: 'first' }, { code: 'nonsense', deviceId: 'south', nonce: `n${random.below(3)}` }),
      ...calls('checkInBatch', { deviceId: 'east', scans: [{ code: used.code, nonce: 'again', scannedAt: '2026-01-01T00:00:00Z' }], matchNumber: 3 }),
    ],
    admin: () => [
      ...calls('freezeTickets', { reservationId: frozen }, { reservationId: 'nonsense' }),
      ...calls('unfreezeTickets', { reservationId: frozen }, { reservationId: 'nonsense' }),
      ...calls('setAddressRule', { network: '203.0.113.0/24', effect: 'ALLOW', reason: 'of the tests' }, { network: 'nonsense', effect: 'BLOCK', reason: '?' }),
      ...calls('removeAddressRule', { network: '203.0.113.0/24' }, { network: '192.0.2.0/24' }),
      ...calls('refundReservation', { reservationId: sold, reason: 'ill' }),
    ],
  };
}

/** What ends sessions, one of them by its refresh token. */
export const ofSessions = (refreshToken) => [
  { field: 'signOut', args: {} },
  ...calls('signOut', { allSessions: true }, { allSessions: false }),
  ...calls('refreshSession', { refreshToken }),
  ...calls('changePassword', { currentPassword: PASSWORD, newPassword: 'another horse' }, { currentPassword: 'wrong', newPassword: 'another horse' }),
  ...calls('deleteAccount', { password: PASSWORD }, { password: 'wrong' }, {}),
];
