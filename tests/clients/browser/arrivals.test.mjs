// A fan who is signed in comes by a link from another site's page, as from a bank or a mail, and is still signed in; what such a
// page sends by itself does nothing in their name.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';

import { startProgram } from '../program.mjs';
import { startChromium } from './tools.mjs';

const BANK = 'http://bank.test';
const RESERVE = 'mutation { reserve(input: {matchNumber: 1, category: 1, quantity: 1}) { reservation { id } } }';

let program;
let browser;

before(async () => {
  browser = await startChromium();
  program = await startProgram();
}, { timeout: 600_000 });

after(async () => {
  await browser?.close();
  await program?.stop();
});

const asks = (tab, query, variables) =>
  tab.evaluate(async (body) => {
    const response = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return response.json();
  }, JSON.stringify({ query, variables }));

test('a fan who comes back from a bank is signed in, and the bank does nothing in their name', { timeout: 120_000 }, async () => {
  const context = await browser.newContext();
  await context.route(`${BANK}/**`, (route) =>
    route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Bank</title><a href="${program.url}/healthz">Back to the shop</a>` }),
  );
  const tab = await context.newPage();
  await tab.goto(`${program.url}/healthz`);
  const input = { email: `${randomUUID()}@example.com`, password: randomUUID(), cookies: true };
  const signedUp = await asks(tab, 'mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }', { input });
  assert.ok(signedUp.data?.signUp.user.id, JSON.stringify(signedUp));

  await tab.goto(`${BANK}/`);
  const [arrival] = await Promise.all([
    tab.waitForRequest((request) => request.isNavigationRequest() && request.url().endsWith('/healthz')),
    tab.getByRole('link').click(),
  ]);
  const headers = await arrival.allHeaders();
  assert.match(headers.cookie ?? '', /__Host-matchday-access=.*__Host-matchday-refresh=/);
  await tab.waitForURL(`${program.url}/healthz`);
  assert.equal((await asks(tab, '{ me { email } }')).data.me.email, input.email);

  const forged = JSON.stringify({ query: RESERVE });
  for (const enctype of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    await tab.goto(`${BANK}/`);
    const [answered] = await Promise.all([
      tab.waitForResponse((response) => response.url().endsWith('/graphql')),
      tab.evaluate(({ action, enctype, forged }) => {
        const form = Object.assign(document.createElement('form'), { method: 'post', action, enctype });
        form.append(Object.assign(document.createElement('input'), { name: forged, value: '' }));
        document.body.append(form);
        form.submit();
      }, { action: `${program.url}/graphql`, enctype, forged }),
    ]);
    assert.equal(answered.status(), 415, enctype);
    await tab.waitForURL(`${program.url}/graphql`);
  }
  await tab.goto(`${BANK}/`);
  const sent = await tab.evaluate(async ({ url, forged, query }) => {
    const credentials = 'include';
    const tried = await Promise.allSettled([
      fetch(`${url}/graphql`, { method: 'POST', credentials, headers: { 'content-type': 'application/json' }, body: forged }),
      fetch(`${url}/graphql`, { method: 'POST', credentials, mode: 'no-cors', body: forged }),
      fetch(`${url}/graphql?query=${encodeURIComponent(query)}`, { credentials, mode: 'no-cors' }),
    ]);
    return tried.map(({ status }) => status);
  }, { url: program.url, forged, query: RESERVE });
  assert.equal(sent[0], 'rejected', 'the browser asks first and is told no');
  const opened = await tab.goto(`${program.url}/graphql?query=${encodeURIComponent(RESERVE)}`, { referer: `${BANK}/` });
  assert.ok([400, 405].includes(opened.status()), String(opened.status()));

  await tab.goto(`${program.url}/healthz`);
  const mine = await asks(tab, '{ myReservations { nodes { id } } }');
  assert.deepEqual(mine.data.myReservations.nodes, []);
  await context.close();
});
