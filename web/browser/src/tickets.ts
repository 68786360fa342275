/** What the page of an order knows of its tickets. */

export interface Ticket {
  status: string;
  code: string | null;
}

const MARK_LENGTH = 16;

/** How tickets stand, as the page prints it. */
export function marksOf(tickets: readonly Ticket[]): string {
  return tickets.map(({ status, code }) => `${status}:${(code ?? '').slice(-MARK_LENGTH)}`).join(',');
}

/**
 * Where the newest page is, at the ticket that is open: fans show several at a gate, one after the other. An address that differs
 * from the present one by its fragment alone would load nothing, so an empty query comes and goes.
 */
export function address(page: string, { hash, href }: { hash: string; href: string }): string {
  return hash ? `${page}${href.includes('?') ? '' : '?'}${hash}` : page;
}
