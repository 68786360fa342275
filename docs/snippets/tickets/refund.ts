import { withRetries } from '../errors/retry';
import type { Session } from '../sessions/tokens';
import { ORDER, type Order } from '../paying/order';

const REFUND = `mutation Refund($input: RefundReservationInput!) {
  refundReservation(input: $input) { reservation { ...Order } }
} ${ORDER}`;

/** Gives tickets of a paid reservation back: those named, or all that are left. Sent again, nothing is refunded twice. */
export async function refund(session: Session, reservationId: string, ticketIds?: string[], reason?: string): Promise<Order> {
  const input = { reservationId, ticketIds, reason };
  const answer = await withRetries(() =>
    session.request<{ refundReservation: { reservation: Order } }>(REFUND, { input }),
  );
  return answer.refundReservation.reservation;
}
