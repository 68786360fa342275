/** `md-order`: goes to the newest page of an order, unless that would cost the visitor something. */

import { Order as Feed } from './documents.js';
import { each, say, word } from './page.js';
import { follow } from './socket.js';
import { address, marksOf, type Ticket } from './tickets.js';

const OVER_MS = 3_000;
const BUSY_MS = 2_000;
const AGAIN_SECONDS_MAX = 30;

interface State {
  version: number;
  status: string;
  expiresAt: string | null;
  tickets: Ticket[];
}

/** Whether a form has what its visitor wrote or chose. */
function isDirty(form: HTMLFormElement): boolean {
  return (
    form.dataset.dirty !== undefined ||
    [...form.elements].some((field) => {
      if (field instanceof HTMLInputElement) {
        const isChoice = field.type === 'radio' || field.type === 'checkbox';
        return isChoice ? field.checked !== field.defaultChecked : field.type !== 'hidden' && field.value !== field.defaultValue;
      }
      if (field instanceof HTMLSelectElement) {
        const options = [...field.options];
        return options.some((it) => it.defaultSelected) && options.some((it) => it.selected !== it.defaultSelected);
      }
      return field instanceof HTMLTextAreaElement && field.value !== field.defaultValue;
    })
  );
}

export class Order extends HTMLElement {
  #stop?: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  connectedCallback(): void {
    const id = this.dataset.reservation;
    this.addEventListener('md-over', this.#timeIsOver);
    if (this.querySelector('md-countdown[data-left=over]')) {
      this.#timeIsOver();
    }
    if (id) {
      this.#stop = follow({
        document: Feed,
        variables: () => ({ id }),
        next: ({ reservation }) => this.#compare(reservation),
        over: (code) => code === 'UNAUTHENTICATED' && this.#tell('[data-signed-out]', 'signedOut'),
      });
    }
  }

  disconnectedCallback(): void {
    this.#stop?.();
    clearTimeout(this.#timer);
    this.removeEventListener('md-over', this.#timeIsOver);
  }

  readonly #timeIsOver = (): void => {
    // The server tells of it at once; this is for a page that cannot hear.
    this.#later(OVER_MS, () => this.#load(this.dataset.version + '!'));
  };

  #compare({ version, status, expiresAt, tickets }: State): void {
    const printed = Number(this.dataset.version);
    const marks = marksOf(tickets);
    if (version < printed || (version === printed && status === this.dataset.status && marks === this.dataset.tickets)) {
      return;
    }
    if (expiresAt) {
      each(this, 'md-countdown', (countdown) => (countdown.dataset.expires = expiresAt));
    }
    this.#load(`${version}:${marks}`);
  }

  /** A page may come from an instance that has not heard of the change yet: then it is loaded again, ever more slowly. */
  #load(version: string): void {
    const forms = [...document.forms];
    if (forms.some((form) => form.ariaBusy === 'true')) {
      // Its answer leads to the newest page by itself; if none comes, this does.
      this.#later(BUSY_MS, () => this.#load(version));
      return;
    }
    if (forms.some(isDirty)) {
      this.#tell('[data-stale]', 'orderChanged');
      return;
    }
    const key = `md-order ${this.dataset.reservation}`;
    const [last, times] = (sessionStorage.getItem(key) ?? '').split(' ');
    const tries = last === version ? Number(times) : 0;
    sessionStorage.setItem(key, `${version} ${tries + 1}`);
    const wait = tries === 0 ? 0 : Math.min(AGAIN_SECONDS_MAX, 2 ** (tries - 1)) * 1_000;
    this.#later(wait, () => location.replace(address(this.dataset.href ?? location.pathname, location)));
  }

  #later(ms: number, run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, ms);
  }

  #tell(selector: string, spoken: string): void {
    each(this, selector, (notice) => (notice.hidden = false));
    say('order', () => word(spoken));
  }
}
