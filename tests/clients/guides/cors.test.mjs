// docs/guides/cors.md: pages of other origins, sockets, cookies, and servers that ask for visitors.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import WebSocket from 'ws';

import { freeAddress } from '../program.mjs';
import { eventually, opensSite, sent, snippet, snippetPath, withFetch } from './world.mjs';

const SHOP = 'https://shop.example';
const EVIL = 'https://evil.example';

let site;
before(async () => {
  site = await opensSite({
    MATCHDAY_CONFIG: snippetPath('cors/matchday.toml'),
    MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES: '127.0.0.0/8',
    // What is used stays used, so that it can be seen of whom it was.
    MATCHDAY_LIMITS_ENABLED: 'true',
    MATCHDAY_LIMITS_REFILL: 'address=1',
  });
}, { timeout: 120_000 });
after(() => site?.stop());

async function preflight(url, origin, method = 'POST') {
  const headers = { origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type' };
  const response = await fetch(`${url}/graphql`, { method: 'OPTIONS', headers });
  return Object.fromEntries(['allow-origin', 'allow-credentials', 'max-age'].map((name) => [name, response.headers.get(`access-control-${name}`)]));
}

/** How a socket of a page of this origin ends: `open`, or the status of its refusal. */
function socketOf(url, origin) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws', origin ? { origin } : {});
  return new Promise((resolve) => {
    socket.once('open', () => (socket.terminate(), resolve('open')));
    socket.once('unexpected-response', (request, response) => (request.destroy(), resolve(response.statusCode)));
    socket.once('error', () => undefined);
  });
}

test('a page of a named origin is allowed, and of another it is not', async () => {
  assert.deepEqual(await preflight(site.url, SHOP), { 'allow-origin': SHOP, 'allow-credentials': 'true', 'max-age': '3600' });
  assert.equal((await preflight(site.url, EVIL))['allow-origin'], null);
  const { headers } = await sent(site.graphql, '{ now }', {}, { origin: SHOP });
  assert.equal(headers.get('access-control-expose-headers')?.toLowerCase(), 'x-request-id,ratelimit,ratelimit-policy,retry-after,etag,date');
});

test('sockets are opened to pages of the own host and of named origins, and to what is not a browser', async () => {
  assert.equal(await socketOf(site.url, SHOP), 'open');
  assert.equal(await socketOf(site.url, site.url), 'open');
  assert.equal(await socketOf(site.url), 'open');
  assert.equal(await socketOf(site.url, EVIL), 403);
});

test("the session's cookies go with requests of other sites, and sockets of theirs are the fan's", async () => {
  const input = { email: `${crypto.randomUUID()}@example.com`, password: crypto.randomUUID(), cookies: true };
  const { headers, data } = await sent(site.graphql, 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken refreshToken } }', { input }, { origin: SHOP });
  assert.deepEqual(data.signUp, { accessToken: null, refreshToken: null });
  const cookies = headers.getSetCookie();
  assert.deepEqual(cookies.map((cookie) => cookie.split('=')[0]), ['__Host-matchday-access', '__Host-matchday-refresh']);
  for (const cookie of cookies) assert.match(cookie, /; Path=\/; Max-Age=\d+; HttpOnly; Secure; SameSite=None$/);

  const { ask } = await snippet('cors/page.ts');
  const jar = cookies.map((cookie) => cookie.split(';')[0]).join('; ');
  // A browser's cookies, and its address of the API.
  const browser = (own, url, { credentials, ...init }) => {
    assert.equal(credentials, 'include');
    return own(url.replace('https://tickets.example', site.url), { ...init, headers: { ...init.headers, origin: SHOP, cookie: jar } });
  };
  const answer = await withFetch(browser, () => ask('{ me { email } }'));
  assert.equal(answer.data.me.email, input.email);
});

test('a server asks for a visitor: with their session, and their own limits', async () => {
  const { askFor } = await snippet('cors/server.ts');
  const input = { email: `${crypto.randomUUID()}@example.com`, password: crypto.randomUUID(), cookies: true };
  const { headers } = await sent(site.graphql, 'mutation ($input: SignUpInput!) { signUp(input: $input) { expiresAt } }', { input });
  const cookie = headers.getSetCookie().map((line) => line.split(';')[0]).join('; ');
  const here = (own, url, init) => own(url.replace('http://10.0.0.7:8000', site.url), init);
  const asked = (visitor) => withFetch(here, () => askFor(visitor, '{ me { email } rateLimit { buckets { name remaining } } }'));

  const [first, again, other] = [await asked({ cookie, address: '203.0.113.7' }), await asked({ cookie, address: '203.0.113.7' }), await asked({ address: '203.0.113.8' })];

  assert.equal(first.me.email, input.email);
  assert.equal(other.me, null);
  const left = ({ rateLimit }) => rateLimit.buckets.find(({ name }) => name === 'address').remaining;
  assert.ok(left(again) < left(other), 'each address has its own');
});

test('a request that another site could send unasked is refused, and one with proof is not', async () => {
  const query = new URLSearchParams({ query: '{ now }' });
  const get = async (headers) => (await fetch(`${site.graphql}?${query}`, { headers })).status;
  const forged = { origin: EVIL, 'sec-fetch-site': 'cross-site' };
  assert.equal(await get(forged), 400);
  for (const proof of ['graphql-require-preflight', 'apollo-require-preflight', 'x-apollo-operation-name']) {
    assert.equal(await get({ ...forged, [proof]: '1' }), 200, proof);
  }
  assert.equal(await get({}), 200, 'not of a browser');
});

test('a page of a development server is allowed by the environment of the guide', async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'matchday-guides-'));
  await symlink(path.resolve(process.env.MATCHDAY_BIN ?? new URL('../../../target/debug/matchday', import.meta.url).pathname), path.join(folder, 'matchday'));
  const bind = await freeAddress();
  const env = { PATH: `${folder}:${process.env.PATH}`, MATCHDAY_BIND: bind, MATCHDAY_DATA_DIR: path.join(folder, 'data') };
  const shell = spawn('bash', [snippetPath('cors/localhost.sh')], { cwd: folder, env, stdio: 'ignore', detached: true });
  t.after(async () => {
    process.kill(-shell.pid, 'SIGKILL');
    await rm(folder, { recursive: true });
  });
  const url = `http://${bind}`;
  await eventually('the program', () => fetch(`${url}/healthz`).then(({ ok }) => ok, () => false));

  const page = 'http://localhost:5173';
  assert.deepEqual(await preflight(url, page), { 'allow-origin': page, 'allow-credentials': 'true', 'max-age': '3600' });
  assert.equal(await socketOf(url, page), 'open');
  assert.equal(await socketOf(url, 'http://localhost:5174'), 403);
});

test('origins that no browser sends keep the program from starting', async () => {
  for (const wrong of ['https://shop.example/', 'shop.example', 'https://shop.example/path']) {
    await assert.rejects(opensSite({ MATCHDAY_TRANSPORT_HTTP_CORS_ALLOWED_ORIGINS: wrong }), /cors.allowed.origins/i, wrong);
  }
  const any = { MATCHDAY_TRANSPORT_HTTP_CORS_ALLOWED_ORIGINS: '*', MATCHDAY_TRANSPORT_HTTP_CORS_ALLOW_CREDENTIALS: 'true' };
  await assert.rejects(opensSite(any), /cors.allow/i);
});
