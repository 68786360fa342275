import type { Client } from 'graphql-ws';

// #part order
interface Money {
  amount: string;
  currency: string;
}

export interface Order {
  id: string;
  reference: string;
  status: 'PENDING' | 'AWAITING_PAYMENT' | 'RESERVED' | 'CANCELLED';
  cancelReason: string | null;
  version: number;
  payment: {
    status: string;
    declineCode: string | null;
    amount: Money;
    refunds: { status: 'PROCESSING' | 'DONE' | 'REFUSED'; amount: Money; reason: string | null }[];
  } | null;
  tickets: { id: string; seat: number; status: string; passUrl: string | null }[];
}

export const ORDER = `fragment Order on Reservation {
  id reference status cancelReason version
  payment { status declineCode amount { amount currency } refunds { status amount { amount currency } reason } }
  tickets { id seat status passUrl }
}`;
// #end order

// #part step
/** What a page shows of an order, wherever its payment stands. */
export function stepOf({ status, payment }: Order): 'choose-card' | 'confirm' | 'other-card' | 'wait' | 'paid' | 'over' {
  if (status === 'RESERVED') return payment?.status === 'AUTHORISED' ? 'wait' : 'paid';
  if (status === 'CANCELLED') return 'over';
  if (status === 'PENDING') return 'choose-card';
  if (payment?.status !== 'REQUIRES_ACTION') return 'wait';
  // The same payment waits for another card, which the provider's form takes.
  return payment.declineCode ? 'other-card' : 'confirm';
}
// #end step

// #part follow
const FOLLOW = `subscription Follow($id: ID!) { reservation(id: $id) { ...Order } } ${ORDER}`;

/** Shows each step of an order, and where it stands after a reload; returns what ends it. */
export function follow(client: Client, id: string, show: (order: Order) => void, failed: (error: unknown) => void): () => void {
  return client.subscribe<{ reservation: Order }>(
    { query: FOLLOW, variables: { id } },
    {
      next: ({ data, errors }) => (data ? show(data.reservation) : failed(errors)),
      error: failed,
      complete: () => undefined,
    },
  );
}
// #end follow
