import { type ApolloClient, InMemoryCache, type TypedDocumentNode, gql } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

// #part cache
// The arguments that make another list. `first` and `after` only say which part of it.
export const cache = new InMemoryCache({
  typePolicies: {
    Query: {
      fields: {
        matches: relayStylePagination(['filter']),
        listings: relayStylePagination(['filter', 'sort']),
        myReservations: relayStylePagination(['status']),
        myOrders: relayStylePagination(['status']),
        myTickets: relayStylePagination(['status', 'received']),
        myListings: relayStylePagination(['state']),
        payouts: relayStylePagination(['status']),
      },
    },
  },
});
// #end cache

interface Matches {
  matches: {
    edges: { cursor: string; node: { __typename: 'Match'; id: string; matchNumber: number } }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

// #part more
// relayStylePagination joins edges, so ask for edges, not for nodes.
export const MATCHES: TypedDocumentNode<Matches, { first: number; after?: string | null }> = gql`
  query Matches($first: Int!, $after: String) {
    matches(first: $first, after: $after) {
      edges {
        cursor
        node {
          id
          matchNumber
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`;

export function matches(client: ApolloClient, first: number) {
  const list = client.watchQuery({ query: MATCHES, variables: { first } });
  const more = async () => {
    const pageInfo = list.getCurrentResult().data?.matches?.pageInfo;
    if (pageInfo?.hasNextPage) {
      await list.fetchMore({ variables: { after: pageInfo.endCursor } });
    }
  };
  return { list, more };
}
// #end more
