// Texts, as a document may write them otherwise than in JSON.

import { Kind, parseValue, print } from 'graphql';

/** A text as a block string, where that says the same. */
export function blockString(text) {
  const block = print({ kind: Kind.STRING, value: text, block: true });
  try {
    if (parseValue(block).value === text) return block;
  } catch {
    // It holds what a block string can't say.
  }
  return JSON.stringify(text);
}
