/** `md-pay`: a card by Stripe's Payment Element. The card's digits are in Stripe's frame and never here. */

import { each, locale, word, write } from './page.js';
import { loadScript } from './trusted.js';

interface Elements {
  create(type: 'payment'): PaymentElement;
}
interface PaymentElement {
  mount(into: HTMLElement): void;
  on(event: 'ready' | 'change' | 'loaderror', run: (event: { empty?: boolean }) => void): void;
}
interface Stripe {
  elements(options: { clientSecret: string; appearance: { theme: string } }): Elements;
  confirmPayment(options: {
    elements: Elements;
    confirmParams: { return_url: string };
  }): Promise<{ error?: { message?: string } }>;
}

export class Pay extends HTMLElement {
  async connectedCallback(): Promise<void> {
    const { key, secret, return: back, script } = this.dataset;
    const form = this.querySelector('form');
    const place = this.querySelector<HTMLElement>('[data-element]');
    if (!key || !secret || !back || !form || !place) {
      return;
    }
    try {
      await loadScript(script);
      const { Stripe } = window as unknown as { Stripe(key: string, options: { locale: string }): Stripe };
      const stripe = Stripe(key, { locale: locale.split('-')[0]! });
      const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
      const elements = stripe.elements({ clientSecret: secret, appearance: { theme: isDark ? 'night' : 'stripe' } });
      const element = elements.create('payment');
      element.on('ready', () => this.#enable(true));
      element.on('change', ({ empty }) => form.toggleAttribute('data-dirty', !empty));
      element.on('loaderror', () => this.#error(word('payUnreachable')));
      element.mount(place);
      form.addEventListener('submit', (event) => {
        event.preventDefault();
        void this.#confirm(form, () => stripe.confirmPayment({ elements, confirmParams: { return_url: back } }));
      });
    } catch {
      this.#error(word('payUnreachable'));
    }
  }

  /** Stripe leaves for the bank or for the order; what comes back here is why it did not. */
  async #confirm(form: HTMLFormElement, confirm: () => ReturnType<Stripe['confirmPayment']>): Promise<void> {
    if (form.ariaBusy === 'true') {
      return;
    }
    form.ariaBusy = 'true';
    this.#enable(false);
    this.#error(undefined);
    const button = this.querySelector('[data-pay]');
    const label = button?.textContent ?? '';
    write(button, word('paying'));
    const { error } = await confirm().catch(() => ({ error: {} as { message?: string } }));
    if (error) {
      this.#error(error.message ?? word('payFailed'));
      write(button, label);
      this.#enable(true);
      form.ariaBusy = null;
    }
  }

  #enable(isOn: boolean): void {
    each<HTMLButtonElement>(this, '[data-pay]', (button) => (button.disabled = !isOn));
  }

  #error(text: string | undefined): void {
    each(this, '[data-error]', (element) => {
      element.hidden = text === undefined;
      write(element, text);
    });
  }
}
