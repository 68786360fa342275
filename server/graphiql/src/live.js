// How the running subscription is: what the page says of it below the answer.
import { createStore } from './store.js';

/** `{ state: 'connecting' | 'live' | 'again', messages, close }`, or null while none runs. */
export const live = createStore(null);

export function begins() {
  live.set({ state: 'connecting', messages: 0, close: null });
}

export function connected() {
  change({ state: 'live', close: null });
}

/** `close` ended its socket, and another is opened. */
export function reconnects(close) {
  change({ state: 'again', close });
}

export function counts() {
  change({ messages: (live.current()?.messages ?? 0) + 1 });
}

export function ends() {
  live.set(null);
}

function change(news) {
  if (live.current()) live.set({ ...live.current(), ...news });
}
