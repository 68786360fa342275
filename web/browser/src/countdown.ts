/** `md-countdown`: the time that is left, by the server's clock. */

import { each, locale, say, word, write } from './page.js';
import { type Anchor, clockParts, passed, secondsLeft, serverNow } from './time.js';

const whole = new Intl.NumberFormat(locale, { useGrouping: false });
const padded = new Intl.NumberFormat(locale, { minimumIntegerDigits: 2 });

/** When the server rendered this page, by both clocks: not later than the request was sent, so never too much is left. */
function anchorAt(server: number): Anchor {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  const passed = performance.now() - (navigation?.requestStart ?? 0);
  return { server, wall: Date.now() - passed, steady: performance.now() - passed };
}

export class Countdown extends HTMLElement {
  static readonly observedAttributes = ['data-expires'];
  #anchor?: Anchor;
  #before = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    this.#anchor = anchorAt(Date.parse(this.dataset.now ?? ''));
    addEventListener('pageshow', this.#tick);
    document.addEventListener('visibilitychange', this.#tick);
    this.#tick();
  }

  disconnectedCallback(): void {
    clearTimeout(this.#timer);
    removeEventListener('pageshow', this.#tick);
    document.removeEventListener('visibilitychange', this.#tick);
  }

  attributeChangedCallback(): void {
    this.#before = Infinity;
    this.#tick();
  }

  readonly #tick = (): void => {
    clearTimeout(this.#timer);
    if (!this.#anchor) {
      return;
    }
    const now = serverNow(this.#anchor, Date.now(), performance.now());
    const end = Date.parse(this.dataset.expires ?? '');
    const left = secondsLeft(end, now);
    if (Number.isNaN(left)) {
      return;
    }
    this.#show(left);
    if (left > 0) {
      this.#timer = setTimeout(this.#tick, ((end - now) % 1_000) + 20);
    }
  };

  #show(left: number): void {
    const state = left === 0 ? 'over' : left < Number(this.dataset.warn ?? 120) ? 'soon' : 'calm';
    this.dataset.left = state;
    const [first, ...rest] = clockParts(left);
    write(this.querySelector('[data-clock]'), [whole.format(first!), ...rest.map((part) => padded.format(part))].join(':'));
    each(this, '[data-warning]', (element) => (element.hidden = state !== 'soon'));
    each(this, '[data-over]', (element) => (element.hidden = state !== 'over'));

    const before = this.#before;
    this.#before = left;
    const mark = before === Infinity ? undefined : passed(before, left);
    if (mark !== undefined) {
      say('time', () => (left > 0 ? word('minutesLeft', { n: Math.ceil(left / 60) }) : word('timeOver')));
    }
    if (left === 0 && before > 0) {
      this.dispatchEvent(new Event('md-over', { bubbles: true }));
    }
  }
}
