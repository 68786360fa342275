import { createPublicKey, verify } from 'node:crypto';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const BYTES = 91;
const SIGNED = 27;

/** What a code says, where one of the site's keys signed it; null otherwise. */
export function readCode(text, keys) {
  const bytes = fromBase32(text);
  if (bytes?.length !== BYTES || bytes[0] !== 1) return null;
  const kid = bytes.subarray(1, 7).toString('base64url');
  const jwk = keys.find((key) => key.kid === kid);
  if (!jwk) return null;
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if (!verify(null, bytes.subarray(0, SIGNED), key, bytes.subarray(SIGNED))) return null;
  const hex = bytes.subarray(7, 23).toString('hex');
  const ticketId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { ticketId, version: bytes.readUInt32BE(23) };
}

function fromBase32(text) {
  const bytes = [];
  let held = 0;
  let bits = 0;
  for (const letter of text.toUpperCase().replace(/\s/g, '')) {
    const value = LETTERS.indexOf(letter);
    if (value < 0) return undefined;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  // What is left of the last letter is 0, so that each code has one spelling.
  return bits < 5 && (held & ((1 << bits) - 1)) === 0 ? Buffer.from(bytes) : undefined;
}

/** The site's keys. Replace your copy with the whole set once a day. */
export async function ticketKeys(site) {
  const response = await fetch(`${site}/.well-known/ticket-keys.json`);
  return (await response.json()).keys;
}
