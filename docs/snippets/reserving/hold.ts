import { withRetries } from '../errors/retry';
import type { Session } from '../sessions/tokens';

// #part hold
export interface Hold {
  id: string;
  reference: string;
  status: 'PENDING' | 'AWAITING_PAYMENT' | 'RESERVED' | 'CANCELLED';
  cancelReason: string | null;
  expiresAt: string | null;
  extensionsLeft: number;
  quantity: number;
  totalPrice: { amount: string; currency: string };
  version: number;
}

export const HOLD = `fragment Hold on Reservation {
  id reference status cancelReason expiresAt extensionsLeft quantity
  totalPrice { amount currency }
  version
}`;
// #end hold

// #part reserve
const RESERVE = `mutation Reserve($input: ReserveInput!) { reserve(input: $input) { reservation { ...Hold } } } ${HOLD}`;

export interface Wanted {
  matchNumber: number;
  category: number;
  quantity: number;
}

/** Holds tickets. `key` names this press of the button: with the same key nothing is held twice. */
export async function hold(session: Session, wanted: Wanted, key: string = crypto.randomUUID()): Promise<Hold> {
  const input = { ...wanted, idempotencyKey: key };
  const { reserve } = await withRetries(() => session.request<{ reserve: { reservation: Hold } }>(RESERVE, { input }));
  return reserve.reservation;
}
// #end reserve

// #part extend
const EXTEND = `mutation Extend($input: ExtendReservationInput!) {
  extendReservation(input: $input) { reservation { ...Hold } }
} ${HOLD}`;

/** More time to pay; sent twice with the end that the page shows, it is done once. */
export async function extend(session: Session, { id, expiresAt }: Hold): Promise<Hold> {
  const input = { reservationId: id, expiresAt };
  const answer = await withRetries(() =>
    session.request<{ extendReservation: { reservation: Hold } }>(EXTEND, { input }),
  );
  return answer.extendReservation.reservation;
}
// #end extend

// #part cancel
const CANCEL = `mutation Cancel($id: ID!) {
  cancelReservation(input: { reservationId: $id }) { reservation { ...Hold } }
} ${HOLD}`;

export async function cancel(session: Session, id: string): Promise<Hold> {
  const answer = await withRetries(() =>
    session.request<{ cancelReservation: { reservation: Hold } }>(CANCEL, { id }),
  );
  return answer.cancelReservation.reservation;
}
// #end cancel
