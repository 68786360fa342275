/** `md-availability`: what is left, as it changes. */

import { Availability as Feed } from './documents.js';
import { batch, changed, each, fade, say, set, showWhen, word, write } from './page.js';
import { follow } from './socket.js';
import { type Category, digest, type Facts, isFew, matchStatus, meterWidth, newer, tagClass } from './stock.js';

const WORDS: Record<string, string> = {
  AVAILABLE: 'Available',
  TEMPORARILY_UNAVAILABLE: 'Held',
  SOLD_OUT: 'SoldOut',
  CLOSED: 'Closed',
};

interface State {
  matchNumber: number;
  version: number;
  match: Facts;
  categories: Category[];
}

/** The words for what is left. */
function left({ status, sellable }: Category): string | undefined {
  const name = WORDS[status];
  return status === 'AVAILABLE' ? word('left', { n: sellable }) : name && word(name[0]!.toLowerCase() + name.slice(1));
}

/** Whether the visitor may choose it. What has the focus stays, or the keyboard would lose its place. */
function allow(category: HTMLElement): void {
  const isOpen = category.dataset.status === 'AVAILABLE';
  each<HTMLInputElement>(category, 'input[type=radio]', (input) => {
    input.disabled = !isOpen && document.activeElement !== input;
    input.checked &&= isOpen;
  });
}

export class Availability extends HTMLElement {
  #stop?: () => void;
  /** Changes of status that were not said yet. */
  readonly #unsaid = new Map<HTMLElement, string>();
  readonly #come = batch<number, State>(newer, (state) => this.#apply(state));

  connectedCallback(): void {
    this.addEventListener('focusout', this.#left);
    if (this.#versions().size > 0) {
      this.#stop = follow({
        document: Feed,
        variables: () => {
          const versions = [...this.#versions()];
          return {
            matchNumbers: versions.map(([matchNumber]) => matchNumber),
            since: versions.map(([matchNumber, version]) => ({ matchNumber, version })),
          };
        },
        next: ({ availability }) => this.#come(availability.matchNumber, availability),
      });
    }
  }

  disconnectedCallback(): void {
    this.#stop?.();
    this.removeEventListener('focusout', this.#left);
  }

  /** What the page shows; the oldest version of a match that is there twice. */
  #versions(): Map<number, number> {
    const versions = new Map<number, number>();
    each(this, '[data-match]', ({ dataset }) => {
      const number = Number(dataset.match);
      versions.set(number, Math.min(versions.get(number) ?? Infinity, Number(dataset.version ?? 0)));
    });
    return versions;
  }

  readonly #left = (event: FocusEvent): void => {
    const category = (event.target as Element).closest<HTMLElement>('[data-category][data-status]');
    if (category) {
      setTimeout(() => allow(category));
    }
  };

  #apply(state: State): void {
    each(this, `[data-match="${state.matchNumber}"]`, (match) => {
      if (state.version <= Number(match.dataset.version)) {
        return;
      }
      set(match, 'data-version', String(state.version));
      if (match.dataset.facts && match.dataset.facts !== digest(state.match)) {
        this.#tellOfFacts(match, digest(state.match));
      }
      set(match, 'data-status', matchStatus(state.categories));
      for (const category of state.categories) {
        each(match, `[data-category="${category.category}"]`, (element) => this.#write(match, element, category));
      }
      const ofMatch = [...match.querySelectorAll<HTMLElement>('[data-when]')].filter((it) => !it.closest('[data-category]'));
      showWhen(ofMatch, match.dataset.status!);
    });
  }

  /** A page that changed its names and times by itself would move under its reader: it says so, and has the way to the newest. */
  #tellOfFacts(match: HTMLElement, facts: string): void {
    match.dataset.facts = facts;
    each(this, '[data-stale]', (notice) => (notice.hidden = false));
    say('facts', () => word('factsChanged'));
  }

  #write(match: HTMLElement, element: HTMLElement, category: Category): void {
    const stock = Number(element.dataset.stock ?? 0);
    const before = element.dataset.status;
    set(element, 'data-status', category.status);

    const tag = element.querySelector('[data-tag]');
    if (tag && write(tag, left(category))) {
      fade(element);
      changed();
    }
    tag?.setAttribute('class', tagClass(category, stock));
    if (stock > 0) {
      each(element, '[data-meter]', (meter) => {
        set(meter, 'width', String(meterWidth(category.sellable, stock)));
        set(meter, 'class', isFew(category.sellable, stock) ? 'few' : 'good');
      });
    }
    write(element.querySelector('[data-note]'), word(`note${WORDS[category.status]}`));
    showWhen(element.querySelectorAll<HTMLElement>('[data-when]'), category.status);
    allow(element);

    if (before && before !== category.status) {
      this.#say(match, element, left(category) ?? '');
    }
  }

  #say(match: HTMLElement, element: HTMLElement, state: string): void {
    const labels = { match: match.dataset.label ?? '', category: element.dataset.label ?? '' };
    this.#unsaid.set(element, word('announce', { ...labels, state }) ?? '');
    say('stock', () => {
      const all = [...this.#unsaid.values()];
      this.#unsaid.clear();
      return all.length === 1 ? all[0] : word('announceMany', { n: all.length });
    });
  }
}
