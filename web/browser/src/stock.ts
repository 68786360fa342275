/** What is left, in classes and words. */

export interface Category {
  category: number;
  sellable: number;
  status: string;
}

export interface Versioned {
  version: number;
}

/** What the organiser says of a match. */
export interface Facts {
  homeTeam: string;
  awayTeam: string;
  location: string;
  dateUtc: string;
}

/** The facts in eight digits, as the page was printed with them: FNV-1a of their text in UTF-8. */
export function digest({ homeTeam, awayTeam, location, dateUtc }: Facts): string {
  const text = [homeTeam, awayTeam, location, Date.parse(dateUtc)].join('|');
  const hash = new TextEncoder().encode(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5);
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** Keeps the newer of two states; the one that is there where they are equally old. */
export function newer<T extends Versioned>(kept: T | undefined, come: T): T {
  return kept === undefined || come.version > kept.version ? come : kept;
}

export function isFew(sellable: number, stock: number): boolean {
  return sellable <= 5 || sellable * 10 <= stock;
}

/** Hundredths of the stock that can be had; a last ticket stays to be seen. */
export function meterWidth(sellable: number, stock: number): number {
  return sellable > 0 ? Math.max(2, Math.min(100, Math.round((sellable / stock) * 100))) : 0;
}

export function tagClass({ status, sellable }: Category, stock: number): string {
  if (status === 'AVAILABLE') {
    return isFew(sellable, stock) ? 'tag few' : 'tag good';
  }
  return status === 'SOLD_OUT' ? 'tag bad' : 'tag';
}

/** Of a match as a whole. */
export function matchStatus(categories: readonly Category[]): string {
  const has = (status: string) => categories.some((category) => category.status === status);
  if (has('AVAILABLE')) {
    return 'AVAILABLE';
  }
  if (has('TEMPORARILY_UNAVAILABLE')) {
    return 'TEMPORARILY_UNAVAILABLE';
  }
  return categories.every((category) => category.status === 'CLOSED') ? 'CLOSED' : 'SOLD_OUT';
}
