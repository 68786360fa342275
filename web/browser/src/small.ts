/** The small ones: `md-once`, `md-copy`, `md-print`, `md-full`, menus that close, and the box of the search that loads its module. */

import { each, word, write } from './page.js';

declare const SEARCH: string;

const AGAIN_MS = 10_000;
const SAID_MS = 2_000;

/** Lets a form go once, until the page is shown again or the answer has been too long in coming. */
export class Once extends HTMLElement {
  connectedCallback(): void {
    this.addEventListener('submit', (event) => this.#sent(event));
    addEventListener('pageshow', this.#free);
  }

  disconnectedCallback(): void {
    removeEventListener('pageshow', this.#free);
  }

  readonly #free = (): void => {
    each<HTMLFormElement>(this, 'form[aria-busy]', (form) => (form.ariaBusy = null));
    each(this, '[data-busy]', (button) => {
      button.removeAttribute('aria-disabled');
      // What it said before is kept in the attribute itself.
      write(button, button.dataset.busy || undefined);
      delete button.dataset.busy;
    });
  };

  #sent(event: SubmitEvent): void {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== 'post') {
      return;
    }
    if (form.ariaBusy === 'true') {
      event.preventDefault();
      return;
    }
    form.ariaBusy = 'true';
    const button = event.submitter;
    if (button) {
      button.setAttribute('aria-disabled', 'true');
      // A button with more than text in it keeps that.
      const isText = button.childElementCount === 0;
      button.dataset.busy = isText ? (button.textContent ?? '') : '';
      write(isText ? button : null, word('sending'));
    }
    setTimeout(this.#free, AGAIN_MS);
  }
}

/** Shows the button that the server hid, and runs what it does. */
function offer(element: HTMLElement, run: (button: HTMLButtonElement) => void): void {
  each<HTMLButtonElement>(element, 'button', (button) => {
    button.hidden = false;
    button.onclick = () => run(button);
  });
}

export class Copy extends HTMLElement {
  connectedCallback(): void {
    if (navigator.clipboard) {
      offer(this, (button) => void this.#copy(button));
    }
  }

  async #copy(button: HTMLButtonElement): Promise<void> {
    await navigator.clipboard.writeText(this.dataset.text ?? '');
    const label = button.textContent ?? '';
    if (write(button, word('copied'))) {
      setTimeout(() => write(button, label), SAID_MS);
    }
  }
}

export class Print extends HTMLElement {
  connectedCallback(): void {
    offer(this, () => print());
  }
}

/** The code over the whole screen is the style sheet's work, by its fragment; this keeps the screen on. */
export class Full extends HTMLElement {
  #lock?: Promise<WakeLockSentinel | undefined> | undefined;

  connectedCallback(): void {
    addEventListener('hashchange', this.#changed);
    addEventListener('keydown', this.#key);
    this.#changed();
  }

  disconnectedCallback(): void {
    removeEventListener('hashchange', this.#changed);
    removeEventListener('keydown', this.#key);
  }

  readonly #changed = (): void => {
    const shown = this.querySelector<HTMLElement>(':target');
    if (shown && !this.#lock) {
      shown.focus();
      this.#lock = navigator.wakeLock?.request('screen').catch(() => undefined);
    } else if (!shown) {
      void this.#lock?.then((lock) => lock?.release());
      this.#lock = undefined;
    }
  };

  readonly #key = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape') {
      this.querySelector<HTMLElement>(':target .close')?.click();
    }
  };
}

/** Menus close at Escape and at a click elsewhere. */
export function closeMenus(): void {
  const close = (keep: Node | null) =>
    each<HTMLDetailsElement>(document, 'details.menu[open]', (menu) => {
      if (!menu.contains(keep)) {
        menu.open = false;
      }
    });
  addEventListener('click', ({ target }) => close(target as Node));
  addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') {
      document.activeElement?.closest('details.menu')?.querySelector('summary')?.focus();
      close(null);
    }
  });
}

/** `md-search` has a module of its own, which is loaded once the box is used: most pages are read without. */
export function loadSearch(): void {
  each(document, 'md-search', (search) => {
    const load = () => void import(new URL(SEARCH, import.meta.url).href).catch(() => undefined);
    if (search.contains(document.activeElement)) {
      load();
    } else {
      search.addEventListener('focusin', load, { once: true });
    }
  });
}
