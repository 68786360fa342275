// Relay's environment: queries and mutations over HTTP, subscriptions over one socket that comes back by itself.

import { createClient } from 'graphql-ws';
import {
  Environment,
  type FetchFunction,
  type GraphQLResponse,
  Network,
  Observable,
  RecordSource,
  Store,
  type SubscribeFunction,
} from 'relay-runtime';

import { ask, Refused } from './matchday';
import { currentUser, expireSession, freshSession } from './session';

// #part fetch
const fetchQuery: FetchFunction = async ({ text }, variables) => {
  await freshSession();
  try {
    return { data: (await ask(text ?? '', variables)).data };
  } catch (error) {
    // A token that is refused before its end, as after a change of role: once more, with the next one.
    if (!(error instanceof Refused && error.code === 'UNAUTHENTICATED' && currentUser())) throw error;
    expireSession();
    await freshSession();
    return { data: (await ask(text ?? '', variables)).data };
  }
};
// #end fetch

// #part socket
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random() / 2)));

const socket = createClient({
  // A socket has the cookies of the moment in which it opens, so the session is refreshed before that. `url` must not reject:
  // graphql-ws would not try again.
  url: async () => {
    while (await freshSession().then(() => false, () => true)) await wait(2_000);
    return `${location.origin.replace(/^http/, 'ws')}/graphql`;
  },
  // For ever, also while nothing listens; after 0.5 to 1 s, then up to 30 s.
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: async (tries) => void (await wait(Math.min(1_000 * 2 ** tries, 30_000))),
  on: {
    // 4403: the token has ended, or what it says of the user is not true any more.
    closed: (event) => {
      if (event instanceof CloseEvent && event.code === 4403) expireSession();
    },
  },
});
// #end socket

// #part subscribe
const subscribe: SubscribeFunction = ({ text }, variables) =>
  Observable.create<GraphQLResponse>((sink) => {
    const versions = new Map<number, number>();
    const payload = {
      query: text ?? '',
      // Read at each connection: a new one brings only what is newer than the newest versions that have come.
      get variables() {
        const since = [...versions].map(([matchNumber, version]) => ({ matchNumber, version }));
        return versions.size > 0 ? { ...variables, since } : variables;
      },
    };
    return socket.subscribe<{ availability?: { matchNumber: number; version: number } }>(payload, {
      next: (result) => {
        const state = result.data?.availability;
        if (state) versions.set(state.matchNumber, state.version);
        sink.next(result as GraphQLResponse);
      },
      error: (error) => sink.error(Array.isArray(error) ? new Refused(error[0].message, error[0].extensions.code) : (error as Error)),
      complete: () => sink.complete(),
    });
  });
// #end subscribe

/** Another user sees other things: each has an environment, and with it a store, of their own. */
export const newEnvironment = () => {
  socket.terminate();
  return new Environment({ network: Network.create(fetchQuery, subscribe), store: new Store(new RecordSource()) });
};
