// docs/guides/personal-data.md: people have their data, end what is learned from them, and delete their account.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { guideText, opensSite, operationsOf, refusal, sent, snippet } from './world.mjs';

const MATCH = 30;

let site;
let documents;
let hold;
let pay;

before(async () => {
  site = await opensSite();
  documents = await operationsOf('personal-data/personal-data.graphql');
  [{ hold }, { pay }] = await Promise.all(['reserving/hold.ts', 'paying/pay.ts'].map(snippet));
}, { timeout: 120_000 });
after(() => site?.stop());

const exported = async (session) => (await session.request(documents.ExportMyData)).exportMyData;
const personalises = async (session, enabled) =>
  (await session.request(documents.SetPersonalisation, { enabled })).setPersonalisation.user.personalised;
const outlook = async (session) => (await session.request(documents.AccountDeletion)).accountDeletion;
const deletes = async (session, password) => (await session.request(documents.DeleteAccount, { password })).deleteAccount;

/** A fan with a hold that was cancelled. */
async function visitor() {
  const fan = await site.fan();
  const { id } = await hold(fan.session, { matchNumber: MATCH, category: 3, quantity: 1 });
  await fan.session.request('mutation ($id: ID!) { cancelReservation(input: { reservationId: $id }) { reservation { status } } }', { id });
  return fan;
}

test('an export is a file of JSON with the lists that the guide names, and without what lets its bearer in', async () => {
  const { session, email, password } = await visitor();

  const { json, fileName, createdAt } = await exported(session);

  const data = JSON.parse(json);
  assert.match(fileName, /^my-data-.+\.json$/);
  assert.equal(Date.parse(data.createdAt), Date.parse(createdAt));
  const [, named] = /The object has (.+?) and so on\./s.exec(await guideText('personal-data'));
  const names = [...named.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  assert.ok(names.length >= 9, named);
  for (const name of names) assert.ok(name in data, name);
  assert.deepEqual([data.account.email, data.reservations.length, data.reservations[0].status], [email, 1, 'CANCELLED']);
  for (const secret of [password, session.refreshToken, await session.token()]) assert.ok(!json.includes(secret));
});

test('four exports are made, and the fifth says how long it waits', async () => {
  const { session } = await site.fan();
  for (let time = 0; time < 4; time += 1) await exported(session);

  const further = await refusal(exported(session));

  assert.equal(further.code, 'RATE_LIMITED');
  assert.ok(further.retryAfter > 19 * 60 && further.retryAfter <= 20 * 60 + 1, String(further.retryAfter));
});

test('who objects has no pseudonym, and who objects no more has another', async () => {
  const { session } = await visitor();
  const subjects = async () => JSON.parse((await exported(session)).json).analyticsSubjects.map(({ subject }) => subject);
  const [first] = await subjects();

  assert.equal(await personalises(session, false), false);
  assert.deepEqual(await subjects(), []);

  assert.equal(await personalises(session, true), true);
  const [second] = await subjects();
  assert.ok(first && second && first !== second);
});

test('what is open stands in the way, is named before and by the refusal, and is a row of the table', async () => {
  const { session, password } = await site.fan();
  const { id } = await hold(session, { matchNumber: MATCH + 1, category: 3, quantity: 1 });
  const { reservation: { tickets: [ticket], unitPrice } } = await pay(session, id, 'pm_card_visa').then(() =>
    session.request('query ($id: ID!) { reservation(id: $id) { tickets { id } unitPrice { amount } } }', { id }));
  const { offer } = await snippet('resale/sell.ts');
  await offer(session, { ticketId: ticket.id, title: 'North stand', price: { amount: unitPrice.amount } });

  const { needsPassword, obstacles } = await outlook(session);
  const { code, failures: [{ extensions }] } = await refusal(deletes(session, password));

  const rows = [...(await guideText('personal-data')).matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, kind]) => kind);
  assert.equal(needsPassword, true);
  assert.ok(obstacles.length > 0 && obstacles.every(({ kind, count, message }) => rows.includes(kind) && count === 1 && message));
  assert.ok(obstacles.some(({ kind }) => kind === 'OPEN_LISTINGS'));
  assert.equal(code, 'ACCOUNT_NOT_SETTLED');
  assert.deepEqual(extensions.obstacles, obstacles.map(({ kind, count }) => ({ kind, count })));
});

test('a deleted account is gone at once, with its email free and what is kept told', async () => {
  const { session, email, password } = await visitor();
  const before = await outlook(session);
  const wrong = await refusal(deletes(session, 'not the password'));
  assert.deepEqual([wrong.code, wrong.failures[0].extensions.field], ['BAD_USER_INPUT', 'password']);

  const { deletedAt, kept } = await deletes(session, password);

  assert.ok(Math.abs(Date.parse(deletedAt) - Date.now()) < 60_000);
  assert.deepEqual(before.obstacles, []);
  assert.deepEqual(kept, before.kept);
  assert.deepEqual(kept.map(({ kind, count, until }) => [kind, count, until]), [['RESERVATIONS', 1, null]]);
  assert.match(kept[0].reason, /\.$/);
  assert.equal((await refusal(session.request('{ me { email } }'))).code, 'UNAUTHENTICATED');
  await site.mail('account-deleted', email);
  const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { user { email } } }';
  assert.equal((await sent(site.graphql, SIGN_UP, { input: { email, password } })).data.signUp.user.email, email);
});
