/** `md-market`: what fans offer, as it changes. */

import { Market as Feed } from './documents.js';
import { batch, changed, each, fade, locale, say, set, showWhen, word, write } from './page.js';
import { follow } from './socket.js';
import { newer } from './stock.js';

/** For so long an order still names the version before: nobody pays a price that came up under their finger. */
const SEEN_MS = 2_000;

const TAGS: Record<string, string> = { OPEN: 'tag good', LOCKED: 'tag few', SOLD: 'tag', WITHDRAWN: 'tag' };

interface Listing {
  id: string;
  version: number;
  state: string;
  category: number;
  createdAt: string;
  price: { amount: string; currency: string };
}

function money({ amount, currency }: Listing['price']): string {
  const digits = Number(amount) % 1 === 0 ? { minimumFractionDigits: 0 } : {};
  return new Intl.NumberFormat(locale, { style: 'currency', currency, currencyDisplay: 'narrowSymbol', ...digits }).format(Number(amount));
}

export class Market extends HTMLElement {
  #stop?: () => void;
  readonly #fresh = new Set<string>();
  readonly #come = batch<string, Listing>(newer, (listing) => this.#apply(listing));

  connectedCallback(): void {
    const { matches } = this.dataset;
    const rows = () => [...this.querySelectorAll<HTMLElement>('[data-listing]')];
    this.#stop = follow({
      document: Feed,
      variables: () => ({
        ...(matches && { matchNumbers: matches.split(' ').map(Number) }),
        since: rows().map(({ dataset }) => ({ listingId: dataset.listing!, version: Number(dataset.version) })),
      }),
      next: ({ listingsChanged }) => this.#come(listingsChanged.id, listingsChanged),
    });
  }

  disconnectedCallback(): void {
    this.#stop?.();
  }

  #apply(listing: Listing): void {
    const row = this.querySelector<HTMLElement>(`[data-listing="${CSS.escape(listing.id)}"]`);
    if (!row) {
      this.#count(listing);
    } else if (listing.version > Number(row.dataset.version)) {
      this.#write(row, listing);
    }
  }

  #write(row: HTMLElement, { version, state, price }: Listing): void {
    set(row, 'data-version', String(version));
    set(row, 'data-state', state);
    // The server may write the same amount in another way, so amounts are compared and not texts.
    const isNewPrice = Number(price.amount) !== Number(row.dataset.amount);
    if (isNewPrice) {
      row.dataset.amount = price.amount;
      each(row, '[data-price]', (element) => write(element, money(price)));
    }

    const tag = row.querySelector('[data-tag]');
    const isTold = isNewPrice && state === 'OPEN';
    write(tag, word(isTold ? 'priceChanged' : `listing${state[0]}${state.slice(1).toLowerCase()}`));
    tag?.setAttribute('class', isTold ? 'tag few' : (TAGS[state] ?? 'tag'));
    showWhen(row.querySelectorAll<HTMLElement>('[data-when]'), state);
    each<HTMLButtonElement>(row, '[data-act]', (button) => (button.disabled = state !== 'OPEN'));
    setTimeout(() => {
      if (row.dataset.version === String(version)) {
        each<HTMLInputElement>(row, 'input[name=version]', (input) => (input.value = String(version)));
      }
    }, SEEN_MS);
    fade(row);
    changed();
  }

  /** Offers that came after the page and fit its filter are counted; a link shows them. */
  #count(listing: Listing): void {
    const { newest, category, priceMin = 0, priceMax = Infinity } = this.dataset;
    const amount = Number(listing.price.amount);
    const fits =
      listing.state === 'OPEN' &&
      newest !== undefined &&
      // Where nothing was offered, every offer is new.
      !(Date.parse(listing.createdAt) <= Date.parse(newest)) &&
      (!category || Number(category) === listing.category) &&
      amount >= Number(priceMin) &&
      amount <= Number(priceMax);
    const before = this.#fresh.size;
    this.#fresh[fits ? 'add' : 'delete'](listing.id);
    const n = this.#fresh.size;
    if (n !== before) {
      each(this, '[data-new-count]', (element) => write(element, word('newOffers', { n })));
      each(this, '[data-new]', (element) => (element.hidden = n === 0));
      say('market', () => (this.#fresh.size > 0 ? word('newOffers', { n: this.#fresh.size }) : undefined));
    }
  }
}
