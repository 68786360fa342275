// The session of GraphiQL's page in headless Chromium: over a reload, the end of its token and several windows.

import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { after, before, test } from 'node:test';

import { startProgram } from '../program.mjs';
import { artefacts, Person, picture } from './graphiql.mjs';
import { startChromium } from './tools.mjs';

const ACCESS = '__Host-matchday-access';
const TOKEN_SECONDS = 10;

let program;
let browser;

before(async () => {
  await mkdir(artefacts, { recursive: true });
  browser = await startChromium();
  program = await startProgram({ MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS) });
}, { timeout: 600_000 });

after(async () => {
  await browser?.close();
  await program?.stop();
});

/** Sends an operation with no browser. */
async function asks(query, authorization) {
  const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
  const answer = await fetch(`${program.url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return answer.json();
}

async function reserves(fan) {
  await fan.opensExample('Reserve');
  await fan.runs();
  return (await fan.reads(({ data, errors }) => errors ?? data?.reserve)).data?.reserve;
}

test('a session and its walk outlive a reload and the first token, and end when the fan signs out', { timeout: 180_000 }, async () => {
  const fan = await Person.opens(browser, program.url);
  const email = await fan.signsUp();
  const { reservation } = await reserves(fan);
  await fan.seesAnother(ACCESS);
  await fan.reloads();
  await fan.isSignedIn(email);
  await fan.photographs(picture('reloaded'));
  await fan.seesAnother(ACCESS);
  await fan.opensExample('CancelReservation');
  await fan.hasVariables(({ id }) => id === reservation.id);
  await fan.runs();
  assert.ok((await fan.reads(({ data, errors }) => errors ?? data)).data?.cancelReservation);

  await fan.signsOut();
  await fan.opensTab('Reserve');
  await fan.runs();
  const refused = await fan.reads(({ errors }) => errors);
  assert.equal(refused.errors[0].extensions.code, 'UNAUTHENTICATED');
  assert.deepEqual(fan.troubles, []);
});

test('two windows have one session: both go on after its token, and signing out in one signs out the other', { timeout: 180_000 }, async () => {
  const first = await Person.opens(browser, program.url);
  const second = await Person.opensIn(first.context, program.url);
  const email = await first.signsUp();
  await second.isSignedIn(email);
  await first.seesAnother(ACCESS);
  await first.seesAnother(ACCESS);

  assert.ok(await reserves(first));
  assert.ok(await reserves(second));
  await first.signsOut();
  await second.isSignedOut();
  assert.deepEqual([...first.troubles, ...second.troubles], []);
});

test('a request after a sleep that outlasted the token is sent with a fresh one', { timeout: 180_000 }, async () => {
  const context = await browser.newContext();
  const fan = await Person.opensIn(context, program.url);
  await fan.page.clock.install();
  await fan.reloads();
  await fan.signsUp();
  await fan.opensExample('Reserve');
  const cookies = (await context.cookies()).find(({ name }) => name === ACCESS);
  // No timer of the page runs until the server takes the token no more.
  await fan.page.clock.pauseAt(Date.now() + 1_000);
  let answer;
  do answer = await asks('{ me { id } }', `Bearer ${cookies.value}`);
  while (answer.data?.me);
  // The page's clock goes on, and with it none of its timers.
  await fan.page.clock.setSystemTime(Date.now() + 1_000);
  await fan.runs();
  await fan.page.clock.resume();
  const { data, errors } = await fan.reads(({ data, errors }) => errors ?? data);

  assert.ok(data?.reserve, JSON.stringify(errors));
});

test('a subscription goes on after the end of the token that it was opened with', { timeout: 180_000 }, async () => {
  const fan = await Person.opens(browser, program.url);
  await fan.signsUp();
  await reserves(fan);
  await fan.opensExample('FollowReservation');
  await fan.runs();
  await fan.reads(({ data }) => data?.reservation?.status === 'PENDING');
  // Opened again, the socket sends the state again.
  await fan.sees(/Live: [2-9] messages/);

  assert.deepEqual(fan.troubles, []);
});

test('tokens that are selected are refreshed too, and leave the session in cookies to other windows', { timeout: 180_000 }, async () => {
  const kept = await Person.opens(browser, program.url);
  const email = await kept.signsUp();
  const fan = await Person.opensIn(kept.context, program.url);
  await fan.isSignedIn(email);
  const own = 'tokens@example.com';
  await fan.typesOperation(`mutation Tokens {
  signUp(input: { email: "${own}", password: "a long passphrase" }) { accessToken refreshToken expiresAt user { email } }
}`);
  await fan.runs();
  await fan.isSignedIn(own);
  const { accessToken } = (await fan.reads(({ data }) => data?.signUp)).data.signUp;
  let answer;
  do answer = await asks('{ me { id } }', `Bearer ${accessToken}`);
  while (answer.data?.me);
  assert.ok(await reserves(fan));
  await kept.isSignedIn(email);
  assert.ok(await reserves(kept));
});
