// docs/guides/gate.md: codes are read offline, scans are sent, and both agree.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { eventually, operationsOf, opensSite, snippet } from './world.mjs';

const MATCH = 30;

let site;
let gate;
let steward;
let documents;

before(async () => {
  site = await opensSite();
  [gate, documents] = await Promise.all([snippet('gate/verify.mjs'), operationsOf('gate/gate.graphql')]);
  const { session, email } = await site.fan();
  site.runs('user', 'promote', email, '--role', 'steward');
  steward = session;
  // Promoted beside the program, which hears of it a moment later.
  await eventually('the right', () => steward.request('{ revokedTickets { until } }').then(() => true, () => false));
}, { timeout: 120_000 });
after(() => site?.stop());

/** A fan with a ticket of a match, and its code. */
async function visitor(matchNumber = MATCH) {
  const [{ hold }, { pay }] = await Promise.all([snippet('reserving/hold.ts'), snippet('paying/pay.ts')]);
  const { session } = await site.fan();
  const { id } = await hold(session, { matchNumber, category: 3, quantity: 1 });
  const { reservation } = await pay(session, id, 'pm_card_visa');
  const { myTickets } = await session.request('{ myTickets { nodes { id code } } }');
  return { session, reservationId: id, tickets: reservation.tickets, codes: myTickets.nodes.map(({ code }) => code) };
}

/** A code's letters with one bit of a byte turned. */
const forged = (code, at) => code.slice(0, at) + (code[at] === 'A' ? 'B' : 'A') + code.slice(at + 1);

test('a code is read by the published keys, and only as it was signed', async () => {
  const { codes: [code] } = await visitor();
  const keys = await gate.ticketKeys(site.url);

  const read = gate.readCode(code, keys);

  assert.match(read.ticketId, /^[0-9a-f-]{36}$/);
  assert.ok(read.version >= 1);
  assert.deepEqual(gate.readCode(` ${code.toLowerCase().match(/.{1,5}/g).join(' ')}`, keys), read, 'case and spaces do not matter');
  for (const at of [0, 5, 20, 40, 60, 145]) assert.equal(gate.readCode(forged(code, at), keys), null, `letter ${at}`);
  assert.equal(gate.readCode(code, []), null, 'a key that was removed');
  for (const nonsense of ['', 'A', code.slice(1), `${code}A`, '0'.repeat(146)]) assert.equal(gate.readCode(nonsense, keys), null);
});

test('a ticket opens once, however often its scan is sent', async () => {
  const { codes: [code] } = await visitor();
  const scan = (nonce, more = {}) => steward.request(documents.CheckIn, { input: { code, deviceId: 'gate-1', nonce, matchNumber: MATCH, ...more } });

  assert.equal((await scan('other', { matchNumber: MATCH + 1 })).checkIn.checkIn.outcome, 'WRONG_MATCH');
  assert.equal((await scan('one')).checkIn.checkIn.outcome, 'ADMITTED');
  assert.equal((await scan('one')).checkIn.checkIn.outcome, 'ADMITTED', 'the same scan');
  const { checkIn: { checkIn: again } } = await scan('two');
  assert.deepEqual([again.outcome, again.entry.deviceId, again.ticket.category], ['ALREADY_USED', 'gate-1', 3]);
  assert.equal((await scan('three', { code: forged(code, 60) })).checkIn.checkIn.outcome, 'FORGED');
});

test('a device without a connection admits what is valid, and reports it later', async () => {
  const { OfflineGate } = await snippet('gate/offline.mjs');
  const { refund } = await snippet('tickets/refund.ts');
  const [one, other, gone, listed, lost] = await Promise.all([visitor(), visitor(), visitor(), visitor(), visitor(MATCH + 1)]);
  await refund(gone.session, gone.reservationId);
  const { offer } = await snippet('resale/sell.ts');
  const { reservation: { unitPrice } } = await listed.session.request('query ($id: ID!) { reservation(id: $id) { unitPrice { amount } } }', { id: listed.reservationId });
  await offer(listed.session, { ticketId: listed.tickets[0].id, title: 'One', price: { amount: unitPrice.amount } });
  const revoked = async (since) => {
    const pages = [];
    let after = null;
    do {
      const { revokedTickets } = await steward.request(documents.Revoked, { since, matchNumber: MATCH, after });
      pages.push(revokedTickets);
      after = revokedTickets.pageInfo.hasNextPage ? revokedTickets.pageInfo.endCursor : null;
    } while (after);
    return pages;
  };
  const [north, south] = await Promise.all([1, 2].map(async () => new OfflineGate(await gate.ticketKeys(site.url))));
  for (const device of [north, south]) device.learn(await revoked(null));

  const admitted = [one, other, gone, listed, lost].map(({ codes: [code] }) => north.scan(code));
  assert.deepEqual(admitted, [true, true, false, false, true]);
  assert.equal(north.scan(one.codes[0]), false, 'it is inside');
  assert.equal(south.scan(one.codes[0], new Date(Date.now() + 1)), true, 'the south knows nothing of that');
  north.learn(await revoked(north.since));

  const sentBy = async (device, name) => {
    const answers = [];
    for (const input of device.batches(name, MATCH)) answers.push(...(await steward.request(documents.CheckInBatch, { input })).checkInBatch.checkIns);
    return answers.map(({ outcome, conflict }) => [outcome, conflict?.deviceId]);
  };
  assert.deepEqual(await sentBy(south, 'south'), [['ADMITTED', undefined]]);
  assert.deepEqual(await sentBy(north, 'north'), [['ADMITTED', 'south'], ['ADMITTED', undefined], ['WRONG_MATCH', undefined]], 'the north was first');
  assert.deepEqual(await sentBy(south, 'south'), [['ALREADY_USED', undefined]]);
});
