// Accounts: who somebody is, as the access token says that this site signed.
import { createPublicKey } from 'node:crypto'
import { createVerifier } from 'fast-jwt'
import { prepared } from './database.mjs'
import { apiError } from './errors.mjs'

// How long a key or the result of a check is believed, and how often an unknown key is looked for.
const TRUSTED_MS = 30_000
const LOOK_MS = 1_000
// Tokens whose signature was checked and is not checked again meanwhile.
const CHECKED = 100_000

const publicKeys = prepared(
  'public-keys',
  `SELECT kid, public_key FROM signing_keys
   WHERE algorithm = 'EdDSA' AND (ends_at IS NULL OR ends_at > now())`,
)

// Reads `Bearer <token>`; nobody for nothing, and an error for anything else than a valid token.
export function tokenReader(pool, site) {
  const keys = new Keys(pool)
  const verify = createVerifier({
    key: ({ header }) => keys.find(header.kid),
    algorithms: ['EdDSA'],
    allowedAud: 'matchday',
    allowedIss: site,
    requiredClaims: ['exp', 'nbf', 'aud', 'iss', 'sub'],
    cache: CHECKED,
    cacheTTL: TRUSTED_MS,
  })
  return async authorization => {
    if (authorization === undefined) return null
    const [scheme, token] = authorization.split(' ')
    if (scheme.toLowerCase() !== 'bearer' || !token) {
      throw apiError('UNAUTHENTICATED', 'send the access token as `authorization: Bearer …`', 401)
    }
    const { sub } = await verify(token).catch(() => {
      throw apiError('UNAUTHENTICATED', 'the token is not valid; sign in again', 401)
    })
    return sub
  }
}

// The site's public keys, by the names that tokens have for them.
class Keys {
  #pool
  #known = new Map()
  #asked = 0
  #answered = Promise.resolve()

  constructor(pool) {
    this.#pool = pool
  }

  async find(kid) {
    const age = Date.now() - this.#asked
    if (age > (this.#known.has(kid) ? TRUSTED_MS : LOOK_MS)) {
      this.#asked = Date.now()
      this.#answered = this.#ask().catch(error => console.error(error))
    }
    // Whoever comes while the database is asked waits for the same answer.
    await this.#answered
    const found = this.#known.get(kid)
    if (found === undefined) throw new Error('no such key')
    return found
  }

  async #ask() {
    const { rows } = await this.#pool.query(publicKeys())
    this.#known = new Map(rows.map(({ kid, public_key: x }) => [kid, pem(x)]))
  }
}

const pem = x =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' }).export({ type: 'spki', format: 'pem' })
