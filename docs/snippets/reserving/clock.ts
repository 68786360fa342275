/** The site's time, whatever the clock of the visitor's device says. */
export class SiteClock {
  readonly #ahead: number;

  /** `now` is the site's, of an answer that was asked for at `askedAt` by `performance.now()`. */
  constructor(now: string, askedAt: number) {
    this.#ahead = Date.parse(now) - askedAt;
  }

  /** Milliseconds until a time of the site's; it ends a round trip early rather than late. */
  leftUntil(time: string): number {
    return Date.parse(time) - this.#ahead - performance.now();
  }
}

/** Shows the seconds that are left, each once, down to 0; returns what ends it. */
export function countdown(clock: SiteClock, expiresAt: string, show: (seconds: number) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown: number | undefined;
  const tick = () => {
    const left = clock.leftUntil(expiresAt);
    const seconds = Math.max(0, Math.ceil(left / 1000));
    if (seconds !== shown) show((shown = seconds));
    if (left > 0) timer = setTimeout(tick, left % 1000 || 1000);
  };
  tick();
  return () => clearTimeout(timer);
}
