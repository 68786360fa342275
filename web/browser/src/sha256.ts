/** SHA-256 of short ASCII texts, without a promise for each: WebCrypto is many times slower for such, and secure contexts only. */

function fraction(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) | 0;
}

const K = new Int32Array(64);
const H = new Int32Array(8);
for (let candidate = 2, found = 0; found < 64; candidate += 1) {
  let divisor = 2;
  while (divisor * divisor <= candidate && candidate % divisor !== 0) {
    divisor += 1;
  }
  if (divisor * divisor > candidate) {
    K[found] = fraction(Math.cbrt(candidate));
    if (found < 8) {
      H[found] = fraction(Math.sqrt(candidate));
    }
    found += 1;
  }
}

const W = new Int32Array(64);

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}

function block(bytes: Uint8Array, at: number, state: Int32Array): void {
  for (let i = 0; i < 64; i += 1) {
    if (i < 16) {
      const j = at + i * 4;
      W[i] = (bytes[j]! << 24) | (bytes[j + 1]! << 16) | (bytes[j + 2]! << 8) | bytes[j + 3]!;
    } else {
      const [x, y] = [W[i - 15]!, W[i - 2]!];
      const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3);
      const s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      W[i] = W[i - 16]! + s0 + W[i - 7]! + s1;
    }
  }
  let a = state[0]!, b = state[1]!, c = state[2]!, d = state[3]!;
  let e = state[4]!, f = state[5]!, g = state[6]!, h = state[7]!;
  for (let i = 0; i < 64; i += 1) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25);
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + W[i]!) | 0;
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22);
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + t1) | 0;
    d = c;
    c = b;
    b = a;
    a = (t1 + t2) | 0;
  }
  for (const [i, word] of [a, b, c, d, e, f, g, h].entries()) {
    state[i] = state[i]! + word;
  }
}

/** The digest as eight words. The same array is filled again by the next call. */
const state = new Int32Array(8);
export function sha256(text: string): Int32Array {
  const blocks = Math.ceil((text.length + 9) / 64);
  const bytes = new Uint8Array(blocks * 64);
  for (let i = 0; i < text.length; i += 1) {
    bytes[i] = text.charCodeAt(i);
  }
  bytes[text.length] = 0x80;
  new DataView(bytes.buffer).setUint32(bytes.length - 4, text.length * 8);
  state.set(H);
  for (let at = 0; at < bytes.length; at += 64) {
    block(bytes, at, state);
  }
  return state;
}

/** A digest in hexadecimal as eight words; undefined where it is not one. */
export function wordsOf(hex: string): Int32Array | undefined {
  const words = /^[0-9a-f]{64}$/i.test(hex) ? hex.match(/.{8}/g) : null;
  return words ? Int32Array.from(words, (word) => parseInt(word, 16)) : undefined;
}
