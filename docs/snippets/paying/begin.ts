import type { Session } from '../sessions/tokens';

const BEGIN = `mutation Begin($id: ID!) {
  createPaymentIntent(input: { reservationId: $id }) { clientSecret }
}`;

/** The secret of the payment that waits for its payer, also after a reload; null where none waits. */
export async function begin(session: Session, id: string): Promise<string | null> {
  const { createPaymentIntent } = await session.request<{ createPaymentIntent: { clientSecret: string | null } }>(BEGIN, { id });
  return createPaymentIntent.clientSecret;
}
