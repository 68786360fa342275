// The newest answer's error and close codes: the page links them to what the documents say of them.
import { createStore } from './store.js';

/** `{ operationName, codes }`, or null. */
export const answer = createStore(null);

export function show(operationName, { errors }) {
  const said = errors?.flatMap(({ extensions }) => [extensions?.code, extensions?.closeCode]);
  answer.set({ operationName, codes: [...new Set(said)].filter(Boolean) });
}
