import { useMutation, useQuery, useSubscription } from '@apollo/client/react';

import { graphql } from './gql';

const MY_HOLD = graphql(`
  query MyHold {
    myReservations(first: 1) {
      nodes {
        id
      }
    }
  }
`);

const RESERVATION = graphql(`
  subscription Reservation($id: ID!) {
    reservation(id: $id) {
      id
      version
      status
      match {
        id
        homeTeam
        awayTeam
      }
    }
  }
`);

const CANCEL = graphql(`
  mutation Cancel($input: CancelReservationInput!) {
    cancelReservation(input: $input) {
      reservation {
        id
        version
        status
      }
    }
  }
`);

/** The viewer's newest reservation, live. */
export function Hold() {
  const id = useQuery(MY_HOLD).data?.myReservations.nodes[0]?.id;
  const { data, error } = useSubscription(RESERVATION, { variables: { id: id ?? '' }, skip: id === undefined });
  const [cancel, { error: refusal }] = useMutation(CANCEL, { onError: () => {} });
  const reservation = data?.reservation;

  if (error) return <p role="alert">{error.message}</p>;
  if (!reservation) return null;
  return (
    <p>
      Your ticket of {reservation.match.homeTeam} – {reservation.match.awayTeam} is {reservation.status}{' '}
      {reservation.status === 'PENDING' && (
        <button onClick={() => void cancel({ variables: { input: { reservationId: reservation.id } } })}>Cancel</button>
      )}
      {refusal && <span role="alert">{refusal.message}</span>}
    </p>
  );
}
