/**
 * `md-search`: the box of the search as a combobox with a list of links (WAI-ARIA APG). A module of its own, which the page
 * loads once the box is used. The focus stays in the box; what is offered comes from the server in the words of the page.
 * Whatever fails, the form in it goes on to the page of results.
 */

import { clear, forget, recent, remember } from './recent.js';

/** A pause in typing. */
const PAUSE_MS = 120;
const ANSWER_MS = 5_000;
const LETTERS_MIN = 2;
const COMPOSING = 229;

interface Choice {
  href: string;
  title: string;
  detail: string;
}
interface Options {
  said: string;
  note: string | null;
  options: Choice[];
}

function made<K extends keyof HTMLElementTagNameMap>(tag: K, className: string, text = ''): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) {
    element.className = className;
  }
  element.textContent = text;
  return element;
}

/** The query of a link to results; none of one to a match or an offer. */
function lookedFor(link: HTMLAnchorElement | null): string | null {
  return link && new URL(link.href).searchParams.get('q');
}

export class Search extends HTMLElement {
  readonly #box = this.querySelector('input')!;
  readonly #form = this.querySelector('form')!;
  readonly #list = made('div', 'options');
  readonly #popup = made('div', 'popup');
  readonly #status = made('p', 'hidden');
  #asked: AbortController | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;
  #active = -1;

  connectedCallback(): void {
    const [box, list] = [this.#box, this.#list];
    list.id = `${box.id}-options`;
    list.role = 'listbox';
    list.ariaLabel = this.querySelector('label')!.textContent;
    this.#status.role = 'status';
    this.#popup.hidden = true;
    box.role = 'combobox';
    box.setAttribute('aria-controls', list.id);
    box.ariaAutoComplete = 'list';
    box.ariaExpanded = 'false';
    this.append(this.#popup, this.#status);

    box.oninput = (event) => {
      // What is being composed is no word yet.
      if (!(event as InputEvent).isComposing) {
        this.#typed();
      }
    };
    box.addEventListener('compositionend', () => this.#typed());
    box.onkeydown = (event) => this.#pressed(event);
    box.onclick = box.onfocus = () => this.#entered();
    this.addEventListener('focusout', ({ relatedTarget }) => {
      if (!this.contains(relatedTarget as Node | null)) {
        this.#close();
      }
    });
    // A press takes no focus from the box, which would close the list before the click.
    this.#popup.onmousedown = (event) => event.preventDefault();
    this.#form.onsubmit = () => remember(box.value);
    this.#list.onclick = ({ target }) => remember(lookedFor((target as Element).closest('a')) ?? box.value);
    addEventListener('pagehide', this.#close);
    // The module may come after the first letters.
    if (document.activeElement === box) {
      this.#entered();
      if (box.value !== box.defaultValue) {
        this.#typed();
      }
    }
  }

  disconnectedCallback(): void {
    this.#close();
    removeEventListener('pagehide', this.#close);
  }

  readonly #close = (): void => {
    clearTimeout(this.#pause);
    this.#asked?.abort();
    this.#popup.hidden = true;
    this.#box.ariaExpanded = 'false';
    this.#choose(-1);
  };

  /** In an empty box stands what was looked for before. What is there already is asked for by an arrow key. */
  #entered(): void {
    if (this.#popup.hidden && this.#box.value.trim() === '') {
      this.#showRecent();
    }
  }

  #typed(pause = PAUSE_MS): void {
    clearTimeout(this.#pause);
    this.#asked?.abort();
    const query = this.#box.value.trim();
    if (query === '') {
      this.#showRecent();
    } else if (query.length < LETTERS_MIN) {
      this.#close();
    } else {
      this.#pause = setTimeout(() => void this.#ask(query), pause);
    }
  }

  async #ask(query: string): Promise<void> {
    const asked = new AbortController();
    this.#asked = asked;
    try {
      const answer = await fetch(`${this.dataset.options}?${new URLSearchParams({ q: query })}`, {
        signal: AbortSignal.any([asked.signal, AbortSignal.timeout(ANSWER_MS)]),
      });
      const found = answer.ok ? ((await answer.json()) as Options) : undefined;
      // An answer that comes late says nothing of what is typed by now.
      if (asked !== this.#asked || asked.signal.aborted) {
        return;
      }
      if (found) {
        this.#show(found);
      } else {
        this.#close();
      }
    } catch {
      if (asked === this.#asked && !asked.signal.aborted) {
        this.#close();
      }
    }
  }

  #show({ said, note, options }: Options): void {
    this.#fill(options);
    this.#open([...(note ? [made('p', 'small muted', note)] : []), this.#list], options.length > 0);
    // What cannot be seen is heard once.
    this.#status.textContent = note ? `${said}. ${note}` : said;
  }

  #showRecent(): void {
    const queries = recent();
    this.#status.textContent = '';
    if (queries.length === 0) {
      this.#close();
      return;
    }
    const { recent: heading, forget: word = '', forgetAll = '' } = this.dataset;
    this.#fill(queries.map((title) => ({ href: `${this.#form.action}?${new URLSearchParams({ q: title })}`, title, detail: '' })));
    const head = made('div', 'row spread');
    head.append(made('span', 'small muted', heading), this.#button('link', forgetAll, null, clear));
    const buttons = made('div', 'forget');
    buttons.append(...queries.map((query) => this.#button('', '', word.replace('{query}', query), () => forget(query))));
    const rows = made('div', 'recent');
    rows.append(this.#list, buttons);
    this.#open([head, rows], true);
  }

  #button(className: string, text: string, label: string | null, run: () => void): HTMLButtonElement {
    const button = made('button', className, text);
    button.type = 'button';
    button.ariaLabel = label;
    button.onclick = () => {
      run();
      this.#box.focus();
      this.#showRecent();
    };
    return button;
  }

  #fill(choices: readonly Choice[]): void {
    this.#active = -1;
    this.#box.removeAttribute('aria-activedescendant');
    this.#list.replaceChildren(
      ...choices.map(({ href, title, detail }, at) => {
        const option = made('a', '');
        option.id = `${this.#list.id}-${at}`;
        option.role = 'option';
        option.tabIndex = -1;
        option.href = href;
        option.ariaSelected = 'false';
        option.append(made('b', '', title), ...(detail ? [made('span', 'small muted', detail)] : []));
        return option;
      }),
    );
  }

  #open(content: readonly Node[], hasOptions: boolean): void {
    this.#popup.replaceChildren(...content);
    this.#list.hidden = !hasOptions;
    this.#popup.hidden = false;
    this.#box.ariaExpanded = String(hasOptions);
  }

  get #options(): HTMLElement[] {
    return [...this.#list.children] as HTMLElement[];
  }

  #choose(at: number): void {
    this.#active = at;
    this.#options.forEach((option, index) => (option.ariaSelected = String(index === at)));
    const option = this.#options[at];
    option?.scrollIntoView({ block: 'nearest' });
    if (option) {
      this.#box.setAttribute('aria-activedescendant', option.id);
    } else {
      this.#box.removeAttribute('aria-activedescendant');
    }
  }

  #pressed(event: KeyboardEvent): void {
    const { key, isComposing, keyCode, altKey, ctrlKey, metaKey } = event;
    // Safari says by the code alone that a key ends a composition.
    if (isComposing || keyCode === COMPOSING || ctrlKey || metaKey) {
      return;
    }
    const isOpen = this.#box.ariaExpanded === 'true';
    const last = this.#options.length - 1;
    const isActive = isOpen && this.#active >= 0;
    if (key === 'ArrowDown' || key === 'ArrowUp') {
      if (!isOpen) {
        this.#typed(0);
      } else if (!altKey) {
        // Beyond either end is the box itself.
        this.#choose(key === 'ArrowDown' ? (this.#active === last ? -1 : this.#active + 1) : this.#active < 0 ? last : this.#active - 1);
      }
    } else if ((key === 'Home' || key === 'End') && isActive) {
      this.#choose(key === 'Home' ? 0 : last);
    } else if (key === 'Enter' && isActive) {
      this.#options[this.#active]!.click();
    } else if (key === 'Escape' && !this.#popup.hidden) {
      this.#close();
    } else if (key === 'Escape' && this.#box.value !== '') {
      this.#box.value = '';
    } else {
      return;
    }
    event.preventDefault();
  }
}

customElements.define('md-search', Search);
