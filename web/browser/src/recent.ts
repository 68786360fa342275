/** What was looked for on this device before. It stays on it, and a browser that keeps nothing forgets it. */

const KEY = 'md-recent';
const MOST = 5;
const LETTERS_MAX = 200;

/** The last queries, the newest first. */
export function recent(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? kept.filter((query): query is string => typeof query === 'string').slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function keep(queries: readonly string[]): void {
  try {
    if (queries.length > 0) {
      localStorage.setItem(KEY, JSON.stringify(queries));
    } else {
      localStorage.removeItem(KEY);
    }
  } catch {
    // Nothing may be kept here.
  }
}

export function remember(typed: string): void {
  const query = typed.trim().slice(0, LETTERS_MAX);
  if (query) {
    const isOther = (known: string) => known.toLowerCase() !== query.toLowerCase();
    keep([query, ...recent().filter(isOther)].slice(0, MOST));
  }
}

export function forget(query: string): void {
  keep(recent().filter((known) => known !== query));
}

export function clear(): void {
  keep([]);
}
