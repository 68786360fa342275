import { useMemo } from 'react';
import { graphql, useLazyLoadQuery, useMutation, useSubscription } from 'react-relay';

import type { HoldCancelMutation } from './__generated__/HoldCancelMutation.graphql';
import type { HoldQuery } from './__generated__/HoldQuery.graphql';
import type { HoldReservationQuery } from './__generated__/HoldReservationQuery.graphql';

/** The viewer's newest reservation, live. */
export function Hold() {
  const { myReservations } = useLazyLoadQuery<HoldQuery>(
    graphql`
      query HoldQuery {
        myReservations(first: 1) {
          nodes {
            id
          }
        }
      }
    `,
    {},
  );
  const id = myReservations.nodes[0]?.id;
  return id ? <Reservation key={id} id={id} /> : null;
}

function Reservation({ id }: { id: string }) {
  const config = useMemo(
    () => ({
      subscription: graphql`
        subscription HoldReservationSubscription($id: ID!) {
          reservation(id: $id) {
            id
            version
            status
          }
        }
      `,
      variables: { id },
    }),
    [id],
  );
  useSubscription(config);
  const { reservation } = useLazyLoadQuery<HoldReservationQuery>(
    graphql`
      query HoldReservationQuery($id: ID!) {
        reservation(id: $id) {
          id
          status
          match {
            homeTeam
            awayTeam
          }
        }
      }
    `,
    { id },
  );
  const [cancel] = useMutation<HoldCancelMutation>(graphql`
    mutation HoldCancelMutation($input: CancelReservationInput!) {
      cancelReservation(input: $input) {
        reservation {
          id
          version
          status
        }
      }
    }
  `);

  if (!reservation) return null;
  return (
    <p>
      Your ticket of {reservation.match.homeTeam} – {reservation.match.awayTeam} is {reservation.status}{' '}
      {reservation.status === 'PENDING' && (
        <button onClick={() => cancel({ variables: { input: { reservationId: id } } })}>Cancel</button>
      )}
    </p>
  );
}
