/** What all elements share of the page: its words, its live sign, its voice. */

import { Announcer, type Kind, type Speech } from './announcer.js';
import { age } from './time.js';
import { type Values, Words } from './words.js';

const root = document.documentElement;
export const locale = root.dataset.locale ?? (root.lang || 'en');
const words = new Words(JSON.parse(document.getElementById('md-words')?.textContent || '{}'), locale);

export function word(name: string, values?: Values): string | undefined {
  return words.say(name, values);
}

/** Writes only what differs, so that nothing is laid out anew for it. True where it did. */
export function write(element: Element | null, text: string | undefined): boolean {
  if (!element || text === undefined || element.textContent === text) {
    return false;
  }
  element.textContent = text;
  return true;
}

export function set(element: Element, name: string, value: string): void {
  if (element.getAttribute(name) !== value) {
    element.setAttribute(name, value);
  }
}

export function each<E extends HTMLElement>(within: ParentNode, selector: string, run: (element: E) => void): void {
  within.querySelectorAll<E>(selector).forEach(run);
}

/** Shows what is meant for a status and hides the rest. */
export function showWhen(elements: Iterable<HTMLElement>, status: string): void {
  for (const element of elements) {
    element.hidden = !element.dataset.when?.split(' ').includes(status);
  }
}

/** Marks what has changed for as long as it fades. */
export function fade(element: HTMLElement): void {
  element.dataset.changed = '';
  setTimeout(() => delete element.dataset.changed, 1_200);
}

/** Collects work of one frame; what is hidden does it when it is seen again. */
export function batch<K, T>(merge: (kept: T | undefined, come: T) => T, apply: (value: T, key: K) => void): (key: K, value: T) => void {
  const waiting = new Map<K, T>();
  return (key, value) => {
    if (waiting.size === 0) {
      requestAnimationFrame(() => {
        const due = [...waiting];
        waiting.clear();
        due.forEach(([key, value]) => apply(value, key));
      });
    }
    waiting.set(key, merge(waiting.get(key), value));
  };
}

let region: HTMLElement | undefined;
function voice(): HTMLElement {
  if (!region) {
    region = document.createElement('p');
    region.className = 'hidden';
    region.setAttribute('role', 'status');
    document.body.append(region);
  }
  return region;
}

// The region is there for a moment before it speaks: screen readers pass over one that comes with its text.
const announcer = new Announcer(
  (text) => (voice().textContent = text),
  () => performance.now(),
  (run, ms) => {
    voice();
    setTimeout(run, Math.max(ms, 200));
  },
);

export function say(kind: Kind, speech: Speech): void {
  announcer.say(kind, speech);
}

export type State = 'live' | 'reconnecting' | 'offline';

let state: State | undefined;
let changedAt = 0;
let repaint: ReturnType<typeof setTimeout> | undefined;
const ago = new Intl.RelativeTimeFormat(locale, { style: 'short' });

function paint(): void {
  clearTimeout(repaint);
  if (!state) {
    return;
  }
  const since = changedAt && state === 'live' ? age((performance.now() - changedAt) / 1_000) : undefined;
  const text = (since && word('changed', { ago: ago.format(-since[0], since[1]) })) ?? word(state);
  each(document, '[data-live]', (sign) => {
    set(sign, 'data-state', state!);
    write(sign, text);
  });
  if (since) {
    repaint = setTimeout(paint, 1_000);
  }
}

/** Says in the live sign how the page is connected. */
export function connection(now: State): void {
  if (state !== now) {
    state = now;
    paint();
  }
}

/** Says in the live sign that something has changed just now. */
export function changed(): void {
  changedAt = performance.now();
  paint();
}
