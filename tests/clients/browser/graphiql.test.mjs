// GraphiQL out of the program itself, in headless Chromium. Leaves screenshots in artefacts/.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { Person } from './graphiql.mjs';
import { startProgram } from '../program.mjs';
import { graphqlOf, startChromium } from './tools.mjs';

const artefacts = fileURLToPath(new URL('../../../artefacts', import.meta.url));
const examples = fileURLToPath(new URL('../../../server/graphiql/src/examples', import.meta.url));
const picture = (name) => path.join(artefacts, `graphiql-${name}.png`);

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

const category = (answer, number) => answer.data.availability.categories.find(({ category }) => category === number);

/** Opens an account of their own; from then on the page is signed in. */
async function signsUp(person) {
  const email = `${randomUUID()}@example.com`;
  await person.opensTab('SignUp');
  await person.types('Variables', JSON.stringify({ email, password: 'a long passphrase' }));
  await person.runs();
  await person.sees(`signed in as ${email}`);
  return email;
}

/** The access token of an account that was opened elsewhere. */
async function tokenFromElsewhere() {
  const email = `${randomUUID()}@example.com`;
  const query = `mutation { signUp(input: {email: "${email}", password: "a long passphrase"}) { accessToken } }`;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${program.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return (await answer.json()).data.signUp.accessToken;
}

async function pays(person, reservationId) {
  await person.opensTab('PayReservation');
  await person.types('Variables', JSON.stringify({ input: { reservationId, paymentMethod: 'pm_card_visa' } }));
  await person.runs();
  const paid = await person.reads(({ data }) => data?.payReservation);
  assert.equal(paid.data.payReservation.reservation.status, 'RESERVED');
}

test('a person runs matches, watches availability, reserves in another tab and sees the number change', { timeout: 120_000 }, async () => {
  const watcher = await Person.opens(browser, program.url);
  await watcher.opensTab('Matches');
  await watcher.runs();
  const { matches } = (await watcher.reads(({ data }) => data?.matches)).data;
  assert.ok(matches.nodes.every(({ homeTeam, awayTeam }) => [homeTeam, awayTeam].includes('Argentina')));
  assert.ok(matches.nodes.length > 0);
  await watcher.photographs(picture('matches'));

  await watcher.opensTab('Availability');
  await watcher.runs();
  const first = await watcher.reads(({ data }) => data?.availability);
  assert.equal(category(first, 1).pending, 0);

  const buyer = await Person.opens(browser, program.url);
  await signsUp(buyer);
  await buyer.photographs(picture('sign-up'));
  // A token is typed in, as it is for any server: without the page's own session.
  await buyer.signsOut();
  await buyer.opensTab('Reserve');
  await buyer.runs();
  const refused = await buyer.reads(({ errors }) => errors);
  assert.equal(refused.errors[0].extensions.code, 'UNAUTHENTICATED');
  await buyer.types('Headers', JSON.stringify({ Authorization: `Bearer ${await tokenFromElsewhere()}` }));
  await buyer.runs();
  const { reserve } = (await buyer.reads(({ data }) => data?.reserve)).data;
  assert.equal(reserve.reservation.quantity, 2);
  await buyer.photographs(picture('reserve'));

  const changed = await watcher.reads((answer) => answer.data?.availability.version > first.data.availability.version);
  assert.equal(category(changed, 1).pending, 2);
  assert.equal(category(changed, 1).sellable, category(first, 1).sellable - 2);
  await watcher.sees('"pending": 2');
  await watcher.photographs(picture('availability'));
  await watcher.stops();

  assert.deepEqual(watcher.troubles, []);
});

test('after signing up each step of the walk works without copying a token, over the socket too', { timeout: 120_000 }, async () => {
  const fan = await Person.opens(browser, program.url, { colorScheme: 'dark' });
  await fan.photographs(picture('welcome'));

  await signsUp(fan);
  await fan.opensTab('Reserve');
  await fan.runs();
  const { reservation } = (await fan.reads(({ data }) => data?.reserve)).data.reserve;
  await fan.opensTab('MyReservations');
  await fan.runs();
  const mine = await fan.reads(({ data }) => data?.myReservations);
  assert.deepEqual(mine.data.myReservations.nodes.map(({ id }) => id), [reservation.id]);

  await fan.opensExample('Follow a reservation');
  await fan.types('Variables', JSON.stringify({ id: reservation.id }));
  await fan.runs();
  const followed = await fan.reads(({ data }) => data?.reservation);
  assert.equal(followed.data.reservation.status, 'PENDING');
  await fan.photographs(picture('examples'));

  await fan.opensTab('CancelReservation');
  await fan.types('Variables', JSON.stringify({ id: reservation.id }));
  await fan.runs();
  const cancelled = await fan.reads(({ data }) => data?.cancelReservation);
  assert.equal(cancelled.data.cancelReservation.reservation.cancelReason, 'USER');

  assert.deepEqual(fan.troubles, []);
});

test('a newcomer sells a ticket to another one, by the examples alone', { timeout: 180_000 }, async () => {
  const seller = await Person.opens(browser, program.url);
  await signsUp(seller);
  await seller.opensTab('Reserve');
  await seller.runs();
  const { reservation } = (await seller.reads(({ data }) => data?.reserve)).data.reserve;
  await pays(seller, reservation.id);
  await seller.opensExample('My tickets');
  await seller.runs();
  const [ticket] = (await seller.reads(({ data }) => data?.myTickets?.nodes.length === 2)).data.myTickets.nodes;
  assert.equal(ticket.status, 'VALID');
  await seller.photographs(picture('tickets'));
  await seller.opensTab('CreateListing');
  const offer = { ticketId: ticket.id, title: 'Behind the goal', price: { amount: '80.00' } };
  await seller.types('Variables', JSON.stringify({ input: offer }));
  await seller.runs();
  const { listing } = (await seller.reads(({ data }) => data?.createListing)).data.createListing;

  const buyer = await Person.opens(browser, program.url);
  await signsUp(buyer);
  await buyer.opensTab('Listings');
  await buyer.runs();
  const { listings } = (await buyer.reads(({ data }) => data?.listings)).data;
  assert.deepEqual(listings.nodes.map(({ id, state }) => [id, state]), [[listing.id, 'OPEN']]);
  await buyer.photographs(picture('listings'));
  await buyer.opensTab('OrderListing');
  await buyer.types('Variables', JSON.stringify({ input: { listingId: listing.id, version: listing.version } }));
  await buyer.runs();
  const { order } = (await buyer.reads(({ data }) => data?.orderListing)).data.orderListing;
  await pays(buyer, order.id);
  await buyer.opensExample('My tickets');
  await buyer.runs();
  const bought = (await buyer.reads(({ data }) => data?.myTickets?.nodes.length)).data.myTickets.nodes;
  assert.deepEqual(bought.map(({ status, price }) => [status, price.amount]), [['VALID', '80.00']]);

  await seller.opensExample('My sales');
  await seller.runs();
  const sales = (await seller.reads(({ data }) => data?.payouts?.nodes.length)).data;
  assert.deepEqual(sales.myListings.nodes.map(({ state }) => state), ['SOLD']);
  await seller.photographs(picture('sales'));
  assert.deepEqual([...seller.troubles, ...buyer.troubles], []);
});

test('a token in the header editor opens the socket too; without one the subscription is refused', { timeout: 60_000 }, async () => {
  const person = await Person.opens(browser, program.url);
  await person.opensExample('Follow a reservation');
  await person.runs();
  const stranger = await person.reads(({ errors }) => errors);
  await person.types('Headers', JSON.stringify({ Authorization: `Bearer ${await tokenFromElsewhere()}` }));
  await person.runs();
  const known = await person.reads(({ errors }) => errors?.[0].extensions?.code !== 'UNAUTHENTICATED');

  assert.equal(stranger.errors[0].extensions.code, 'UNAUTHENTICATED');
  // Signed in, the id of the example is what is wrong.
  assert.equal(known.errors[0].extensions.code, 'BAD_USER_INPUT');
});

const WALK = [
  'Welcome',
  'SignUp',
  'Matches',
  'Availability',
  'Reserve',
  'CancelReservation',
  'PayReservation',
  'MyReservations',
  'CreateListing',
  'RefundReservation',
  'Listings',
  'OrderListing',
];

test('the walk works in its own order, and no tab changes its name', { timeout: 180_000 }, async () => {
  const fan = await Person.opens(browser, program.url);
  const step = async (title, variables) => {
    await fan.opensTab(title);
    if (variables) await fan.types('Variables', JSON.stringify(variables));
    await fan.runs();
    const field = `${title[0].toLowerCase()}${title.slice(1)}`;
    return (await fan.reads(({ data, errors }) => errors ?? data?.[field])).data[field];
  };
  await signsUp(fan);

  const held = await step('Reserve');
  const cancelled = await step('CancelReservation', { id: held.reservation.id });
  assert.equal(cancelled.reservation.status, 'CANCELLED');
  const again = await fan.opensTab('Reserve').then(() => fan.runs()).then(() =>
    fan.reads(({ data }) => data?.reserve && data.reserve.reservation.id !== held.reservation.id));
  const reservationId = again.data.reserve.reservation.id;
  const paid = await step('PayReservation', { input: { reservationId, paymentMethod: 'pm_card_visa' } });
  assert.equal(paid.reservation.status, 'RESERVED');
  const mine = await step('MyReservations');
  const tickets = mine.nodes.find(({ id }) => id === reservationId).tickets.map(({ id }) => id);
  const price = { amount: '80.00' };
  const { listing } = await step('CreateListing', { input: { ticketId: tickets[0], title: 'Behind the goal', price } });
  const refunded = await step('RefundReservation', { input: { reservationId, ticketIds: [tickets[1]], reason: 'I am ill' } });
  assert.equal(refunded.reservation.quantityLeft, 1);
  const { nodes } = await step('Listings');
  assert.ok(nodes.some(({ id }) => id === listing.id));
  await signsUp(fan);
  const { order } = await step('OrderListing', { input: { listingId: listing.id, version: listing.version } });
  assert.equal(order.status, 'PENDING');

  assert.deepEqual(await fan.tabs(), WALK);
  assert.deepEqual(fan.troubles, []);
});

test('a session outlives a reload and its first access token, and ends when the fan signs out', { timeout: 120_000 }, async () => {
  const hasty = await startProgram({ MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS: '10' });
  try {
    const fan = await Person.opens(browser, hasty.url);
    const email = await signsUp(fan);
    await fan.seesAnother('__Host-matchday-access');
    await fan.reloads();
    await fan.sees(`signed in as ${email}`);
    await fan.seesAnother('__Host-matchday-access');
    await fan.opensTab('Reserve');
    await fan.runs();
    assert.ok((await fan.reads(({ data, errors }) => errors ?? data?.reserve)).data?.reserve);

    await fan.signsOut();
    await fan.runs();
    const refused = await fan.reads(({ errors }) => errors);
    assert.equal(refused.errors[0].extensions.code, 'UNAUTHENTICATED');
    assert.deepEqual(fan.troubles, []);
  } finally {
    await hasty.stop();
  }
});

test('the first tabs are the walk', { timeout: 60_000 }, async () => {
  const person = await Person.opens(browser, program.url);

  assert.deepEqual(await person.tabs(), WALK);
  await person.runs();
  const { matches } = (await person.reads(({ data }) => data?.matches)).data;
  assert.equal(matches.totalCount, 64);
});

test('every example asks for what the schema has', async () => {
  const { buildSchema, parse, validate } = await graphqlOf();
  const schema = buildSchema(await (await fetch(`${program.url}/schema.graphql`)).text());

  const files = await readdir(examples);
  assert.ok(files.length >= 8);
  for (const file of files) {
    const document = parse(await readFile(path.join(examples, file), 'utf8'));
    assert.deepEqual(validate(schema, document).map(({ message }) => message), [], file);
    assert.equal(document.definitions.length, 1, `${file}: a tab with two operations changes its name`);
  }
});

test('what the README shows can be pasted whole', async () => {
  const { buildSchema, parse, validate } = await graphqlOf();
  const schema = buildSchema(await (await fetch(`${program.url}/schema.graphql`)).text());
  const readme = await readFile(fileURLToPath(new URL('../../../README.md', import.meta.url)), 'utf8');

  const blocks = [...readme.matchAll(/```graphql\n(.*?)```/gs)].map(([, block]) => block);
  assert.ok(blocks.length > 0);
  for (const block of blocks) assert.deepEqual(validate(schema, parse(block)).map(({ message }) => message), []);
});
