// Matchday beside graphql-js: random valid documents over the whole schema are answered by both alike, in data, order of
// keys, and places and codes of errors, on every way that an answer can take.
//
//   DIFFERENTIAL_SEED       where the random numbers begin; the suite's own where it is unset
//   DIFFERENTIAL_DOCUMENTS  queries; a quarter as many mutations and subscriptions
//
// A document that is answered otherwise is made smaller for as long as it is, and printed with its seed.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { getNamedType } from 'graphql';

import { startProgram } from '../program.mjs';
import { DEEPEST, literal, randomDocument } from './documents.mjs';
import { ofSessions, mutations } from './mutations.mjs';
import { SETTINGS, populated, signedUp } from './population.mjs';
import { Reference, difference, thrown, told } from './reference.mjs';
import { seeded } from './seeded.mjs';
import { shrunk } from './shrinking.mjs';
import { WAYS, Ways } from './ways.mjs';

const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 20221120);
const QUERIES = Number(process.env.DIFFERENTIAL_DOCUMENTS ?? 600);
const AT_ONCE = 6;

let program;
let folder;
let ways;
let reference;
let site;
const read = new Map();

/** Fields of the roots that came to data. */
const answered = new Set();

before(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'matchday-differential-'));
  program = await startProgram({ ...SETTINGS, MATCHDAY_DATA_DIR: folder });
  ways = new Ways(program.url);
  reference = new Reference(await (await fetch(`${program.url}/schema.graphql`)).text());
  site = await populated(ask, folder);
});
after(async () => {
  await ways?.close();
  await program?.stop();
  if (folder) await rm(folder, { force: true, recursive: true });
});

/** The data of a plain question; it has no errors. */
async function ask(token, text, variables = {}) {
  const { data, errors } = JSON.parse(await ways.post({ text, variables }, token));
  assert.equal(errors, undefined, `${text}: ${JSON.stringify(errors)}`);
  return data;
}

const timeout = Math.max(180_000, QUERIES * 800);

test(`queries are answered as graphql-js answers them, from seed ${SEED}`, { timeout }, async () => {
  // Each for everything at first, by whoever is shown something, so that none is left to chance.
  for (const call of site.roots) {
    for (const [name, token] of Object.entries(site.tokens)) {
      if (answered.has(`query ${call.field}`)) break;
      const document = { ...plain('query', call), name };
      assertAlike(document, await judged('query', document, token, ['post']), 'for everything');
    }
  }
  await all(QUERIES, async (random) => {
    const name = random.pick(Object.keys(site.tokens));
    const token = site.tokens[name];
    const document = randomDocument(random, reference.schema, 'query', site.roots);
    // Twice, so that it is recalled and what may be kept is; then by another way.
    const kinds = ['post', 'post', random.pick(WAYS.query), 'post'];
    return { document: { ...document, name }, judge: (document) => judged('query', document, token, kinds) };
  });
});

test(`wishes for what is gone are refused as graphql-js would, from seed ${SEED}`, { timeout }, async () => {
  const input = { matchNumber: 13, category: 1, quantity: 1 };
  await all(Math.ceil(QUERIES / 10), async (random) => {
    const name = random.pick(['ana', 'ben']);
    const document = randomDocument(random, reference.schema, 'mutation', [{ field: 'reserve', args: { input } }]);
    // The first is executed, the others are handed its refusal, whoever asks.
    const kinds = ['post', 'post', 'post', random.pick(WAYS.mutation)];
    return { document: { ...document, name }, judge: (document) => judged('mutation', document, site.tokens[name], kinds) };
  });
});

// Before mutations at random, whose wrong passwords slow down the next.
test(`what ends sessions is answered as graphql-js would answer it, from seed ${SEED}`, { timeout }, async () => {
  for (const call of ofSessions((await signedUp(ask)).refreshToken)) {
    const document = { ...plain('mutation', call), name: 'a new fan' };
    assertAlike(document, await judgedMutation(document, (await signedUp(ask)).accessToken, 'post'), 'for everything');
  }
  await all(Math.ceil(QUERIES / 60), async (random) => {
    const { refreshToken } = await signedUp(ask);
    const document = randomDocument(random, reference.schema, 'mutation', ofSessions(refreshToken));
    // On a connection the answer may come to be told after its end.
    const way = random.pick(['post', 'batch']);
    return { document: { ...document, name: 'a new fan' }, judge: async (document) => judgedMutation(document, (await signedUp(ask)).accessToken, way) };
  }, 1);
});

test(`payloads of mutations are what graphql-js makes of them, from seed ${SEED}`, { timeout }, async () => {
  const made = mutations(ask, site);
  // Each for everything at first, so that none is left to chance.
  for (const name of Object.keys(made)) {
    for (const call of await made[name](seeded(SEED))) {
      const document = { ...plain('mutation', call), name };
      assertAlike(document, await judgedMutation(document, site.tokens[name], 'post'), 'for everything');
    }
  }
  await all(Math.ceil(QUERIES / 4), async (random) => {
    const name = random.pick(Object.keys(made));
    const document = randomDocument(random, reference.schema, 'mutation', await made[name](random));
    return { document: { ...document, name }, judge: (document) => judgedMutation(document, site.tokens[name], random.pick(WAYS.mutation)) };
  }, 1);
});

test(`mutations end with the first of their fields that fails, from seed ${SEED}`, { timeout }, async () => {
  const { admin } = site.tokens;
  const network = (number) => `198.18.${number}.0/24`;
  const calls = Array.from({ length: 6 }, (_, number) => network(number % 3 === 2 ? 'nonsense' : number))
    .map((of) => ({ field: 'setAddressRule', args: { input: { network: of, effect: 'ALLOW', reason: 'of the tests' } } }));
  const made = async () => (await ask(admin, '{ addressRules(first: 100) { nodes { network } } }')).addressRules.nodes
    .map((rule) => rule.network).filter((of) => of.startsWith('198.18.')).sort();
  await all(Math.ceil(QUERIES / 10), async (random) => {
    const document = randomDocument(random, reference.schema, 'mutation', calls);
    const judge = async (document) => {
      let called;
      const wrong = await judgedMutation(document, admin, random.pick(WAYS.mutation), (keys) => (called = keys));
      const of = (key) => document.calls.find((call) => call.key === key).args.input.network;
      const [expected, found] = [[...new Set(called.map(of))].filter((of) => !of.includes('nonsense')).sort(), await made()];
      for (const network of found) await site.mutate(admin, 'removeAddressRule', { network }, 'rule { network }');
      return wrong ?? (expected.join() === found.join() ? undefined : { at: 'what was done', expected, found });
    };
    return { document: { ...document, name: 'admin' }, judge };
  }, 1);
});

test(`messages of subscriptions are what graphql-js makes of them, from seed ${SEED}`, { timeout }, async () => {
  const { hold, sold, order } = site.ways;
  const calls = (field, ...args) => args.map((of) => ({ field, args: of }));
  const roots = {
    nobody: [...calls('availability', { matchNumbers: [7] }, { matchNumbers: 7 }), ...calls('listingsChanged', { matchNumbers: [5] })],
    ana: calls('reservation', { id: hold }, { id: sold }),
    ben: [...calls('reservation', { id: order }), ...calls('availability', { matchNumbers: [9] })],
  };
  await all(Math.ceil(QUERIES / 4), async (random) => {
    const name = random.pick(Object.keys(roots));
    const document = randomDocument(random, reference.schema, 'subscription', roots[name]);
    return { document: { ...document, name }, judge: (document) => judgedMessage(document, site.tokens[name], random.pick(WAYS.subscription)) };
  });
});

test(`what is pushed when something changes is what graphql-js makes of it, from seed ${SEED}`, { timeout }, async () => {
  const random = seeded(SEED);
  const { ana, ben } = site.tokens;
  const held = async () => (await site.mutate(ben, 'reserve', { matchNumber: 11, category: 3, quantity: 1 }, 'reservation { id }')).reservation.id;
  const cancel = (reservationId) => site.mutate(ben, 'cancelReservation', { reservationId }, 'reservation { id }');
  const { open } = site.ways.listings;
  for (let round = 0; round < Math.ceil(QUERIES / 100); round += 1) {
    // Shared by all who select the same, and executed for each.
    const id = await held();
    await pushed(random, { field: 'availability', args: { matchNumbers: [11] } }, ben, () => cancel(id));
    const other = await held();
    await pushed(random, { field: 'reservation', args: { id: other } }, ben, () => cancel(other));
    const { listing } = await ask(ana, '{ listing(id: "' + open.id + '") { version state } }');
    if (listing.state !== 'OPEN') continue;
    const renamed = { id: open.id, version: listing.version, title: `Renamed ${round}` };
    await pushed(random, { field: 'listingsChanged', args: { matchNumbers: [5] } }, ben, () => site.mutate(ana, 'updateListing', renamed, 'listing { id }'));
  }
});

test(`security events that are pushed are what graphql-js makes of them, from seed ${SEED}`, { timeout }, async () => {
  const random = seeded(SEED);
  const { type } = reference.schema.getSubscriptionType().getFields().securityEvents;
  const call = { field: 'securityEvents', args: { kind: 'CAPTCHA_FAILED' } };
  // A connection has room for a hundred operations.
  const count = Math.min(90, Math.max(8, Math.ceil(QUERIES / 50)));
  const documents = Array.from({ length: count }, () => randomDocument(random, reference.schema, 'subscription', [call]));
  const known = await followedFrom(plain('subscription', call), site.tokens.admin);
  const followed = [];
  for (const document of documents) followed.push(await followedFrom(document, site.tokens.admin));
  // They hear of what happens from then on that they follow: so it happens until all have heard.
  const heard = Promise.all([known, ...followed].map((one) => one.next()));
  let isOver = false;
  const over = heard.finally(() => (isOver = true));
  const fail = () => ways.post({ text: 'mutation { solveCaptcha(input: { payload: "nonsense" }) { pass } }', variables: {} });
  for (; !isOver; await Promise.race([over, sleep(200)])) await fail();
  const [everything, ...others] = await heard;
  answered.add('subscription securityEvents');
  let state = reference.data(type, JSON.parse(everything).data.securityEvents);
  const wrong = (place) => compared(reference.answer(documents[place], () => state), others[place]);
  for (const [place, document] of documents.entries()) {
    for (let tries = 0; wrong(place) && tries < 5; tries += 1) {
      // An event is of one minute; who began to follow later heard of the next.
      await fail();
      state = reference.data(type, JSON.parse(await known.next()).data.securityEvents);
    }
    assertAlike(document, wrong(place), `seed ${SEED}, pushed`);
  }
});

test('every field of the roots was asked and came to data, by every way', () => {
  const all = ['query', 'mutation', 'subscription'].flatMap((kind) => Object.keys(reference.schema.getRootType(kind).getFields()).map((field) => `${kind} ${field}`));
  assert.deepEqual(all.filter((field) => !answered.has(field)), []);
  assert.deepEqual(Object.keys(ways.asked).filter((way) => ways.asked[way] === 0), []);
  assert.ok(ways.recalled > 0, 'documents are known by their hashes');
});

/** Follows random documents and the plain one for everything, makes one change, and compares what each is sent of it. */
async function pushed(random, call, token, change) {
  const { type } = reference.schema.getSubscriptionType().getFields()[call.field];
  const documents = Array.from({ length: 8 }, () => randomDocument(random, reference.schema, 'subscription', [call]));
  const followed = [];
  for (const document of [plain('subscription', call), ...documents]) followed.push(await followedFrom(document, token));
  for (const one of followed) await one.next();
  await change();
  const state = JSON.parse(await followed[0].next()).data[call.field];
  for (const [place, document] of documents.entries()) {
    const expected = reference.answer(document, () => reference.data(type, state));
    assertAlike(document, compared(expected, await followed[place + 1].next()), `seed ${SEED}, pushed`);
  }
  for (const one of followed) one.end();
}

/** Follows by any connection that has room for many. */
const followedFrom = (document, token) => ways.follow(document, token, document.text.length % 2 === 0 ? 'socket' : 'stream');

/** A root field asked for everything. */
function plain(kind, { field, args }) {
  const { type, args: definitions } = reference.schema.getRootType(kind).getFields()[field];
  const passed = Object.entries(args).map(([name, value]) => `${name}: ${literal(definitions.find((of) => of.name === name).type, value)}`);
  const head = `${field}${passed.length > 0 ? `(${passed.join(', ')})` : ''}`;
  return { text: `${kind} { ${head} ${reference.everything(getNamedType(type), DEEPEST[kind])} }`, variables: {}, calls: [{ field, args, key: field, head }] };
}

/** Judges so many documents, some at once; the first that is answered wrongly fails the test, made smaller. */
async function all(count, make, atOnce = AT_ONCE) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const place = (next += 1);
      const { document, judge } = await make(seeded(SEED * 100_003 + place));
      const wrong = await judge(document);
      if (wrong === undefined) continue;
      next = count;
      const smallest = await shrunk(reference.schema, document, async (smaller) => (await judge(smaller)) !== undefined);
      assertAlike({ ...smallest, place }, (await judge(smallest)) ?? wrong, `seed ${SEED}, document ${place}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

function assertAlike({ text, variables, name }, wrong, where) {
  if (wrong === undefined) return;
  const shown = JSON.stringify(wrong, null, 2);
  assert.fail(`${where}, as ${name}:\n${text}\nvariables ${JSON.stringify(variables)}\n${shown}`);
}

/** How it is answered wrongly on one of these ways, if it is. */
async function judged(kind, document, token, kinds) {
  for (let known = await knownOf(kind, document, token, false); ; ) {
    const expected = reference.answer(document, (key) => {
      const { error, data } = known[key];
      if (error) throw thrown(error);
      return data;
    });
    let wrong;
    for (const way of kinds) wrong ??= await wrongBy(way, document, token, expected);
    if (wrong === undefined) return undefined;
    // What is shown may have changed since it was read: a payment that is taken, an event that is counted.
    const anew = await knownOf(kind, document, token, true);
    if (!difference(comparable(known), comparable(anew))) return wrong;
    known = anew;
  }
}

/** What everything of each call of a document comes to, by its key. */
async function knownOf(kind, document, token, anew) {
  const known = {};
  for (const { key, field, args } of document.calls) known[key] = await everythingOf(kind, field, args, token, anew);
  return known;
}

const comparable = (known) => Object.fromEntries(Object.entries(known).map(([key, { data, error }]) => [key, error ? told(error) : data]));

async function judgedMessage(document, token, kind) {
  const [{ field, args }] = document.calls;
  const { data } = await everythingOf('subscription', field, args, token);
  return wrongBy(kind, document, token, reference.answer(document, () => data));
}

/** How a document is answered wrongly on one way; undefined where it is not. */
async function wrongBy(way, document, token, expected) {
  try {
    const found = compared(expected, await ways[way](document, token));
    return found && { way, ...found };
  } catch ({ message }) {
    return { way, message };
  }
}

/**
 * Executes a mutation once, asked beside for everything that its payloads hold: that is what is selected from. `heed` is told
 * which of its calls graphql-js makes.
 */
async function judgedMutation(document, token, kind, heed = () => undefined) {
  const { schema } = reference;
  const typeOf = (field) => schema.getMutationType().getFields()[field].type;
  const asked = { ...document, text: reference.besides(document, (field) => reference.fields(getNamedType(typeOf(field)), DEEPEST.mutation, 'all_')) };
  const text = await ways[kind](asked, token);
  const { data, errors = [] } = JSON.parse(text);
  const expected = reference.answer(asked, (key) => {
    const { field } = document.calls.find((call) => call.key === key);
    const error = errors.find(({ path }) => path?.[0] === key);
    if (error) throw thrown(error);
    if (!data) return reference.anything(typeOf(field));
    answered.add(`mutation ${field}`);
    const all = Object.entries(data[key] ?? {}).filter(([name]) => name.startsWith('all_'));
    return reference.data(getNamedType(typeOf(field)), Object.fromEntries(all.map(([name, value]) => [name.slice(4), value])));
  });
  heed(expected.calls);
  const found = compared(expected, text);
  return found && { way: kind, ...found };
}

/** What everything of a root field comes to, as it was read before or anew: `{ data }` or `{ error }`. */
async function everythingOf(kind, field, args, token, anew) {
  const key = JSON.stringify([kind, token, field, args]);
  if (anew || !read.has(key)) read.set(key, everythingRead(kind, field, args, token));
  return read.get(key);
}

async function everythingRead(kind, field, args, token) {
  const { type, args: definitions } = reference.schema.getRootType(kind).getFields()[field];
  const given = definitions.filter(({ name }) => name in args);
  const declared = given.map(({ name, type: of }) => `$${name}: ${of}`).join(', ');
  const passed = given.map(({ name }) => `${name}: $${name}`).join(', ');
  const text = `${kind}${declared && ` (${declared})`} { ${field}${passed && `(${passed})`} ${reference.everything(getNamedType(type), DEEPEST[kind])} }`;
  const way = kind === 'subscription' ? 'socket' : 'post';
  const { data, errors } = JSON.parse(await ways[way]({ text, variables: args }, token));
  if (data?.[field]) answered.add(`${kind} ${field}`);
  return errors ? { error: errors[0] } : { data: reference.rootData(kind, field, data[field]) };
}

/** Where a result differs from the expected one; also where it is not to the letter what it parses to. */
function compared({ data, errors }, text) {
  const found = JSON.parse(text);
  if (!text.includes(`"data":${JSON.stringify(found.data)}`)) return { at: 'text', found: text };
  const foundErrors = (found.errors ?? []).map(told);
  return difference({ data, errors }, { data: found.data, errors: foundErrors }) && { ...difference({ errors }, { errors: foundErrors }), ...difference({ data }, { data: found.data }) };
}
