/** Speaks into one polite live region, at most once each ten seconds. */

const PAUSE_MS = 10_000;

/** What is to be said, made when its turn comes; undefined where it is not true any more. */
export type Speech = () => string | undefined;

/** In this order they get their turn. */
const KINDS = ['time', 'order', 'facts', 'stock', 'market'] as const;
export type Kind = (typeof KINDS)[number];

export class Announcer {
  readonly #waiting = new Map<Kind, Speech>();
  #spokenAt = -Infinity;
  #isSet = false;

  constructor(
    readonly write: (text: string) => void,
    readonly now: () => number,
    readonly later: (run: () => void, ms: number) => void,
  ) {}

  /** The newest speech of a kind takes the place of one that has not been said yet. */
  say(kind: Kind, speech: Speech): void {
    this.#waiting.set(kind, speech);
    this.#set();
  }

  #set(): void {
    if (!this.#isSet && this.#waiting.size > 0) {
      this.#isSet = true;
      this.later(() => this.#speak(), Math.max(0, this.#spokenAt + PAUSE_MS - this.now()));
    }
  }

  #speak(): void {
    this.#isSet = false;
    for (const kind of KINDS) {
      const text = this.#waiting.get(kind)?.();
      this.#waiting.delete(kind);
      if (text) {
        this.#spokenAt = this.now();
        this.write(text);
        break;
      }
    }
    this.#set();
  }
}
