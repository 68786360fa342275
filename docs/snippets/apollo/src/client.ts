// Apollo's client: queries and mutations over HTTP, subscriptions over one socket that connects again after each loss.

import { ApolloClient, ApolloLink, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient } from 'graphql-ws';

import { currentUser, expireSession, freshSession, onUserChange } from './session';

// #part socket
const wait = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random() / 2)));

const socket = createClient({
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
// #end socket

// #part links
const http = ApolloLink.from([
  // A token was refused before its end, as after a change of role: the operation is sent once more, with the next token.
  new ErrorLink(({ error, operation, forward }) => {
    const refused = CombinedGraphQLErrors.is(error) && error.errors.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
    if (!refused || !currentUser()) return;
    expireSession();
    return forward(operation);
  }),
  new SetContextLink(async () => {
    await freshSession();
    return {};
  }),
  new HttpLink({ uri: '/graphql' }),
]);

const link = ApolloLink.split(({ operationType }) => operationType === 'subscription', new GraphQLWsLink(socket), http);
// #end links

// #part cache
const cache = new InMemoryCache({
  typePolicies: {
    Query: {
      fields: {
        // Each status has its own list.
        myReservations: { keyArgs: ['status'] },
      },
    },
    Match: {
      fields: {
        // Categories have no id, so the newest list replaces the one before.
        categories: { merge: false },
      },
    },
    // One message per match is kept, the newest.
    MatchAvailability: { keyFields: ['matchNumber'] },
  },
});
// #end cache

export const client = new ApolloClient({ link, cache });

// Another user sees other data: the socket opens again with the new cookies, and active queries are sent again.
onUserChange((before) => {
  if (before === undefined) return;
  socket.terminate();
  void client.resetStore();
});
