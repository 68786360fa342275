import { useMemo, useState } from 'react';
import { graphql, useLazyLoadQuery, useMutation, usePaginationFragment, useSubscription } from 'react-relay';

import type { MatchesQuery } from './__generated__/MatchesQuery.graphql';
import type { MatchesReserveMutation } from './__generated__/MatchesReserveMutation.graphql';
import type { Matches_list$key } from './__generated__/Matches_list.graphql';

export function Matches() {
  const query = useLazyLoadQuery<MatchesQuery>(
    graphql`
      query MatchesQuery {
        ...Matches_list
      }
    `,
    {},
  );
  const { data, hasNext, loadNext } = usePaginationFragment<MatchesQuery, Matches_list$key>(
    graphql`
      fragment Matches_list on Query
      @argumentDefinitions(count: { type: "Int", defaultValue: 10 }, cursor: { type: "String" })
      @refetchable(queryName: "MatchesPageQuery") {
        matches(first: $count, after: $cursor) @connection(key: "Matches_matches") {
          totalCount
          edges {
            node {
              id
              matchNumber
              homeTeam
              awayTeam
              categories {
                category
                sellable
              }
            }
          }
        }
      }
    `,
    query,
  );
  useAvailability();
  const [reserve, isReserving] = useMutation<MatchesReserveMutation>(graphql`
    mutation MatchesReserveMutation($input: ReserveInput!) {
      reserve(input: $input) {
        reservation {
          id
          status
        }
      }
    }
  `);
  const [refusal, setRefusal] = useState<string>();

  function hold(matchNumber: number) {
    setRefusal(undefined);
    reserve({
      // The key names this attempt: sent again after a lost answer, it holds nothing twice.
      variables: { input: { matchNumber, category: 1, quantity: 1, idempotencyKey: crypto.randomUUID() } },
      // The new reservation becomes the first of the list that Hold shows.
      updater: (store) => {
        const held = store.getRootField('reserve').getLinkedRecord('reservation');
        store.getRoot().getLinkedRecord('myReservations', { first: 1 })?.setLinkedRecords([held], 'nodes');
      },
      onError: ({ message }) => setRefusal(message),
    });
  }

  return (
    <>
      <h1>{data.matches.totalCount} matches</h1>
      {refusal && <p role="alert">{refusal}</p>}
      <ul>
        {data.matches.edges.map(({ node: match }) => (
          <li key={match.id}>
            {match.homeTeam} – {match.awayTeam}: {match.categories.reduce((sum, { sellable }) => sum + sellable, 0)} left{' '}
            <button disabled={isReserving} onClick={() => hold(match.matchNumber)}>
              Hold
            </button>
          </li>
        ))}
      </ul>
      {hasNext && <button onClick={() => loadNext(10)}>More</button>}
    </>
  );
}

/** Each message selects its match by its id, so the store brings it into every list that shows the match. */
function useAvailability() {
  const config = useMemo(
    () => ({
      subscription: graphql`
        subscription MatchesAvailabilitySubscription($since: [VersionInput!]) {
          availability(since: $since) {
            matchNumber
            version
            match {
              id
              version
              categories {
                category
                sellable
              }
            }
          }
        }
      `,
      variables: {},
    }),
    [],
  );
  useSubscription(config);
}
