import { RequestError } from '../errors/request';
import { withRetries } from '../errors/retry';
import type { Session } from '../sessions/tokens';
import { ORDER, type Order } from './order';

const PAY = `mutation Pay($input: PayReservationInput!) {
  payReservation(input: $input) { clientSecret reservation { ...Order } }
} ${ORDER}`;

/** Pays by a card; `key` names this press of the button, and another card needs another key. */
export async function pay(
  session: Session,
  reservationId: string,
  paymentMethod: string,
  key: string = crypto.randomUUID(),
): Promise<{ reservation: Order; clientSecret: string | null }> {
  const input = { reservationId, paymentMethod, idempotencyKey: key };
  const answer = await withRetries(() =>
    session.request<{ payReservation: { reservation: Order; clientSecret: string | null } }>(PAY, { input }),
  );
  return answer.payReservation;
}

/** Why a card was refused, in the payment provider's words; undefined where another card does not help. */
export function declineOf(error: unknown): string | undefined {
  if (!(error instanceof RequestError) || error.code !== 'PAYMENT_FAILED') return undefined;
  return error.failures[0]?.extensions['declineCode'] as string | undefined;
}
