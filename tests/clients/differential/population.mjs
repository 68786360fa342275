// A site with something of everything to be asked for: holds, sales, refunds, tickets used and offered, rules, events.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { solveChallenge } from 'altcha-lib/v1';

export const PASSWORD = 'correct horse battery staple';

const binary = path.resolve(process.env.MATCHDAY_BIN ?? fileURLToPath(new URL('../../../target/debug/matchday', import.meta.url)));

/** Settings that a crowd of questions from one address stays below. */
export const SETTINGS = {
  MATCHDAY_BOTS_ENABLED: 'false',
  MATCHDAY_HOLD_SECONDS: '3600',
  MATCHDAY_LIMITS_CAPACITY: raised(),
  MATCHDAY_LIMITS_REFILL: raised(),
  // Random documents are not modest, and everything of an interface takes an alias for each field of each object.
  MATCHDAY_TRANSPORT_DOCUMENTS_MAX_ALIASES: '5000',
  MATCHDAY_TRANSPORT_DOCUMENTS_MAX_COST: '1000000000',
  MATCHDAY_TRANSPORT_DOCUMENTS_MAX_DIRECTIVES: '5000',
  MATCHDAY_TRANSPORT_DOCUMENTS_MAX_ROOT_FIELDS: '500',
  MATCHDAY_TRANSPORT_DOCUMENTS_MAX_SELECTIONS: '50000',
  MATCHDAY_TRANSPORT_HTTP_MAX_BATCH_COST: '1000000000',
};

function raised() {
  const names = ['anonymous', 'customer', 'steward', 'admin', 'address', 'signIn', 'signUp', 'reserve', 'payReservation'];
  return names.map((name) => `${name}=1000000000`).join();
}

/** `{ tokens, roots }`: who asks, by name, and what may be asked at the root of a query. */
export async function populated(ask, folder) {
  const tokens = { nobody: undefined };
  for (const name of ['ana', 'ben']) tokens[name] = (await signedUp(ask, name)).accessToken;
  for (const role of ['steward', 'admin']) tokens[role] = await employed(ask, folder, role);
  const { ana, ben, steward, admin } = tokens;
  const mutate = (token, field, input, selected) =>
    ask(token, `mutation ($input: ${field[0].toUpperCase()}${field.slice(1)}Input!) { ${field}(input: $input) { ${selected} } }`, { input }).then((data) => data[field]);

  const held = async (token, matchNumber, category, quantity) =>
    (await mutate(token, 'reserve', { matchNumber, category, quantity }, 'reservation { id }')).reservation.id;
  const paid = async (token, reservationId) => {
    await mutate(token, 'payReservation', { reservationId, paymentMethod: 'pm_card_visa' }, 'clientSecret');
    const { reservation } = await ask(token, 'query ($id: ID!) { reservation(id: $id) { tickets { id code } } }', { id: reservationId });
    return reservation.tickets;
  };
  const bought = async (token, matchNumber, quantity = 1) => paid(token, await held(token, matchNumber, 1, quantity));
  const offered = async (token, ticketId, amount) =>
    (await mutate(token, 'createListing', { ticketId, title: 'Behind the goal', description: 'Row "7"\n', price: { amount } }, 'listing { id version }')).listing;
  const ordered = async (token, listing) => (await mutate(token, 'orderListing', { listingId: listing.id }, 'order { id }')).order.id;

  const hold = await held(ana, 1, 2, 2);
  const cancelled = await held(ana, 2, 3, 1);
  await mutate(ana, 'cancelReservation', { reservationId: cancelled }, 'reservation { id }');
  const declined = await held(ben, 2, 1, 1);
  const refusal = mutate(ben, 'payReservation', { reservationId: declined, paymentMethod: 'pm_card_visa_chargeDeclined' }, 'clientSecret');
  await assert.rejects(refusal);
  const [kept, used] = await bought(ana, 3, 2);
  await mutate(steward, 'checkIn', { code: used.code, deviceId: 'north', nonce: 'first', matchNumber: 3 }, 'checkIn { outcome }');
  const sold = await held(ana, 4, 3, 2);
  const [returned] = await paid(ana, sold);
  await mutate(ana, 'refundReservation', { reservationId: sold, ticketIds: [returned.id], reason: 'ill' }, 'reservation { id }').catch(() =>
    mutate(admin, 'refundReservation', { reservationId: sold, ticketIds: [returned.id], reason: 'ill' }, 'reservation { id }'));
  const listings = [];
  for (const matchNumber of [5, 6, 7, 8]) listings.push(await offered(ana, (await bought(ana, matchNumber))[0].id, `${60 + matchNumber}.50`));
  const [open, withdrawn, locked, gone] = listings;
  const changing = await offered(ana, (await bought(ana, 10))[0].id, '70.00');
  const [given] = await bought(ana, 9);
  const [gift] = await bought(ana, 11);
  await mutate(ana, 'transferTicket', { ticketId: gift.id, email: 'gifted@example.test' }, 'ticket { id }');
  const frozen = await held(ben, 10, 2, 1);
  await paid(ben, frozen);
  await mutate(ana, 'withdrawListing', { id: withdrawn.id }, 'listing { id }');
  const order = await ordered(ben, locked);
  await paid(ben, await ordered(ben, gone));
  await mutate(admin, 'setAddressRule', { network: '198.51.100.0/24', effect: 'BLOCK', reason: 'of the tests' }, 'rule { network }');
  await assert.rejects(ask(undefined, 'mutation { signIn(input: { email: "ana@example.test", password: "wrong wrong" }) { expiresAt } }'));

  for (let hold = 0; hold < 10; hold += 1) await held((await signedUp(ask, `crowd${hold}`)).accessToken, 13, 1, 2);
  await ask(undefined, 'mutation { requestPasswordReset(input: { email: "crowd0@example.test" }) { success } }');
  const codes = { reset: await mailed(folder, 'reset-password', 'crowd0'), verify: await mailed(folder, 'verify-email', 'crowd1'), gift: await mailed(folder, 'ticket-offered', 'gifted'), captcha: await solved(ask) };
  const { refreshToken } = await signedUp(ask, 'returning');

  const [me, match] = [await ask(ana, '{ me { id } }'), await ask(undefined, '{ match(matchNumber: 3) { id } }')];
  const { matches } = await ask(undefined, '{ matches(first: 3) { pageInfo { endCursor } } }');
  const ids = [me.me.id, match.match.id, hold, sold, kept.id, used.id, open.id, gone.id];
  const ways = { hold, cancelled, declined, sold, order, frozen, used, kept, given, codes, refreshToken, listings: { open, withdrawn, locked, gone, changing } };
  return { tokens, roots: roots(ids, [hold, sold, order], listings, matches.pageInfo.endCursor, codes.gift), ways, mutate };
}

/** Questions at the root, with arguments as JSON values. */
function roots(ids, reservations, listings, cursor, gift) {
  const unknown = 'TGlzdGluZzowMDAwMDAwMC0wMDAwLTcwMDAtODAwMC0wMDAwMDAwMDAwMDA';
  const calls = (field, ...args) => args.map((of) => ({ field, args: of }));
  return [
    ...calls('matches', {}, { first: 2 }, { first: 3, filter: { team: 'qatar', roundNumber: 1 } }, { last: 2, before: cursor }, { first: 1000 }),
    ...calls('matches', { first: 2, after: cursor, filter: { status: 'AVAILABLE' } }, { filter: { group: 'Z' } }, { first: 1, last: 1 }),
    ...calls('match', { matchNumber: 1 }, { matchNumber: 7 }, { matchNumber: 64 }, { matchNumber: 999 }),
    ...calls('me', {}),
    ...calls('accountDeletion', {}),
    ...calls('search', { query: 'brasil' }, { query: 'goal', first: 3, facets: ['TEAM', 'PRICE'] }, { query: '' }, { query: 'qatr', filter: { sources: ['STOCK'] } }, { query: 'qatar', after: 'nonsense' }),
    ...calls('recommendations', {}, { first: 3 }, { country: 'BR', first: 100 }, { country: 'nonsense' }, { first: 101 }),
    ...calls('myReservations', {}, { first: 1 }, { status: 'RESERVED' }, { status: 'CANCELLED', first: 5 }, { after: 'nonsense' }),
    ...calls('reservation', ...reservations.map((id) => ({ id })), { id: 'nonsense' }),
    ...calls('reconciliation', {}),
    ...calls('myTickets', {}, { status: 'VALID', first: 2 }, { received: true }),
    ...calls('ticketTransfer', { code: gift }, { code: 'nonsense' }),
    ...calls('revokedTickets', {}, { first: 1 }),
    ...calls('listing', ...listings.map(({ id }) => ({ id })), { id: unknown }),
    ...calls('listings', {}, { sort: 'PRICE_DESC', first: 1 }, { filter: { matchNumber: 5, priceMax: '70.00' } }),
    ...calls('myListings', {}, { state: 'SOLD' }),
    ...calls('myOrders', {}, { first: 1 }),
    ...calls('payouts', {}),
    ...calls('addressRules', {}, { first: 1 }),
    ...calls('securityEvents', {}, { kind: 'SIGN_IN_THROTTLED', first: 1 }),
    ...calls('captchaChallenge', {}),
    ...calls('site', {}),
    ...calls('now', {}),
    ...calls('rateLimit', {}),
    ...calls('node', ...ids.map((id) => ({ id })), { id: unknown }, { id: 'nonsense' }),
  ];
}

/** The session of a new fan, of this name or any. */
export async function signedUp(ask, name = `fan-${randomUUID()}`) {
  const input = { email: `${name}@example.test`, password: PASSWORD, displayName: name.slice(0, 20), country: 'QA' };
  const data = await ask(undefined, 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken refreshToken } }', { input });
  return data.signUp;
}

/** The code that was mailed to somebody, once the mail is there. */
async function mailed(folder, kind, name) {
  const mails = path.join(folder, 'mails');
  for (let tries = 0; tries < 200; tries += 1, await sleep(100)) {
    const files = await readdir(mails).catch(() => []);
    for (const file of files.filter((file) => file.endsWith(`-${kind}.eml`))) {
      const mail = await readFile(path.join(mails, file), 'utf8');
      const code = mail.includes(`${name}@example.test`) && /^ {4}(\S+)\r?$/m.exec(mail)?.[1];
      if (code) return code;
    }
  }
  throw new Error(`no mail ${kind} for ${name} in ${mails}`);
}

/** A member of staff, whose account is made beside the program. */
async function employed(ask, folder, role) {
  const email = `${role}@example.test`;
  const env = { PATH: process.env.PATH, MATCHDAY_DATA_DIR: folder };
  const made = spawnSync(binary, ['user', 'create', email, '--role', role, '--password-stdin'], { cwd: folder, env, input: PASSWORD, encoding: 'utf8' });
  assert.equal(made.status, 0, made.stderr);
  const data = await ask(undefined, `mutation { signIn(input: { email: "${email}", password: "${PASSWORD}" }) { accessToken } }`);
  return data.signIn.accessToken;
}

/** A captcha, as ALTCHA's widget submits it. */
async function solved(ask) {
  const { captchaChallenge } = await ask(undefined, '{ captchaChallenge { altcha { algorithm challenge maxnumber salt signature } } }');
  const { maxnumber, ...challenge } = captchaChallenge.altcha;
  const { number } = await solveChallenge(challenge.challenge, challenge.salt, challenge.algorithm, maxnumber).promise;
  return btoa(JSON.stringify({ ...challenge, number }));
}
