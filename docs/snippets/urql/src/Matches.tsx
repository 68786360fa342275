import { useMutation, useQuery, useSubscription } from 'urql';

import { graphql } from './gql';

const MATCHES = graphql(`
  query Matches {
    matches(first: 10) {
      nodes {
        id
        matchNumber
        version
        homeTeam
        awayTeam
        categories {
          category
          sellable
        }
      }
    }
  }
`);

// It selects the match with its id, so the cache updates the list from each message.
const AVAILABILITY = graphql(`
  subscription Availability($matchNumbers: [Int!]) {
    availability(matchNumbers: $matchNumbers) {
      matchNumber
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
`);

const RESERVE = graphql(`
  mutation Reserve($input: ReserveInput!) {
    reserve(input: $input) {
      reservation {
        id
        status
      }
    }
  }
`);

export function Matches() {
  const [{ data, error }] = useQuery({ query: MATCHES });
  const matches = data?.matches.nodes ?? [];
  useSubscription({
    query: AVAILABILITY,
    variables: { matchNumbers: matches.map(({ matchNumber }) => matchNumber) },
    pause: matches.length === 0,
  });
  const [{ fetching, error: refusal }, reserve] = useMutation(RESERVE);

  function hold(matchNumber: number) {
    // The key names this attempt: if the request is sent again after a lost answer, nothing is held twice.
    void reserve({ input: { matchNumber, category: 1, quantity: 1, idempotencyKey: crypto.randomUUID() } });
  }

  return (
    <>
      <h1>Matches</h1>
      {(error ?? refusal) && <p role="alert">{(error ?? refusal)?.message}</p>}
      <ul>
        {matches.map((match) => (
          <li key={match.id}>
            {match.homeTeam} – {match.awayTeam}: {match.categories.reduce((sum, { sellable }) => sum + sellable, 0)} left{' '}
            <button disabled={fetching} onClick={() => hold(match.matchNumber)}>
              Hold
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
