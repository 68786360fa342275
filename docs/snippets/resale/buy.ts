import { RequestError } from '../errors/request';
import { withRetries } from '../errors/retry';
import { HOLD, type Hold } from '../reserving/hold';
import type { Session } from '../sessions/tokens';
import type { Listing } from './sell';

const ORDER = `mutation Order($input: OrderListingInput!) { orderListing(input: $input) { order { ...Hold } } } ${HOLD}`;

/** Orders a listing at the price that the buyer saw; an order is paid, extended and cancelled as a hold is. */
export async function order(session: Session, { id, version }: Listing, key: string = crypto.randomUUID()): Promise<Hold> {
  const input = { listingId: id, version, idempotencyKey: key };
  const { orderListing } = await withRetries(() => session.request<{ orderListing: { order: Hold } }>(ORDER, { input }));
  return orderListing.order;
}

/** Why a listing could not be ordered. */
export function afterRefusal(error: unknown): 'changed' | 'locked' | 'gone' | 'too-many' | 'later' | 'failed' {
  if (!(error instanceof RequestError)) return 'failed';
  const { code, currentVersion, lockedUntil } = error.failures[0]?.extensions ?? {};
  if (code === 'CONFLICT') return currentVersion ? 'changed' : lockedUntil ? 'locked' : 'gone';
  if (code === 'NOT_FOUND' || code === 'SALE_CLOSED') return 'gone';
  if (code === 'PURCHASE_LIMIT') return 'too-many';
  return code === 'RATE_LIMITED' ? 'later' : 'failed';
}
