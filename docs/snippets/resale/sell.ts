import { withRetries } from '../errors/retry';
import type { Session } from '../sessions/tokens';

export interface Listing {
  id: string;
  state: 'OPEN' | 'LOCKED' | 'SOLD' | 'WITHDRAWN';
  title: string;
  description: string | null;
  price: { amount: string; currency: string };
  fee: { amount: string; currency: string };
  lockedUntil: string | null;
  withdrawing: boolean;
  version: number;
}

export const LISTING = `fragment Listing on Listing {
  id state title description price { amount currency } fee { amount currency } lockedUntil withdrawing version
}`;

// #part offer
const OFFER = `mutation Offer($input: CreateListingInput!) { createListing(input: $input) { listing { ...Listing } } } ${LISTING}`;

export interface Offer {
  ticketId: string;
  title: string;
  description?: string;
  price: { amount: string };
}

/** Offers a ticket. From now on its code opens no gate. */
export async function offer(session: Session, offered: Offer, key: string = crypto.randomUUID()): Promise<Listing> {
  const input = { ...offered, idempotencyKey: key };
  const answer = await withRetries(() => session.request<{ createListing: { listing: Listing } }>(OFFER, { input }));
  return answer.createListing.listing;
}
// #end offer

// #part change
const CHANGE = `mutation Change($input: UpdateListingInput!) { updateListing(input: $input) { listing { ...Listing } } } ${LISTING}`;

/** Changes the price that the seller saw; CONFLICT where the listing is at another version by now. */
export async function changePrice(session: Session, { id, version }: Listing, amount: string): Promise<Listing> {
  const input = { id, version, price: { amount } };
  const answer = await session.request<{ updateListing: { listing: Listing } }>(CHANGE, { input });
  return answer.updateListing.listing;
}
// #end change

// #part withdraw
const WITHDRAW = `mutation Withdraw($id: ID!) { withdrawListing(input: { id: $id }) { listing { ...Listing } } } ${LISTING}`;

/** Takes a listing back; where its buyer is paying, it stays LOCKED and `withdrawing` until that has failed. */
export async function withdraw(session: Session, id: string): Promise<Listing> {
  const answer = await withRetries(() => session.request<{ withdrawListing: { listing: Listing } }>(WITHDRAW, { id }));
  return answer.withdrawListing.listing;
}
// #end withdraw
