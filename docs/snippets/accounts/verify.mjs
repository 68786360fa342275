import { createPublicKey, verify } from 'node:crypto';

const decoded = (part) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));

/** The claims of an access token of the site; throws where it is not valid. Keep `keys` for some minutes. */
export function claimsOf(token, keys, issuer) {
  const [head, body, signature] = token.split('.');
  const { alg, kid } = decoded(head);
  const jwk = keys.find((key) => key.kid === kid);
  if (alg !== 'EdDSA' || !jwk) throw new Error('signed by another key: fetch the keys again');
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  if (!verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) throw new Error('forged');
  const claims = decoded(body);
  const now = Date.now() / 1000;
  if (claims.iss !== issuer || claims.aud !== 'matchday') throw new Error('of another site');
  if (claims.exp <= now || claims.nbf > now + 60) throw new Error('expired');
  return claims;
}

export async function keysOf(site) {
  const response = await fetch(`${site}/.well-known/jwks.json`);
  return (await response.json()).keys;
}
