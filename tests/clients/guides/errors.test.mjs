// docs/guides/errors.md: what errors look like, and what is sent again.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { guideText, opensSite, refusal, sent, snippet, snippetText, withFetch } from './world.mjs';

const RESERVE = `mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }`;

let site;
let errors;
let retries;

before(async () => {
  [errors, retries] = await Promise.all([snippet('errors/request.ts'), snippet('errors/retry.ts')]);
  site = await opensSite();
}, { timeout: 120_000 });
after(() => site?.stop());

test('a request returns its data, and throws what the answer says otherwise', async () => {
  const data = await errors.request(site.graphql, '{ site { currency } }');
  assert.equal(data.site.currency.length, 3);

  const error = await refusal(errors.request(site.graphql, '{ me { id } myTickets { nodes { id } } }'));
  assert.equal(error.code, 'UNAUTHENTICATED');
  assert.equal(error.status, 200);
  assert.ok(error.requestId);

  const wrong = await refusal(errors.request(`${site.url}/nothing-here`, '{ now }'));
  assert.match(wrong.code, /^HTTP_4/);
});

test('an error has the shape that the guide shows', async () => {
  const shown = JSON.parse(await snippetText('errors/refused.json'));
  const { session } = await site.fan();
  const document = 'mutation { reserve(input: { matchNumber: 1, category: 1, quantity: 3 }) { reservation { id } } }';

  const answer = await sent(site.graphql, document, {}, { authorization: `Bearer ${await session.token()}` });

  const told = answer.errors.map((error) => ({ ...error, message: '…' }));
  assert.deepEqual({ data: answer.data, errors: told }, shown);
});

test('the status depends on the media type as the guide says', async () => {
  const types = ['application/graphql-response+json', 'application/json'];
  const statuses = async (query, more = {}) =>
    Promise.all(types.map(async (accept) => (await sent(site.graphql, query, {}, { accept, ...more })).status));

  assert.deepEqual(await statuses('{ myTickets { nodes { id } } }'), [200, 200], 'an error of a field');
  assert.deepEqual(await statuses('{ nothing }'), [400, 200], 'a document that is not valid');
  assert.deepEqual(await statuses('{'), [400, 200], 'a document that does not parse');
  assert.deepEqual(await statuses('{ now }', { authorization: 'Bearer nonsense' }), [401, 401]);
  assert.deepEqual(await statuses('mutation { signIn(input: {email: "a@example.com", password: "x"}) { expiresAt } }', { 'user-agent': 'TestBot/1' }), [403, 403]);
  assert.deepEqual(await statuses('{ now }', { 'content-type': 'text/csv' }), [415, 415]);
  assert.deepEqual(await statuses('{ now }', { accept: 'text/csv' }), [406, 406]);
  assert.equal((await fetch(site.graphql, { method: 'DELETE' })).status, 405);
});

test('signUp names all inputs that are wrong', async () => {
  const input = { email: 'nonsense', password: 'short', displayName: 'see www.example.com', country: 'Qatar' };

  const { errors: [error] } = await sent(site.graphql, 'mutation ($input: SignUpInput!) { signUp(input: $input) { expiresAt } }', { input });

  assert.equal(error.extensions.code, 'BAD_USER_INPUT');
  assert.deepEqual(error.extensions.fields.map(({ field }) => field).sort(), ['country', 'displayName', 'email', 'password']);
  assert.equal(error.extensions.field, error.extensions.fields[0].field);
});

test('of two mutations the first is done, where the second fails', async () => {
  const { session } = await site.fan();
  const document = `mutation {
    one: updateProfile(input: { displayName: "Ana" }) { user { displayName } }
    two: reserve(input: { matchNumber: 1, category: 1, quantity: 3 }) { reservation { id } }
    three: updateProfile(input: { displayName: "Ben" }) { user { displayName } }
  }`;

  const error = await refusal(session.request(document));

  assert.deepEqual(error.failures.map(({ path }) => path[0]), ['two']);
  assert.equal((await session.request('{ me { displayName } }')).me.displayName, 'Ana');
});

test('a mutation whose answer was lost is sent again, and is done once', async () => {
  const { session } = await site.fan();
  await session.token();
  const input = { matchNumber: 2, category: 1, quantity: 1, idempotencyKey: 'lost' };
  let lost = 0;

  const answer = await withFetch(async (own, ...request) => {
    const response = await own(...request);
    if (lost++ === 0) throw new TypeError('fetch failed');
    return response;
  }, () => retries.withRetries(() => session.request(RESERVE, { input })));

  const { myReservations } = await session.request('{ myReservations { nodes { id } } }');
  assert.deepEqual(myReservations.nodes, [answer.reserve.reservation]);
  assert.equal(lost, 2);
});

test('what cannot succeed is not sent again', async () => {
  const { session } = await site.fan();
  let tries = 0;

  const error = await refusal(retries.withRetries(() => {
    tries += 1;
    return session.request(RESERVE, { input: { matchNumber: 2, category: 1, quantity: 3 } });
  }));

  assert.deepEqual([error.code, tries], ['BAD_USER_INPUT', 1]);
});

test('an answer has the cost that the guide shows', async () => {
  const shown = JSON.parse(await snippetText('errors/cost.json'));
  const limited = await opensSite({ MATCHDAY_LIMITS_ENABLED: 'true' });
  try {
    const { status: _, headers: __, codes: ___, ...told } = await sent(limited.graphql, '{ now }');
    const times = { now: told.data.now, resetAt: told.extensions.cost.resetAt };
    for (const time of Object.values(times)) assert.ok(Date.parse(time) > 0, time);
    assert.deepEqual({ ...told, data: { now: shown.data.now }, extensions: { cost: { ...told.extensions.cost, resetAt: shown.extensions.cost.resetAt } } }, shown);
  } finally {
    await limited.stop();
  }
});

test('a limit says when to ask again, and what is asked for beyond it for ever says nothing', async () => {
  const limited = await opensSite({
    MATCHDAY_LIMITS_ENABLED: 'true',
    MATCHDAY_LIMITS_CAPACITY: 'signIn=1,reserve=1',
    MATCHDAY_LIMITS_REFILL: 'signIn=30,reserve=1',
  });
  try {
    const { session } = await limited.fan();
    const signIn = 'mutation { signIn(input: {email: "a@example.com", password: "a wrong one"}) { expiresAt } }';
    await sent(limited.graphql, signIn);

    const again = await sent(limited.graphql, signIn);
    assert.deepEqual([again.status, again.codes], [429, ['RATE_LIMITED']]);
    const { bucket, retryAfter, limit, remaining, requested, resetAt } = again.errors[0].extensions;
    assert.equal(bucket, 'signIn');
    assert.equal(again.headers.get('retry-after'), String(retryAfter));
    assert.ok(limit === 1 && remaining === 0 && requested > 0 && Date.parse(resetAt) > 0);
    assert.equal(retries.waitBefore(new errors.RequestError(again.errors, 429, null), 0), retryAfter);

    const reserve = 'reserve(input: { matchNumber: 1, category: 1, quantity: 1 }) { reservation { id } }';
    const never = await refusal(session.request(`mutation { a: ${reserve} b: ${reserve} }`));
    assert.deepEqual([never.code, never.retryAfter], ['RATE_LIMITED', undefined]);

    const { extensions, headers } = await sent(limited.graphql, '{ rateLimit { limit remaining resetAt buckets { name remaining } } }');
    assert.deepEqual(Object.keys(extensions.cost), ['requested', 'actual', 'limit', 'remaining', 'resetAt']);
    assert.ok(headers.get('ratelimit') && headers.get('ratelimit-policy'));
    assert.equal((await sent(limited.graphql, '{ nothing }')).extensions, undefined, 'it was not executed');
  } finally {
    await limited.stop();
  }
});

test('the guide sends the reader of each code to a row, and of no other', async () => {
  const [, table] = (await guideText('errors')).split('| Code | What a frontend does |');
  const rows = table.split('\n\n')[0].split('\n').slice(2);
  const codes = rows.flatMap((row) => [...row.split('|')[1].matchAll(/`([A-Z_]+)`/g)].map(([, code]) => code));

  const source = await snippetText('../../error_codes/src/lib.rs');
  for (const code of codes) assert.match(source, new RegExp(`\\b${code}\\b`), code);
  assert.ok(codes.length > 15 && new Set(codes).size === codes.length, codes.join());
});
