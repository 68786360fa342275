/** `md-captcha`: solves an ALTCHA challenge beside the page, and says how far it is. */

import { each, locale, set, word, write } from './page.js';
import { type Challenge, payload, type Report } from './pow.js';
import { worker } from './trusted.js';

const WORKERS_MAX = 4;
const percent = new Intl.NumberFormat(locale, { style: 'percent' });

export class Captcha extends HTMLElement {
  #workers: Worker[] = [];

  connectedCallback(): void {
    const { algorithm = '', challenge = '', salt = '', maxnumber, signature = '' } = this.dataset;
    this.#solve({ algorithm, challenge, salt, maxnumber: Number(maxnumber), signature });
  }

  disconnectedCallback(): void {
    this.#end();
  }

  #solve(challenge: Challenge): void {
    const count = Math.min(WORKERS_MAX, navigator.hardwareConcurrency || 1);
    let tried = 0;
    let running = count;
    this.#show('working', 0);
    for (let first = 0; first < count; first += 1) {
      const one = worker();
      this.#workers.push(one);
      one.onmessage = ({ data }: MessageEvent<Report>) => {
        tried += data.tried;
        if (typeof data.number === 'number') {
          this.#done(payload(challenge, data.number));
        } else if (data.number === null && (running -= 1) === 0) {
          this.#fail();
        } else {
          this.#show('working', Math.min(0.99, tried / challenge.maxnumber));
        }
      };
      one.onerror = () => this.#fail();
      one.postMessage({ challenge, first, step: count });
    }
  }

  #done(solution: string): void {
    this.#end();
    each<HTMLInputElement>(this, '[data-solution]', (field) => (field.value = solution));
    this.#show('done', 1);
    const form = this.closest('form');
    if (this.dataset.submit !== undefined) {
      form?.requestSubmit();
    }
  }

  #fail(): void {
    this.#end();
    this.#show('failed', 0);
  }

  #end(): void {
    this.#workers.forEach((one) => one.terminate());
    this.#workers = [];
  }

  #show(state: 'working' | 'done' | 'failed', part: number): void {
    set(this, 'data-state', state);
    const name = `captcha${state[0]!.toUpperCase()}${state.slice(1)}`;
    write(this.querySelector('[data-progress]'), word(name, { n: percent.format(part) }));
    each<HTMLProgressElement>(this, '[data-bar]', (bar) => {
      bar.hidden = state !== 'working';
      bar.value = part * 100;
    });
    each<HTMLButtonElement>(this.closest('form') ?? this, '[data-captcha-act]', (button) => (button.disabled = state !== 'done'));
  }
}
