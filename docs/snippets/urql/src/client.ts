// urql's client: queries and mutations over HTTP, subscriptions over one socket that connects again after each loss.

import { authExchange } from '@urql/exchange-auth';
import { cacheExchange } from '@urql/exchange-graphcache';
import { createClient as createSocket } from 'graphql-ws';
import { Client, fetchExchange, subscriptionExchange } from 'urql';

import { currentUser, expireSession, freshSession, needsRefresh, onUserChange } from './session';

// #part socket
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random() / 2)));

const socket = createSocket({
  // A socket has the cookies of the moment in which it opens, so the session is refreshed before that. `url` must not reject:
  // graphql-ws would not try again.
  url: async () => {
    while (await freshSession().then(() => false, () => true)) await wait(2_000);
    return `${location.origin.replace(/^http/, 'ws')}/graphql`;
  },
  // Without end, also while nothing listens: after 0.5 to 1 s at first, after up to 30 s later.
  retryAttempts: Infinity,
  shouldRetry: () => true,
  retryWait: async (tries) => void (await wait(Math.min(1_000 * 2 ** tries, 30_000))),
  on: {
    // 4403: the token or its session has ended, or the user's role has changed.
    closed: (event) => {
      if (event instanceof CloseEvent && event.code === 4403) expireSession();
    },
  },
});

// After a change of the user the socket opens again, with the new cookies.
onUserChange((before) => {
  if (before !== undefined) socket.terminate();
});
// #end socket

/** A client with an empty cache, for one user. */
export function createClient() {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [
      // #part cache
      cacheExchange({
        // Types without an id are kept as parts of their parents.
        keys: {
          MatchAvailability: () => null,
          TicketCategory: () => null,
        },
        updates: {
          Mutation: {
            reserve: (_result, _args, cache) => {
              for (const { fieldName, fieldKey } of cache.inspectFields('Query')) {
                if (fieldName === 'myReservations') cache.invalidate('Query', fieldKey);
              }
            },
          },
        },
      }),
      // #end cache
      // #part auth
      authExchange(async () => ({
        // Cookies go by themselves.
        addAuthToOperation: (operation) => operation,
        willAuthError: needsRefresh,
        didAuthError: ({ graphQLErrors }) =>
          currentUser() !== null && graphQLErrors.some(({ extensions }) => extensions.code === 'UNAUTHENTICATED'),
        refreshAuth: async () => {
          expireSession();
          // If the server cannot be reached, the operation itself fails.
          await freshSession().catch(() => {});
        },
      })),
      // #end auth
      fetchExchange,
      subscriptionExchange({
        forwardSubscription: ({ query, variables }) => ({
          subscribe: (sink) => ({ unsubscribe: socket.subscribe({ query: query!, variables }, sink) }),
        }),
      }),
    ],
  });
}
