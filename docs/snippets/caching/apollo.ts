import { type ApolloClient, InMemoryCache, gql } from '@apollo/client';

// #part cache
export const cache = new InMemoryCache({
  typePolicies: {
    // Categories have no id: the newest array takes the place of the one before.
    Match: { fields: { categories: { merge: false } } },
    MatchAvailability: { keyFields: ['matchNumber'] },
    Site: { keyFields: [] },
    // Its name is that of the time of the listing.
    Seller: { keyFields: false },
    Query: {
      fields: {
        // A page of one thing finds what a list has brought.
        reservation: { read: (known, { args, toReference }) => known ?? toReference({ __typename: 'Reservation', id: args?.id }) },
        listing: { read: (known, { args, toReference }) => known ?? toReference({ __typename: 'Listing', id: args?.id }) },
      },
    },
  },
});
// #end cache

// #part live
const AVAILABILITY = gql`
  subscription Availability {
    availability {
      matchNumber
      match {
        id
        version
        categories {
          category
          sellable
          status
        }
      }
    }
  }
`;

/** Writes each new state into the cache, and with it into every list and page that shows the match. */
export function followMatches(client: ApolloClient) {
  return client.subscribe({ query: AVAILABILITY }).subscribe({ error: (error) => console.error(error) });
}
// #end live
