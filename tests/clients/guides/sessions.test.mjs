// docs/guides/sessions.md: sessions of tokens, and their sockets. Those that a browser's cookies keep are in cookies.test.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { codeOf, eventually, operationsOf, opensSite, refusal, sent, snippet, withFetch } from './world.mjs';

const ME = '{ me { id } }';
const TOKEN_SECONDS = 10;
const WATCH = 'subscription { availability(matchNumbers: [1]) { version } }';
const SIGN_IN = 'mutation ($input: SignInInput!) { signIn(input: $input) { accessToken refreshToken } }';
const REFRESH = 'mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken refreshToken } }';

let site;
let short;
let accounts;

before(async () => {
  [site, short, accounts] = await Promise.all([
    opensSite(),
    opensSite({ MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS) }),
    operationsOf('accounts/accounts.graphql'),
  ]);
}, { timeout: 120_000 });
after(() => Promise.all([site?.stop(), short?.stop()]));

const tokensOf = async (at, { email, password }) => (await sent(at.graphql, SIGN_IN, { input: { email, password } })).data.signIn;
const refreshed = (at, refreshToken, headers) => sent(at.graphql, REFRESH, { input: { refreshToken } }, headers);

// These have a `fetch` of their own, so each runs alone.

test('requests that find the token nearly over share one refresh', async () => {
  const { session } = await short.fan();
  const before = await session.token();
  const { refreshToken } = session;
  let refreshes = 0;
  const counting = (own, url, init) => {
    if (init?.body?.includes(refreshToken)) refreshes += 1;
    return own(url, init);
  };

  await withFetch(counting, async () => {
    const ask = () => Promise.all(Array.from({ length: 5 }, () => session.request(ME)));
    await eventually('another token', async () => {
      const answers = await ask();
      assert.ok(answers.every(({ me }) => me?.id), JSON.stringify(answers));
      const tokens = await Promise.all(Array.from({ length: 5 }, () => session.token()));
      return tokens.every((token) => token !== before);
    });
  });

  assert.equal(refreshes, 1);
});

test('a token that was refused is refreshed once, and a session that has ended is reported', async () => {
  const { session, ...account } = await site.fan();
  await session.token();
  let refused = 0;
  const answer = await withFetch((own, url, init) => {
    if (refused++ > 0) return own(url, init);
    return own(url, { ...init, headers: { ...init.headers, authorization: 'Bearer nonsense' } });
  }, () => session.request(ME));
  assert.ok(answer.me.id);

  const { Session } = await snippet('sessions/tokens.ts');
  const other = await Session.signIn(site.graphql, account.email, account.password);
  await other.request(accounts.SignOutEverywhere);
  const error = await refusal(session.request(ME));
  assert.deepEqual([error.code, error.status], ['UNAUTHENTICATED', 200]);
});

for (const [name, place, address] of [['socketOf', 'sessions/socket.ts', 'socket'], ['eventsOf', 'sessions/events.ts', 'graphql']]) {
  test(`${name}: a refresh that gets no answer is tried again, and the subscription goes on`, async (t) => {
    const { [name]: open } = await snippet(place);
    const { session } = await short.fan();
    let lost = 0;
    const losing = (own, url, init) => {
      if (!init?.body?.includes('refreshSession') || lost++ > 0) return own(url, init);
      throw new TypeError('fetch failed');
    };

    await withFetch(losing, async () => {
      const { heard, ended } = followed(t, open(session, short[address]));
      await eventually('a state after the end of the token', () => {
        assert.deepEqual(ended(), []);
        return lost > 1 && heard.length > 1;
      });
    });
  });
}

describe('sessions', { concurrency: true }, () => {
  test('an app that was started anew goes on by its refresh token', async () => {
    const { Session } = await snippet('sessions/tokens.ts');
    const { session } = await site.fan();
    const { me } = await session.request(ME);

    const resumed = await Session.resume(site.graphql, session.refreshToken);

    assert.deepEqual((await resumed.request(ME)).me, me);
    await resumed.signOut();
    assert.equal((await refusal(Session.resume(site.graphql, resumed.refreshToken))).code, 'UNAUTHENTICATED');
  });

  test('a refresh token that is used twice at once has one successor, and ends the session later', async () => {
    const fan = await site.fan();
    const { refreshToken } = await tokensOf(site, fan);
    const [one, other] = await Promise.all([refreshed(site, refreshToken), refreshed(site, refreshToken)]);
    assert.equal(one.data.refreshSession.refreshToken, other.data.refreshSession.refreshToken);

    const strict = await opensSite({ MATCHDAY_ACCOUNTS_REFRESH_REUSE_SECONDS: '0' });
    try {
      const { refreshToken: stolen } = await tokensOf(strict, await strict.fan());
      const { data } = await refreshed(strict, stolen);
      assert.deepEqual((await refreshed(strict, stolen)).codes, ['UNAUTHENTICATED']);
      assert.deepEqual((await refreshed(strict, data.refreshSession.refreshToken)).codes, ['UNAUTHENTICATED'], 'the session has ended');
    } finally {
      await strict.stop();
    }
  });

  test('no token is 200, a wrong one 401, and what opens a session ignores one that is over', async () => {
    const fan = await short.fan();
    const { accessToken, refreshToken } = await tokensOf(short, fan);
    const tickets = '{ myTickets { nodes { id } } }';
    const none = await sent(short.graphql, tickets);
    assert.deepEqual([none.status, none.codes, none.errors[0].path], [200, ['UNAUTHENTICATED'], ['myTickets']]);
    const wrong = await sent(short.graphql, ME, {}, { authorization: 'Bearer nonsense' });
    assert.deepEqual([wrong.status, wrong.codes, wrong.data], [401, ['UNAUTHENTICATED'], undefined]);

    const old = { authorization: `Bearer ${accessToken}` };
    await eventually('the end of the token', async () => (await sent(short.graphql, ME, {}, old)).status === 401);
    assert.ok((await refreshed(short, refreshToken, old)).data.refreshSession.accessToken);
    assert.ok((await sent(short.graphql, SIGN_IN, { input: { email: fan.email, password: fan.password } }, old)).data.signIn);
  });

  test('a socket closes with 4403 at the end of its token, and comes back with a fresh one', async (t) => {
    const { socketOf } = await snippet('sessions/socket.ts');
    const { session } = await short.fan();
    const client = socketOf(session, short.socket);
    const { heard, closes } = followed(t, client);

    await eventually('a state, a close and a state', () => closes.length > 0 && heard.length > 1);

    assert.equal(closes[0], 4403);
  });

  test('a socket that shows the new token outlives the old one', async (t) => {
    const { renewedSocket } = await snippet('sessions/renewed-socket.ts');
    const { session } = await short.fan();
    const renewals = [];
    const client = renewedSocket(session, short.socket);
    client.on('pong', (_received, payload) => renewals.push(payload?.renewed));
    const { closes } = followed(t, client);

    await eventually('three renewals', () => renewals.filter(Boolean).length > 2);

    assert.deepEqual(closes, []);
  });

  test('a renewal without a token or of another user is refused, and three in a row close the socket', async (t) => {
    const { createClient } = await import('graphql-ws');
    const [fan, other] = [await site.fan(), await site.fan()];
    const pongs = [];
    let socket;
    const client = createClient({
      url: site.socket,
      connectionParams: async () => ({ authorization: `Bearer ${await fan.session.token()}` }),
      retryAttempts: 0,
      on: { connected: (opened) => (socket = opened), pong: (_received, payload) => pongs.push(payload) },
    });
    const { closes } = followed(t, client);
    await eventually('the socket', () => socket);
    const shows = async (authorization) => {
      const answered = pongs.length;
      socket.send(JSON.stringify({ type: 'ping', payload: { authorization } }));
      return eventually('the pong', () => pongs[answered]);
    };
    assert.deepEqual((await shows(null)).error.code, 'BAD_USER_INPUT');
    assert.deepEqual((await shows(`Bearer ${await other.session.token()}`)).error.code, 'FORBIDDEN');
    assert.deepEqual((await shows('Bearer nonsense')).error.code, 'UNAUTHENTICATED');
    assert.deepEqual((await shows(`Bearer ${await fan.session.token()}`)), { renewed: true });
    for (let time = 0; time < 3; time += 1) await shows('Bearer nonsense');

    await eventually('the close', () => closes.length > 0);

    assert.equal(closes[0], 4401);
  });

  test('graphql-ws gives up where a token is refused', async (t) => {
    const { createClient } = await import('graphql-ws');
    const { patiently } = await snippet('live/clients.ts');
    const client = createClient({ url: site.socket, connectionParams: { authorization: 'Bearer nonsense' }, ...patiently });
    const { ended } = followed(t, client);

    const error = await eventually('the end', () => ended()[0]);

    assert.equal(error.code, 4401);
  });

  test('a socket closes where its session is signed out in another place', async (t) => {
    const { socketOf } = await snippet('sessions/socket.ts');
    const { session } = await site.fan();
    const client = socketOf(session, site.socket);
    const { heard, closes, ended } = followed(t, client);
    await eventually('a state', () => heard.length > 0);

    await session.signOut();

    await eventually('the close', () => closes.length > 0);
    assert.equal(closes[0], 4403);
    assert.equal((await eventually('the end', () => ended()[0])).code, 4401, 'its token is refused from then on');
  });

  test('accounts: codes by mail, another password, a profile', async () => {
    const email = `${crypto.randomUUID()}@example.com`;
    const { data } = await sent(site.graphql, accounts.SignUp, { input: { email, password: 'a fine password', locale: 'es' } });
    const token = { authorization: `Bearer ${data.signUp.accessToken}` };
    const ask = async (query, variables) => (await sent(site.graphql, query, variables, token)).data;

    const verified = await ask(accounts.VerifyEmail, { code: codeOf(await site.mail('verify-email', email)) });
    assert.equal(verified.verifyEmail.user.emailVerified, true);
    assert.equal((await ask(accounts.AnotherCode)).requestEmailVerification.success, true);
    const profile = await ask(accounts.UpdateProfile, { input: { displayName: 'Ana', country: 'QA' } });
    assert.deepEqual(profile.updateProfile.user, { displayName: 'Ana', country: 'QA', locale: 'es' }, 'what is left out stays');
    assert.equal((await ask(accounts.UpdateProfile, { input: { country: null } })).updateProfile.user.country, null);

    const known = await sent(site.graphql, accounts.ForgotPassword, { email });
    const unknown = await sent(site.graphql, accounts.ForgotPassword, { email: 'unknown@example.com' });
    assert.deepEqual(known.data, unknown.data);
    const code = codeOf(await site.mail('reset-password', email));
    const reset = (newPassword) => sent(site.graphql, accounts.ResetPassword, { code, newPassword });
    assert.equal((await reset('another password')).data.resetPassword.success, true);
    assert.deepEqual((await reset('a third password')).codes, ['BAD_USER_INPUT'], 'a code works once');
    assert.equal((await sent(site.graphql, ME, {}, token)).status, 401, 'all sessions have ended');
  });

  test('another service verifies a token by the published keys', async () => {
    const { claimsOf, keysOf } = await snippet('accounts/verify.mjs');
    const { session } = await site.fan();
    const [token, keys] = [await session.token(), await keysOf(site.url)];

    const claims = claimsOf(token, keys, 'matchday');

    assert.equal(claims.role.toUpperCase(), 'CUSTOMER');
    const [head, body] = token.split('.');
    const foreign = token.replace(body, Buffer.from(JSON.stringify({ ...claims, role: 'admin' })).toString('base64url'));
    assert.throws(() => claimsOf(foreign, keys, 'matchday'), /forged/);
    assert.throws(() => claimsOf(token, keys, 'another-site'), /another site/);
    assert.throws(() => claimsOf(token, [], 'matchday'), /another key/);
    assert.ok(head);
  });
});

/** What a subscription and its client report. */
function followed(t, client) {
  t.after(() => client.dispose());
  const [heard, closes, ends] = [[], [], []];
  client.on?.('closed', ({ code }) => closes.push(code));
  client.subscribe({ query: WATCH }, {
    next: (result) => heard.push(result),
    error: (error) => ends.push(error),
    complete: () => ends.push('complete'),
  });
  return { heard, closes, ended: () => ends };
}
