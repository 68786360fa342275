/** Made by documents.mjs of documents/*.graphql and schema.graphql. */

/** A text that is sent, the type of its variables, and that of its answer. */
export interface Document<V, R> {
  text: string;
  of?: [V, R];
}

export const Availability: Document<{ matchNumbers?: Array<number> | null; since?: Array<{ matchNumber: number; version: number }> | null }, { availability: { matchNumber: number; version: number; match: { homeTeam: string; awayTeam: string; location: string; dateUtc: string }; categories: Array<{ category: number; sellable: number; status: 'AVAILABLE' | 'TEMPORARILY_UNAVAILABLE' | 'SOLD_OUT' | 'CLOSED' }> } }> = {
  text: 'subscription Availability($matchNumbers:[Int!]$since:[VersionInput!]){availability(matchNumbers:$matchNumbers since:$since){matchNumber version match{homeTeam awayTeam location dateUtc}categories{category sellable status}}}',
};

export const Market: Document<{ matchNumbers?: Array<number> | null; since?: Array<{ listingId: string; version: number }> | null }, { listingsChanged: { id: string; version: number; state: 'OPEN' | 'LOCKED' | 'SOLD' | 'WITHDRAWN'; category: number; createdAt: string; price: { amount: string; currency: string } } }> = {
  text: 'subscription Market($matchNumbers:[Int!]$since:[ListingVersionInput!]){listingsChanged(matchNumbers:$matchNumbers since:$since){id version state category createdAt price{amount currency}}}',
};

export const Order: Document<{ id: string }, { reservation: { id: string; status: 'PENDING' | 'AWAITING_PAYMENT' | 'RESERVED' | 'CANCELLED'; version: number; expiresAt: string | null; tickets: Array<{ status: 'VALID' | 'LISTED' | 'TRANSFERRED' | 'USED' | 'REFUNDED'; code: string | null }> } }> = {
  text: 'subscription Order($id:ID!){reservation(id:$id){id status version expiresAt tickets{status code}}}',
};

export const RefreshSession: Document<Record<string, never>, { refreshSession: { expiresAt: string } }> = {
  text: 'mutation RefreshSession{refreshSession(input:{}){expiresAt}}',
};
