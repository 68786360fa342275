// The walk of GraphiQL's examples in headless Chromium: run and "next" are all that is pressed.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { startProgram } from '../program.mjs';
import { artefacts, Person, picture } from './graphiql.mjs';
import { startChromium } from './tools.mjs';

let program;
let browser;

before(async () => {
  await mkdir(artefacts, { recursive: true });
  browser = await startChromium();
  program = await startProgram();
}, { timeout: 600_000 });

after(async () => {
  await browser?.close();
  await program?.stop();
});

/** The steps in their order, and what the answer of each has to be. */
const WALK = {
  SignUp: ({ signUp }) => signUp.user.email,
  Matches: ({ matches }) => matches.nodes.length === 3,
  Availability: ({ availability }) => availability.categories.length === 3,
  Reserve: ({ reserve }) => reserve.reservation.status === 'PENDING',
  ExtendReservation: ({ extendReservation }) => extendReservation.reservation.extensionsLeft === 0,
  CancelReservation: ({ cancelReservation }) => cancelReservation.reservation.cancelReason === 'USER',
  ReserveAgain: ({ reserve }) => reserve.reservation.quantity === 2,
  PayReservation: ({ payReservation }) => payReservation.reservation.status === 'RESERVED',
  MyReservations: ({ myReservations }) => myReservations.nodes[0].tickets.length === 2,
  MyTickets: ({ myTickets }) => myTickets.nodes.every(({ status, code }) => status === 'VALID' && code),
  RefundReservation: ({ refundReservation }) => refundReservation.reservation.quantityLeft === 1,
  CreateListing: ({ createListing }) => createListing.listing.state === 'OPEN',
  Listings: ({ listings }) => listings.nodes.length === 1,
  SignUpBuyer: ({ signUp }) => signUp.user.email,
  OrderListing: ({ orderListing }) => orderListing.order.listing.state === 'LOCKED',
  PayOrder: ({ payReservation }) => payReservation.reservation.listing.state === 'SOLD',
  BuyerTickets: ({ myTickets }) => myTickets.nodes.length === 1,
  TransferTicket: ({ transferTicket }) => transferTicket.ticket.transfer.state === 'PENDING',
  CancelTicketTransfer: ({ cancelTicketTransfer }) => cancelTicketTransfer.ticket.transfer.state === 'CANCELLED',
  CheckIn: ({ checkIn }) => checkIn.checkIn.outcome === 'ADMITTED',
  Reconciliation: ({ reconciliation }) => Array.isArray(reconciliation),
  SetAddressRule: ({ setAddressRule }) => setAddressRule.rule.effect === 'BLOCK',
  RemoveAddressRule: ({ removeAddressRule }) => removeAddressRule.rule.network === '192.0.2.0/24',
};

/** Before these an operator has run the command that the page shows. */
const ROLES = { CheckIn: 'steward', Reconciliation: 'admin' };

async function walks(fan, open) {
  for (const [name, isRight] of Object.entries(WALK)) {
    await open(name);
    if (ROLES[name]) {
      const command = await fan.command(ROLES[name]);
      program.runs(...command.split(' ').slice(1));
    }
    const { data, errors } = await answered(fan, ROLES[name]);
    assert.ok(!errors && isRight(data), `${name}: ${JSON.stringify(errors ?? data)}`);
  }
}

/** The answer to the open tab's operation; one that needs a role is run again until the program has learned of the role. */
async function answered(fan, role) {
  const deadline = Date.now() + 20_000;
  for (;;) {
    await fan.runs();
    const answer = await fan.reads(({ data, errors }) => errors ?? data);
    const isEarly = role && answer.errors?.[0].extensions.code === 'FORBIDDEN';
    if (!isEarly || Date.now() > deadline) return answer;
  }
}

test('the whole walk works in its own order, and again after it, by nothing but "run" and "next"', { timeout: 300_000 }, async () => {
  const fan = await Person.opens(browser, program.url);
  await walks(fan, (name) => fan.goesOn(name));

  assert.deepEqual(await fan.tabs(), ['Welcome', ...Object.keys(WALK)], 'each step has a tab that keeps its name');
  assert.deepEqual(await fan.doneSteps(), Object.keys(WALK));
  await fan.photographs(picture('walk-end'));

  await walks(fan, (name) => fan.opensExample(name));
  assert.equal((await fan.tabs()).length, 1 + Object.keys(WALK).length, 'a step that is opened again has its tab');
  assert.deepEqual(fan.troubles, []);
});

test('a step that comes too early says which one is missing, and is filled in once that was run', { timeout: 120_000 }, async () => {
  const fan = await Person.opens(browser, program.url);
  await fan.signsUp();
  await fan.opensExample('PayReservation');
  const early = await fan.variables();
  await fan.opensExample('ReserveAgain');
  await fan.runs();
  const { reservation } = (await fan.reads(({ data }) => data?.reserve)).data.reserve;
  await fan.opensTab('PayReservation');
  await fan.hasVariables(({ input }) => input.reservationId === reservation.id);

  assert.equal(early.input.reservationId, 'run ReserveAgain first');
});

test('what a person typed stays as it is', { timeout: 120_000 }, async () => {
  const fan = await Person.opens(browser, program.url);
  const typed = { input: { matchNumber: 2, category: 3, quantity: 1 } };
  await fan.opensExample('Reserve');
  await fan.types('Variables', JSON.stringify(typed));
  await fan.hasVariables(({ input }) => input.matchNumber === 2);
  await fan.signsUp();
  await fan.opensTab('Reserve');

  assert.deepEqual(await fan.variables(), typed);
});

test('a seller in one browser and a buyer in another trade by the examples', { timeout: 180_000 }, async () => {
  const seller = await Person.opens(browser, program.url);
  await seller.signsUp();
  for (const name of ['Matches', 'Reserve', 'ReserveAgain', 'PayReservation', 'MyTickets', 'CreateListing']) {
    await seller.opensExample(name);
    await seller.runs();
    await seller.reads(({ data }) => data);
  }
  const { listing } = (await seller.reads(({ data }) => data?.createListing)).data.createListing;

  const buyer = await Person.opens(browser, program.url, { colorScheme: 'dark' });
  await buyer.signsUp();
  await buyer.opensExample('Listings');
  await buyer.types('Variables', JSON.stringify({ filter: { team: 'Argentina' } }));
  await buyer.runs();
  const { listings } = (await buyer.reads(({ data }) => data?.listings)).data;
  assert.ok(listings.nodes.some(({ id }) => id === listing.id), JSON.stringify(listings));
  await buyer.photographs(picture('listings'));
  for (const name of ['OrderListing', 'PayOrder', 'BuyerTickets']) {
    await buyer.opensExample(name);
    await buyer.runs();
    await buyer.reads(({ data }) => data);
  }
  await buyer.reads(({ data }) => data?.myTickets?.nodes[0]?.price.amount === '80.00');

  await seller.opensExample('MySales');
  await seller.runs();
  const sales = (await seller.reads(({ data }) => data?.payouts?.nodes.length)).data;
  assert.deepEqual(sales.myListings.nodes.map(({ state }) => state), ['SOLD']);
  await seller.photographs(picture('sales'));
  assert.deepEqual([...seller.troubles, ...buyer.troubles], []);
});

test('one window watches availability while another reserves', { timeout: 120_000 }, async () => {
  const watcher = await Person.opens(browser, program.url);
  const category = (answer, number) => answer.data.availability.categories.find(({ category }) => category === number);
  await watcher.opensExample('Availability');
  await watcher.types('Variables', JSON.stringify({ matchNumbers: [5] }));
  await watcher.runs();
  const first = await watcher.reads(({ data }) => data?.availability);

  const buyer = await Person.opens(browser, program.url);
  await buyer.signsUp();
  await buyer.opensExample('Reserve');
  await buyer.types('Variables', JSON.stringify({ input: { matchNumber: 5, category: 1, quantity: 2 } }));
  await buyer.runs();
  await buyer.reads(({ data }) => data?.reserve);

  const changed = await watcher.reads((answer) => answer.data?.availability.version > first.data.availability.version);
  assert.equal(category(changed, 1).pending, 2);
  assert.equal(category(changed, 1).sellable, category(first, 1).sellable - 2);
  await watcher.sees('Live: 2 messages.');
  await watcher.photographs(picture('availability'));
  await watcher.stops();
  assert.deepEqual(watcher.troubles, []);
});
