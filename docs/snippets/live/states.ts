export interface MatchState {
  matchNumber: number;
  version: number;
  categories: { category: number; available: number; pending: number; sellable: number; status: string }[];
}

export const AVAILABILITY = `subscription Availability($matchNumbers: [Int!], $since: [VersionInput!]) {
  availability(matchNumbers: $matchNumbers, since: $since) {
    matchNumber
    version
    categories { category available pending sellable status }
  }
}`;

/** The newest state of each match, in whatever order and however often states come. */
export class MatchStates {
  readonly #states = new Map<number, MatchState>();

  /** Keeps a state; false for one that is known already, or is older than what is known. */
  take(state: MatchState): boolean {
    const known = this.#states.get(state.matchNumber);
    if (known && known.version >= state.version) return false;
    this.#states.set(state.matchNumber, state);
    return true;
  }

  of(matchNumber: number): MatchState | undefined {
    return this.#states.get(matchNumber);
  }

  /** What `since` takes. */
  get versions(): { matchNumber: number; version: number }[] {
    return [...this.#states.values()].map(({ matchNumber, version }) => ({ matchNumber, version }));
  }
}
