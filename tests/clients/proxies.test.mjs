// docs/run/proxies.md: each proxy with the very file of that page, in front of two instances of one site.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { createClient } from 'graphql-ws';

import { Heard } from './heard.mjs';
import { PROXIES, certificate, startProxy } from './proxies/proxies.mjs';
import { HOST, startSite } from './proxies/site.mjs';
import { AVAILABILITY, Visitor } from './proxies/visitors.mjs';

const MATCHES = '{ matches(first: 1) { totalCount } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken } }';
const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }';
const RESERVE = 'mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }';

/** Sign-ins that an address may begin with; one more comes back in a minute. */
const SIGN_INS = 3;

/** Heartbeats come every 12 s: so many of them are more than the 60 s after which the proxies cut what is silent. */
const HEARTBEATS = 6;
const LONGER_SECONDS = 100;

const folder = mkdtempSync(path.join(tmpdir(), 'matchday-proxies-'));
let tls;
let site;
let proxies;

before(async () => {
  tls = certificate(folder);
  site = await startSite({
    MATCHDAY_LIMITS_CAPACITY: `signIn=${SIGN_INS}`,
    MATCHDAY_LIMITS_REFILL: 'signIn=1',
    // Another name, so that what pages may do at the one that visitors know depends on the Host that a proxy passes on.
    MATCHDAY_PUBLIC_URL: 'https://www.example',
  });
  proxies = [];
  for (const name of PROXIES) proxies.push(await startProxy(name, { site, tls, folder }));
});

after(async () => {
  await Promise.all((proxies ?? []).map((proxy) => proxy.stop()));
  await site?.stop();
  rmSync(folder, { force: true, recursive: true });
});

/** A test of every proxy at the same time; `use` gets visitors of it by their addresses, and its place. */
function eachProxy(what, use) {
  test(what, { concurrency: true }, async (t) => {
    await Promise.all(
      proxies.map((proxy, index) => t.test(`${proxy.name} ${what}`, () => use((address) => new Visitor(proxy, tls.ca, address), index, proxy))),
    );
  });
}

async function fan(visitor) {
  const input = { email: `${randomUUID()}@example.test`, password: randomUUID() };
  return (await visitor.data(SIGN_UP, { input })).signUp.accessToken;
}

const hold = (visitor, token, matchNumber) =>
  visitor.data(RESERVE, { input: { matchNumber, category: 1, quantity: 1 } }, token);

test('an instance refuses the PROXY protocol', async () => {
  const { hostname } = new URL(site.instances[0].url);
  const answer = await new Promise((resolve, reject) => {
    const socket = createConnection({ host: hostname, port: site.port }, () =>
      socket.write('PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nGET /healthz HTTP/1.1\r\nhost: a\r\n\r\n'),
    );
    socket.setEncoding('utf8').once('data', (text) => socket.end(() => resolve(text))).once('error', reject);
  });
  assert.match(answer, /^HTTP\/1\.1 400 /);
});

eachProxy('passes queries on, over HTTP/1.1 and HTTP/2', async (from) => {
  assert.equal((await from().data(MATCHES)).matches.totalCount, 64);
  assert.equal(await from().asksOverHttp2(MATCHES), 200);
});

test('nginx leads visitors without TLS to the same page with it', async () => {
  const { plain } = proxies.find(({ name }) => name === 'nginx');
  const answer = await new Promise((resolve, reject) =>
    get(`http://${plain}/en/matches?round=2`, { headers: { host: HOST }, agent: false }, resolve).once('error', reject),
  );
  answer.resume();
  assert.deepEqual([answer.statusCode, answer.headers.location], [301, `https://${HOST}/en/matches?round=2`]);
});

eachProxy('tells instances by which name the site was asked for: pages of no other open sockets', async (from, index) => {
  const visitor = from();
  const { close } = await visitor.socket(1 + index, { origin: `https://${HOST}` });
  close();
  await assert.rejects(visitor.socket(1, { origin: 'https://evil.example' }), /403/);
});

eachProxy('says who a visitor is, and no visitor says it: limits are by address', async (from, index) => {
  const [one, other] = [from(`127.0.0.${21 + index}`), from(`127.0.0.${31 + index}`)];
  const code = async (visitor, headers) => {
    const input = { email: `${randomUUID()}@example.test`, password: randomUUID() };
    return (await visitor.operates(SIGN_IN, { input }, headers)).result.errors[0].extensions.code;
  };

  for (let taken = 0; taken < SIGN_INS; taken += 1) assert.equal(await code(one), 'UNAUTHENTICATED');
  assert.equal(await code(one), 'RATE_LIMITED');
  for (const forged of ['203.0.113.9', '203.0.113.9, 127.0.0.1', '127.0.0.1']) {
    assert.equal(await code(one, { 'x-forwarded-for': forged, forwarded: 'for=203.0.113.9' }), 'RATE_LIMITED', forged);
  }
  assert.equal(await code(other), 'UNAUTHENTICATED');
});

eachProxy('shows visitors that the site lives, and nothing that is for operators', async (from) => {
  for (const operators of ['/metrics', '/readyz']) {
    assert.equal((await from().asked(operators)).status, 404, operators);
  }
  const { status, text } = await from().asked('/healthz');
  assert.deepEqual([status, text], [200, 'alive\n']);
});

eachProxy('lets the site refuse an upload, in words that a client can read', async (from) => {
  const upload = async (type, body, length = body.length) => {
    const { status, text } = await from().asked('/graphql', {
      method: 'POST',
      headers: { 'content-type': type, accept: 'application/json', 'content-length': length },
      body,
      // What is refused by its length is refused before all of it has come.
      goesOn: length > body.length,
    });
    return [status, JSON.parse(text).errors[0].extensions.code];
  };

  const file = '--b\r\ncontent-disposition: form-data; name="0"; filename="a"\r\n\r\nhello\r\n--b--\r\n';
  assert.deepEqual(await upload('multipart/form-data; boundary=b', file), [415, 'UNSUPPORTED_MEDIA_TYPE']);
  assert.deepEqual(await upload('application/json', '{"query":"{', 2 * 1024 * 1024), [413, 'PAYLOAD_TOO_LARGE']);
});

eachProxy('holds no result of a multipart subscription back', async (from, index) => {
  const visitor = from();
  const matchNumber = 11 + index;
  const { heard, close } = await visitor.stream(matchNumber, 'multipart/mixed; subscriptionSpec=1.0');
  const states = ({ piece }) => piece?.includes('"version":');
  await heard.until('the state', states);
  await hold(visitor, await fan(visitor), matchNumber);
  await heard.many('the change', 2, states, 15);
  close();
});

eachProxy('keeps a socket and an event stream open that are silent for longer than its time-outs', async (from, index) => {
  const visitor = from();
  const [socket, stream] = [await visitor.socket(21 + index), await visitor.stream(21 + index, 'text/event-stream')];
  await Promise.all([
    socket.heard.many('pings', HEARTBEATS, ({ ping }) => ping, LONGER_SECONDS),
    stream.heard.many('comments', HEARTBEATS, ({ piece }) => piece?.startsWith(':'), LONGER_SECONDS),
  ]);
  await hold(visitor, await fan(visitor), 21 + index);
  await Promise.all([
    socket.heard.many('the change', 2, ({ type }) => type === 'next', 10),
    stream.heard.many('the change', 2, ({ piece }) => piece?.includes('"version":'), 10),
  ]);
  socket.close();
  stream.close();
});

const LEAVING = 'leaves out an instance that goes and takes it back: no request fails, and subscriptions go on';
test(LEAVING, async (t) => {
  for (const [index, proxy] of proxies.entries()) {
    // One proxy after the other, so that what an instance is asked shows that this one has it back.
    await t.test(`${proxy.name} ${LEAVING}`, async (t) => {
      const visitor = new Visitor(proxy, tls.ca);
      const [token, matchNumber] = [await fan(visitor), 31 + index];
      const [follower, asker] = [new Follower(visitor, matchNumber), new Asker(visitor)];
      t.after(() => Promise.all([follower.stop(), asker.stop()]));
      await follower.heard.until('the state', ({ data }) => data);

      for (const [place, instance] of site.instances.entries()) {
        proxy.takesOut(place);
        await instance.restart('SIGTERM');
        proxy.takesIn(place);
        await asker.untilTakenBack(instance);
      }
      await asker.stop();

      assert.deepEqual(asker.failures, [], `of ${asker.count}: ${proxy.output()}`);
      const before = follower.newest;
      await hold(visitor, token, matchNumber);
      await follower.heard.until('the change', ({ data }) => data?.availability.version > before);
    });
  }
});

/** A page of a client as it comes that follows a match, wherever it is connected. */
class Follower {
  heard = new Heard();
  #versions = [];

  constructor(visitor, matchNumber) {
    this.client = createClient({
      url: visitor.socketUrl,
      webSocketImpl: visitor.sockets(),
      shouldRetry: () => true,
      retryAttempts: 100,
    });
    const next = (result) => {
      this.#versions.push(result.data?.availability.version);
      this.heard.push(result);
    };
    const ended = (why) => this.heard.push({ ended: String(why) });
    const payload = { query: AVAILABILITY, variables: { numbers: [matchNumber] } };
    this.client.subscribe(payload, { next, error: ended, complete: () => ended('complete') });
  }

  get newest() {
    return this.#versions.at(-1);
  }

  async stop() {
    await this.client.dispose();
  }
}

/** Four clients that ask without a pause, each time by a new connection; half of them by POST, which a proxy may not repeat. */
class Asker {
  count = 0;
  failures = [];
  #stopped = false;
  #loops;

  constructor(visitor) {
    this.#loops = [true, false, true, false].map((posts) => this.#asks(visitor, posts));
  }

  async #asks(visitor, posts) {
    const get = `/graphql?${new URLSearchParams({ query: MATCHES })}`;
    while (!this.#stopped) {
      try {
        const { status, text } = posts
          ? await visitor.operates(MATCHES)
          : await visitor.asked(get, { headers: { accept: 'application/json' } });
        if (status !== 200 || !text.includes('"totalCount":64')) this.failures.push(`${status} ${text.slice(0, 200)}`);
      } catch (error) {
        this.failures.push(String(error));
      }
      this.count += 1;
    }
  }

  /** Resolves when an instance that has started again is ready, and was asked by these clients. */
  async untilTakenBack(instance) {
    const before = await operations(instance);
    const deadline = Date.now() + 60_000;
    while ((await operations(instance)) < before + 20 || (await forOperators(instance, '/readyz')).status !== 200) {
      assert.ok(Date.now() < deadline, 'the proxy does not take the instance back');
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async stop() {
    this.#stopped = true;
    await Promise.all(this.#loops);
  }
}

/** How many operations an instance has answered since its start. */
async function operations(instance) {
  const metrics = await (await forOperators(instance, '/metrics')).text();
  const counts = [...metrics.matchAll(/^matchday_operations_total\{[^}]*\} (\d+)$/gm)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

/** What an instance answers at its operators' address. */
function forOperators(instance, page) {
  const { hostname } = new URL(instance.url);
  return fetch(`http://${hostname}:${site.adminPort}${page}`);
}
