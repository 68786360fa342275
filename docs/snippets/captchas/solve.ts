export interface Altcha {
  algorithm: string;
  challenge: string;
  maxnumber: number;
  salt: string;
  signature: string;
}

const hex = (bytes: ArrayBuffer) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** Finds the number that has the challenge's digest, and returns what `solveCaptcha` takes. */
export async function solve({ algorithm, challenge, maxnumber, salt, signature }: Altcha): Promise<string> {
  const text = new TextEncoder();
  for (let number = 0; number <= maxnumber; number += 1) {
    const digest = await crypto.subtle.digest('SHA-256', text.encode(`${salt}${number}`));
    if (hex(digest) === challenge) return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature }));
  }
  throw new Error('the challenge has no solution');
}
