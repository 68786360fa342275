import { graphql } from './gql';
import type { AvailabilityStatus, MatchesQuery } from './gql/graphql';

export const MATCHES = graphql(`
  query Matches($first: Int!) {
    matches(first: $first) {
      nodes {
        id
        dateUtc
        categories {
          category
          sellable
          status
          price {
            amount
            currency
          }
        }
      }
    }
  }
`);

// #part values
type Match = MatchesQuery['matches']['nodes'][number];

export const kickOff = (match: Match): Date => new Date(match.dateUtc);

/** Cents: a number of JavaScript holds them exactly, and not the `0.1` of "0.10". */
export function cents(amount: string): number {
  const [units, rest = ''] = amount.split('.');
  return Number(units) * 100 + Number(rest.padEnd(2, '0').slice(0, 2));
}
// #end values

// #part enums
/** What a page says of a status, also of one that did not exist when the page was built. */
export function label(status: AvailabilityStatus | '%future added value'): string {
  switch (status) {
    case 'AVAILABLE':
      return 'On sale';
    case 'TEMPORARILY_UNAVAILABLE':
      return 'All tickets are on hold';
    case 'SOLD_OUT':
      return 'Sold out';
    case 'CLOSED':
      return 'The sale has ended';
    default:
      return 'Not on sale';
  }
}

/** Whether a page offers to hold tickets: by the number, which needs no list of statuses. */
export const canHold = (category: Match['categories'][number]): boolean => category.sellable > 0;
// #end enums
