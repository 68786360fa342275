/** Finds the number of an ALTCHA challenge: the one that, written after the salt, has the digest. */

import { sha256, wordsOf } from './sha256.js';

export interface Challenge {
  algorithm: string;
  challenge: string;
  salt: string;
  maxnumber: number;
  signature: string;
}

/** A worker's share of the numbers: those from `first`, `step` apart. */
export interface Share {
  challenge: Challenge;
  first: number;
  step: number;
}

/** What a worker says: how many it has tried since it last said so, and in the end the number, or null. */
export interface Report {
  tried: number;
  number?: number | null;
}

/** Numbers between two reports. */
const REPORT_EACH = 5_000;

export function solve({ challenge, first, step }: Share, report: (report: Report) => void): void {
  const wanted = wordsOf(challenge.challenge);
  let tried = 0;
  if (wanted && challenge.algorithm === 'SHA-256') {
    for (let number = first; number <= challenge.maxnumber; number += step) {
      const found = sha256(challenge.salt + number);
      tried += 1;
      if (found[0] === wanted[0] && found.every((word, i) => word === wanted[i])) {
        report({ tried, number });
        return;
      }
      if (tried === REPORT_EACH) {
        report({ tried });
        tried = 0;
      }
    }
  }
  report({ tried, number: null });
}

/** What `solveCaptcha` takes. */
export function payload({ algorithm, challenge, salt, signature }: Challenge, number: number): string {
  return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
}
