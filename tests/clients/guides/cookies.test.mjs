// docs/guides/sessions.md, with cookies: two tabs of a browser, their sockets, and the end of a token.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startChromium } from '../browser/tools.mjs';
import { withoutTypes } from './transpiled.mjs';
import { eventually, opensSite, sent, snippetText } from './world.mjs';

const TOKEN_SECONDS = 10;
const packages = fileURLToPath(new URL('../node_modules/', import.meta.url));
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { expiresAt } }';

let site;
let browser;
before(async () => {
  browser = await startChromium();
  site = await opensSite({ MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS) });
}, { timeout: 600_000 });
after(async () => {
  await browser?.close();
  await site?.stop();
});

const PAGE = `<!doctype html><title>A shop</title>
<script type="importmap">{ "imports": { "graphql-ws": "/packages/graphql-ws/dist/client.js" } }</script>`;

/** A page of the site's own origin with the guide's modules. */
async function opensTab(context) {
  const tab = await context.newPage();
  await tab.route('**/a-shop', (route) => route.fulfill({ contentType: 'text/html', body: PAGE }));
  await tab.route('**/packages/**', (route) =>
    route.fulfill({ contentType: 'text/javascript', path: path.join(packages, new URL(route.request().url()).pathname.slice('/packages/'.length)) }));
  await tab.route('**/snippets/**', async (route) => {
    const name = new URL(route.request().url()).pathname.slice('/snippets/'.length);
    await route.fulfill({ contentType: 'text/javascript', body: withoutTypes(await snippetText(`${name}.ts`)) });
  });
  await tab.goto(`${site.url}/a-shop`);
  await tab.evaluate(async (socket) => {
    globalThis.session = await import('/snippets/sessions/cookies');
    const { cookieSocket } = await import('/snippets/sessions/cookie-socket');
    globalThis.heard = [];
    globalThis.ends = [];
    globalThis.closes = [];
    globalThis.follow = (id) => {
      const client = cookieSocket(socket);
      client.on('closed', ({ code }) => closes.push(code));
      const sink = { next: (result) => heard.push(result.data?.reservation ?? result), error: (error) => ends.push(JSON.stringify(error)), complete: () => ends.push('complete') };
      client.subscribe({ query: 'subscription ($id: ID!) { reservation(id: $id) { status } }', variables: { id } }, sink);
    };
  }, site.socket);
  return tab;
}

test('two tabs share a session, refresh it at once, follow a hold beyond the end of the token, and end together', { timeout: 240_000 }, async () => {
  const { email, password } = await site.fan();
  const context = await browser.newContext();
  const tabs = [await opensTab(context), await opensTab(context)];
  const [first] = tabs;
  const all = (act, about) => Promise.all(tabs.map((tab) => tab.evaluate(act, about)));
  assert.deepEqual(await all(() => session.whoIsHere()), [null, null]);
  await first.evaluate(({ email, password }) => session.signIn(email, password), { email, password });
  const [me] = await all(() => session.whoIsHere());
  assert.ok(me?.id);

  for (let round = 0; round < 3; round += 1) assert.deepEqual(await all(() => session.refresh()), [true, true]);

  const reserve = 'mutation { reserve(input: { matchNumber: 1, category: 1, quantity: 1 }) { reservation { id } } }';
  const { reserve: { reservation } } = await first.evaluate((query) => session.ask(query), reserve);
  await all((id) => follow(id), reservation.id);
  const each = (what, holds) => eventually(what, async () => (await all(() => ({ heard, closes, ends }))).every((tab) => {
    assert.deepEqual(tab.ends, []);
    return holds(tab);
  }));
  await each('the end of the token, and the hold again', ({ heard, closes }) => closes.includes(4403) && heard.length > 1);
  assert.deepEqual(await all(() => session.whoIsHere()), [me, me], 'a cookie that has expired is renewed');

  await first.evaluate(() => session.signOut());
  await eventually('the end in both', async () => (await all(() => ends.length)).every((count) => count > 0));
  assert.deepEqual(await all(() => session.whoIsHere()), [null, null]);
  await context.close();
});

test('Chromium keeps the session of http://localhost', { timeout: 120_000 }, async () => {
  const { email, password } = await site.fan();
  const context = await browser.newContext();
  const tab = await context.newPage();
  await tab.goto(`http://localhost:${new URL(site.url).port}/healthz`);
  const ask = (query, variables) => tab.evaluate(async (body) => {
    const response = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return (await response.json()).data;
  }, JSON.stringify({ query, variables }));

  await ask(SIGN_IN, { input: { email, password, cookies: true } });

  assert.equal((await ask('{ me { email } }')).me.email, email);
  await context.close();
});

test('a session in cookies is set by plain answers alone', async () => {
  const { email, password } = await site.fan();
  const input = { email, password, cookies: true };
  const plain = 'application/graphql-response+json, application/json';
  const signedIn = await sent(site.graphql, SIGN_IN, { input }, { accept: plain });
  const cookies = signedIn.headers.getSetCookie();
  assert.equal(cookies.length, 2);
  for (const cookie of cookies) assert.match(cookie, /^__Host-matchday-(access|refresh)=[^;]+; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=Lax$/);

  const streaming = `${plain}, text/event-stream`;
  const refused = await sent(site.graphql, SIGN_IN, { input }, { accept: streaming });
  assert.deepEqual([refused.codes, refused.headers.getSetCookie()], [['BAD_USER_INPUT'], []]);
  const cookie = cookies.map((line) => line.split(';')[0]).join('; ');
  const refresh = (accept) => sent(site.graphql, 'mutation { refreshSession(input: {}) { expiresAt } }', {}, { accept, cookie });
  assert.notDeepEqual((await refresh(streaming)).codes, []);
  assert.deepEqual((await refresh(plain)).codes, []);
});
