import type { MatchState } from '../live/states';

/** What this page asked for, and has no answer yet. */
export interface Asked {
  category: number;
  quantity: number;
  /** The version of the match that the page showed then. */
  version: number;
}

/** A match as the page shows it: less what was just asked for, until the site's own count comes. */
export function shown(state: MatchState, asked: Asked | undefined): MatchState {
  if (!asked || state.version > asked.version) return state;
  const categories = state.categories.map((category) =>
    category.category === asked.category
      ? { ...category, sellable: Math.max(0, category.sellable - asked.quantity) }
      : category,
  );
  return { ...state, categories };
}
