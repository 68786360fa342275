/** How long to wait before the next try to connect. */

/** A lost connection is tried about each second for this long, so that a restart or a tunnel is over within two seconds. */
const FAST_MS = 30_000;
const SLOWEST_MS = 30_000;

/** What stands against the next try: a line that broke, or a server that asks for fewer. */
export interface Loss {
  /** Tries since the connection was last good; 0 is the first. */
  tries: number;
  /** Milliseconds since it was last good; the page itself came over a good one. */
  lostFor: number;
  /** Whether the server closed because it has too much to do, or because it does not understand us. */
  refused: boolean;
}

/** Milliseconds to wait; `random` is in [0, 1), so that the pages of a stadium do not come back at once. */
export function waitBefore(loss: Loss, random: number): number {
  if (!loss.refused && loss.lostFor < FAST_MS) {
    return loss.tries === 0 ? 500 * random : 500 + 1_000 * random;
  }
  const most = Math.min(SLOWEST_MS, 2_000 * 2 ** Math.min(loss.tries, 10));
  return most / 2 + (most / 2) * random;
}
