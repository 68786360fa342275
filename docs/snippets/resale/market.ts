import type { Client } from 'graphql-ws';

import { request } from '../errors/request';
import { LISTING, type Listing } from './sell';

const MARKET = `query Market($filter: ListingFilter, $after: String) {
  listings(filter: $filter, first: 100, after: $after) {
    nodes { ...Listing }
    pageInfo { hasNextPage endCursor }
  }
} ${LISTING}`;

const CHANGES = `subscription Changes($matchNumbers: [Int!], $since: [ListingVersionInput!]) {
  listingsChanged(matchNumbers: $matchNumbers, since: $since) { ...Listing }
} ${LISTING}`;

interface Page {
  listings: { nodes: Listing[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } };
}

/** The market of one match, at the newest version of each listing. */
export class Market {
  readonly #listings = new Map<string, Listing>();

  /** What buyers see: also what another buyer has ordered, for that may come back. */
  get offered(): Listing[] {
    return [...this.#listings.values()].filter(({ state }) => state === 'OPEN' || state === 'LOCKED');
  }

  /** Reads the market once, so that an empty one is known to be empty. */
  async load(url: string, matchNumber: number): Promise<void> {
    let after: string | null = null;
    do {
      const { listings }: Page = await request<Page>(url, MARKET, { filter: { matchNumber }, after });
      listings.nodes.forEach((listing) => this.#take(listing));
      after = listings.pageInfo.hasNextPage ? listings.pageInfo.endCursor : null;
    } while (after);
  }

  /** Follows what changes from then on; returns what ends it. */
  follow(client: Client, matchNumber: number, changed: () => void, failed: (error: unknown) => void): () => void {
    const listings = this.#listings;
    const variables = {
      matchNumbers: [matchNumber],
      get since() {
        return [...listings.values()].map(({ id, version }) => ({ listingId: id, version }));
      },
    };
    return client.subscribe<{ listingsChanged: Listing }>(
      { query: CHANGES, variables },
      {
        next: ({ data, errors }) => {
          if (errors) failed(errors);
          else if (data && this.#take(data.listingsChanged)) changed();
        },
        error: failed,
        complete: () => undefined,
      },
    );
  }

  #take(listing: Listing): boolean {
    const known = this.#listings.get(listing.id);
    if (known && known.version >= listing.version) return false;
    this.#listings.set(listing.id, listing);
    return true;
  }
}
