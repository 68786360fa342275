// Sessions that outlive their tokens and the program: each client as it comes, with a token of 20 seconds, a program that is
// ended by SIGTERM and by SIGKILL, and a subscription to something of its own that is alive and true at the end.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { ApolloClient, InMemoryCache, gql } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client, fetchExchange, subscriptionExchange } from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { createClient as createEvents } from 'graphql-sse';
import { createClient as createSocket } from 'graphql-ws';
import WebSocket from 'ws';
import { startProgram } from './program.mjs';

// Apollo's link names it where a connection fails; browsers and newer Nodes have it.
globalThis.WebSocket ??= WebSocket;

const TOKEN_SECONDS = 20;
const PATIENCE_SECONDS = 60;

const SESSION = 'accessToken refreshToken expiresAt';
const SIGN_UP = `mutation ($input: SignUpInput!) { signUp(input: $input) { ${SESSION} } }`;
const REFRESH = `mutation ($input: RefreshSessionInput!) { refreshSession(input: $input) { ${SESSION} } }`;
const RESERVE = 'mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }';
const CANCEL = 'mutation ($input: CancelReservationInput!) { cancelReservation(input: $input) { reservation { status } } }';
const WATCH = 'subscription ($id: ID!) { reservation(id: $id) { status version } }';

const bearer = (token) => ({ authorization: `Bearer ${token}` });
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
// Both libraries wait longer from try to try than a program takes to start, and graphql-ws gives up where nothing listens.
const patient = { retryAttempts: 10_000, shouldRetry: () => true, retryWait: () => pause(100), retry: () => pause(100) };

const start = () => startProgram({ MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS) });

/** A fan's session as a page keeps it: it is refreshed by one request at a time, before its token ends. */
class Session {
  #tokens;
  #refreshing;

  constructor(url) {
    this.url = url;
  }

  static async opened(url) {
    const session = new Session(url);
    const input = { email: `${randomUUID()}@example.test`, password: randomUUID() };
    session.keep((await session.post(SIGN_UP, { input })).signUp);
    return session;
  }

  keep(tokens) {
    this.#tokens = tokens;
  }

  get current() {
    return this.#tokens;
  }

  get isOver() {
    return Date.parse(this.#tokens.expiresAt) <= Date.now();
  }

  async token() {
    if (Date.parse(this.#tokens.expiresAt) - Date.now() > 3_000) return this.#tokens.accessToken;
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    await this.#refreshing;
    return this.#tokens.accessToken;
  }

  async #refresh() {
    this.keep((await this.post(REFRESH, { input: { refreshToken: this.#tokens.refreshToken } })).refreshSession);
  }

  /** Asks until somebody answers: the program may be starting again. */
  async post(query, variables, token) {
    for (;;) {
      const request = {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token ? bearer(token) : {}) },
        body: JSON.stringify({ query, variables }),
      };
      const response = await fetch(`${this.url}/graphql`, request).catch(() => undefined);
      const result = await response?.json().catch(() => undefined);
      if (result === undefined || result.errors?.[0].extensions.code === 'SERVICE_UNAVAILABLE') {
        await pause(100);
        continue;
      }
      assert.equal(result.errors, undefined, JSON.stringify(result.errors));
      return result.data;
    }
  }

  async act(query, variables) {
    return this.post(query, variables, await this.token());
  }
}

function socketOf(session, closes) {
  return createSocket({
    url: `${session.url.replace(/^http/, 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: async () => bearer(await session.token()),
    on: { closed: ({ code }) => closes.push(code) },
    ...patient,
  });
}

// Each subscribes, says what it hears, and returns what ends it.
const clients = {
  'graphql-ws': (session, variables, sink, closes) => {
    const socket = socketOf(session, closes);
    socket.subscribe({ query: WATCH, variables }, sink);
    return () => socket.dispose();
  },
  '@apollo/client over graphql-ws': (session, variables, sink, closes) => {
    const socket = socketOf(session, closes);
    const client = new ApolloClient({ link: new GraphQLWsLink(socket), cache: new InMemoryCache() });
    client.subscribe({ query: gql(WATCH), variables, fetchPolicy: 'no-cache' }).subscribe(sink);
    return async () => {
      client.stop();
      await socket.dispose();
    };
  },
  'urql over graphql-ws': (session, variables, sink, closes) => {
    const socket = socketOf(session, closes);
    const forward = subscriptionExchange({
      forwardSubscription: ({ query, variables }) => ({
        subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query, variables }, sink) }),
      }),
    });
    const client = new Client({ url: `${session.url}/graphql`, exchanges: [forward] });
    client.subscription(WATCH, variables).subscribe(({ data, error }) => (error ? sink.error(error) : sink.next({ data })));
    return () => socket.dispose();
  },
  'graphql-sse, distinct connections': (session, variables, sink, closes) =>
    eventsOf(session, variables, sink, closes, { url: `${session.url}/graphql` }),
  'graphql-sse, a single connection': (session, variables, sink, closes) =>
    eventsOf(session, variables, sink, closes, { url: `${session.url}/graphql/stream`, singleConnection: true }),
};

function eventsOf(session, variables, sink, closes, options) {
  const events = createEvents({
    headers: async () => bearer(await session.token()),
    on: { connecting: (again) => again && closes.push('broken off') },
    ...patient,
    ...options,
  });
  events.subscribe({ query: WATCH, variables }, sink);
  return () => events.dispose();
}

/** A fan who watches a hold of theirs by one of the clients. */
class Watcher {
  heard = [];
  closes = [];
  ended;

  constructor(name) {
    this.name = name;
  }

  static async of(url, name, subscribe, number) {
    const watcher = new Watcher(name);
    watcher.session = await Session.opened(url);
    const input = { matchNumber: number + 1, category: 1, quantity: 1 };
    watcher.id = (await watcher.session.act(RESERVE, { input })).reserve.reservation.id;
    const sink = {
      next: (result) => watcher.heard.push(result.data?.reservation ?? result),
      error: (error) => (watcher.ended = error),
      complete: () => (watcher.ended = 'complete'),
    };
    watcher.stop = subscribe(watcher.session, { id: watcher.id }, sink, watcher.closes);
    await watcher.until('the hold', () => watcher.heard.length > 0);
    return watcher;
  }

  async until(what, holds) {
    const deadline = Date.now() + PATIENCE_SECONDS * 1_000;
    while (!holds()) {
      assert.equal(this.ended, undefined, `${this.name} ended before ${what}: ${JSON.stringify(this.ended?.message ?? this.ended)}`);
      assert.ok(Date.now() < deadline, `${this.name} never came to ${what}: ${JSON.stringify([this.heard, this.closes])}`);
      await pause(20);
    }
  }
}

// Side by side, for each waits for the end of a token.
describe('sessions', { concurrency: true }, () => {
  test('a subscription outlives its token, a restart by SIGTERM and one by SIGKILL, with every client', async () => {
    const program = await start();
    const opened = Object.entries(clients).map(([name, subscribe], number) => Watcher.of(program.url, name, subscribe, number));
    const watchers = await Promise.all(opened);
    const all = (act) => Promise.all(watchers.map(act));
    const comesBackAfter = async (what) => {
      const before = watchers.map(({ heard, closes }) => [heard.length, closes.length]);
      await what();
      await all((watcher, number) => {
        const [heard, closes] = before[number];
        return watcher.until('a new beginning', () => watcher.closes.length > closes && watcher.heard.length > heard);
      });
    };

    try {
      await comesBackAfter(() => program.restart('SIGTERM'));
      await comesBackAfter(() => all((watcher) => watcher.until('the end of its token', () => watcher.session.isOver)));
      await comesBackAfter(() => program.restart('SIGKILL'));

      await all(async (watcher) => {
        await watcher.session.act(CANCEL, { input: { reservationId: watcher.id } });
        await watcher.until('the truth', () => watcher.heard.at(-1).status === 'CANCELLED');
        if (!watcher.name.startsWith('graphql-sse')) assert.ok(watcher.closes.includes(4403), String(watcher.closes));
      });
    } finally {
      await all((watcher) => watcher.stop());
      await program.stop();
    }
  });

  test("urql's own recipe refreshes a session whose token is over, with the old header still on", async () => {
    const program = await start();
    const session = await Session.opened(program.url);
    let refreshes = 0;
    const auth = authExchange(async ({ appendHeaders, mutate }) => ({
      addAuthToOperation: (operation) => appendHeaders(operation, bearer(session.current.accessToken)),
      didAuthError: (error) => error.graphQLErrors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED'),
      refreshAuth: async () => {
        refreshes += 1;
        const { data } = await mutate(REFRESH, { input: { refreshToken: session.current.refreshToken } });
        if (data) session.keep(data.refreshSession);
      },
    }));
    const client = new Client({ url: `${program.url}/graphql`, exchanges: [auth, fetchExchange], requestPolicy: 'network-only' });
    const me = () => client.query('{ me { id } }', {}).toPromise();
    try {
      const before = await me();
      assert.ok(before.data?.me.id, String(before.error));
      while (!session.isOver) await pause(100);

      const after = await me();

      assert.equal(after.data?.me.id, before.data.me.id, String(after.error));
      assert.equal(refreshes, 1);
    } finally {
      await program.stop();
    }
  });
});
