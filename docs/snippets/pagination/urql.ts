import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';

export const cache = cacheExchange({
  resolvers: {
    Query: {
      matches: relayPagination(),
      listings: relayPagination(),
      myReservations: relayPagination(),
      myOrders: relayPagination(),
      myTickets: relayPagination(),
      myListings: relayPagination(),
      payouts: relayPagination(),
    },
  },
});
