// Two tabs of one browser with one session, which cookies keep: neither signs the other out, and what both follow goes on
// after the end of the token.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startProgram } from '../program.mjs';
import { startChromium } from './tools.mjs';

const TOKEN_SECONDS = 20;
const client = fileURLToPath(new URL('../node_modules/graphql-ws/dist', import.meta.url));

let program;
let browser;

before(async () => {
  browser = await startChromium();
  program = await startProgram({ MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS) });
}, { timeout: 600_000 });

after(async () => {
  await browser?.close();
  await program?.stop();
});

/** A page of the site's own origin, with graphql-ws and what a shop's page does of its own. */
async function opensTab(context) {
  const tab = await context.newPage();
  await tab.route('**/client/*', (route) =>
    route.fulfill({ path: path.join(client, path.basename(route.request().url())), contentType: 'text/javascript' }),
  );
  await tab.goto(`${program.url}/healthz`);
  await tab.evaluate(async () => {
    const { createClient } = await import('/client/client.js');
    globalThis.ask = async (query, variables) => {
      const body = JSON.stringify({ query, variables });
      const response = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      return response.json();
    };
    globalThis.refresh = async () => {
      const { data, errors } = await ask('mutation { refreshSession(input: {}) { accessToken refreshToken expiresAt } }');
      if (data) globalThis.endsAt = Date.parse(data.refreshSession.expiresAt);
      return data?.refreshSession ?? errors;
    };
    globalThis.heard = [];
    globalThis.closes = [];
    globalThis.follow = (id) => {
      const socket = createClient({
        url: `ws://${location.host}/graphql`,
        // The cookies go with the handshake, which is over by now: a session that ends soon is seen to before, by a timer.
        retryAttempts: 100,
        retryWait: () => new Promise((resolve) => setTimeout(resolve, 100)),
        on: { closed: ({ code }) => closes.push(code) },
      });
      const sink = { next: ({ data }) => heard.push(data?.reservation), error: (error) => closes.push(error), complete: () => closes.push('complete') };
      socket.subscribe({ query: 'subscription ($id: ID!) { reservation(id: $id) { status } }', variables: { id } }, sink);
      setInterval(() => Date.now() > endsAt - 5_000 && refresh(), 1_000);
    };
  });
  return tab;
}

test('two tabs share one session, refresh it at once, and follow a hold beyond the end of its token', { timeout: 180_000 }, async () => {
  const context = await browser.newContext();
  const tabs = [await opensTab(context), await opensTab(context)];
  const [first] = tabs;
  const input = { email: `${randomUUID()}@example.com`, password: randomUUID(), cookies: true };
  const signedUp = await first.evaluate((input) =>
    ask('mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken user { id } } }', { input }), input);
  assert.equal(signedUp.data?.signUp.accessToken, null, JSON.stringify(signedUp));

  for (let round = 0; round < 5; round += 1) {
    const sessions = await Promise.all(tabs.map((tab) => tab.evaluate(() => refresh())));
    for (const session of sessions) assert.ok(session.expiresAt, JSON.stringify(sessions));
    assert.deepEqual(sessions.map(({ refreshToken }) => refreshToken), [null, null], 'no script is shown what the cookies keep');
  }

  const held = await first.evaluate(() =>
    ask('mutation { reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } } }'));
  const { id } = held.data.reserve.reservation;
  for (const tab of tabs) {
    await tab.evaluate((id) => follow(id), id);
    await tab.waitForFunction(() => heard.at(-1)?.status === 'PENDING', undefined, { timeout: 30_000 });
  }
  for (const tab of tabs) {
    await tab.waitForFunction(() => closes.length > 0 && heard.length > 1, undefined, { timeout: (TOKEN_SECONDS + 40) * 1_000 });
  }
  const cancelled = await tabs[1].evaluate((id) =>
    ask('mutation ($id: ID!) { cancelReservation(input: {reservationId: $id}) { reservation { status } } }', { id }), id);
  assert.equal(cancelled.data?.cancelReservation.reservation.status, 'CANCELLED', JSON.stringify(cancelled));
  for (const tab of tabs) {
    await tab.waitForFunction(() => heard.at(-1)?.status === 'CANCELLED', undefined, { timeout: 30_000 });
    assert.deepEqual(await tab.evaluate(() => [...new Set(closes)]), [4403]);
  }
  await context.close();
});
