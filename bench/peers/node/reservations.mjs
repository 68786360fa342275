// Reservations: a hold is decided by one conditional statement under the lock of its match, and committed with the events
// that tell of it.
import { randomUUID } from 'node:crypto'
import { v7 as uuid } from 'uuid'
import { prepared } from './database.mjs'
import { apiError } from './errors.mjs'

const MAX_QUANTITY = 2
const MAX_KEY_LENGTH = 128
const UNIQUE_VIOLATION = '23505'

// A statement of its own: one that waits for a lock sees everything but the locked row as it was before the wait.
const lockMatch = prepared('lock-match', 'SELECT FROM matches WHERE match_number = $1 FOR UPDATE')

// Counts, reservation, version and events change together or not at all. The tables are seen as they were before the
// statement, so the new hold is added to the counts that the event tells.
const placeHold = prepared(
  'place-hold',
  `WITH claimed AS (
     SELECT coalesce(sum(quantity), 0)::int AS tickets FROM reservations
     WHERE user_id = $2 AND match_number = $3 AND status <> 'CANCELLED'
   ), earlier AS (
     SELECT * FROM reservations WHERE user_id = $2 AND idempotency_key = $8::text
   ), held AS (
     UPDATE stock SET held = held + $5 FROM claimed
     WHERE match_number = $3 AND category = $4 AND available - held - foreign_pending >= $5
       AND claimed.tickets + $5 <= $9 AND NOT EXISTS (SELECT FROM earlier)
     RETURNING price_minor
   ), placed AS (
     INSERT INTO reservations (id, user_id, match_number, category, quantity, unit_price_minor, status, created_at,
       expires_at, version, idempotency_key)
     SELECT $1, $2, $3, $4, $5, price_minor, 'PENDING', $6, $7, 1, $8 FROM held
     RETURNING *
   ), changed AS (
     UPDATE matches SET version = version + 1 FROM held WHERE match_number = $3 RETURNING matches.*
   ), counts AS (
     SELECT category, price_minor AS "priceMinor", available,
       held + foreign_pending + CASE category WHEN $4 THEN $5::int ELSE 0 END AS pending
     FROM stock WHERE match_number = $3 ORDER BY category
   ), state AS (
     SELECT match_number AS "matchNumber", round_number AS "roundNumber", date_utc AS "dateUtc", location,
       home_team AS "homeTeam", away_team AS "awayTeam", group_name AS "group", version,
       array_to_json(ARRAY(SELECT row_to_json(counts) FROM counts)) AS categories
     FROM changed
   ), ticket_event AS (
     SELECT 'ticket' AS kind, 'PENDING' AS action, $10::uuid AS "eventId", id AS "reservationId",
       match_number AS "matchNumber", category, quantity, unit_price_minor AS "priceMinor"
     FROM placed
   ), availability_event AS (
     SELECT 'availability' AS kind, row_to_json(state) AS state FROM state
   ), told AS (
     INSERT INTO outbox (event, created_at)
     SELECT event, $6 FROM (
       SELECT 1 AS place, row_to_json(ticket_event)::text AS event FROM ticket_event
       UNION ALL SELECT 2, row_to_json(availability_event)::text FROM availability_event
     ) AS events ORDER BY place
   )
   SELECT reservation.*, claimed.tickets AS claimed, stock.available,
     greatest(stock.available - stock.held - stock.foreign_pending, 0) AS sellable
   FROM claimed
   LEFT JOIN stock ON stock.match_number = $3 AND stock.category = $4
   LEFT JOIN (SELECT * FROM placed UNION ALL SELECT * FROM earlier) AS reservation ON true`,
)

export function reserver({ pool, onCommit, holdSeconds, purchaseCap }) {
  return async function reserve(userId, { matchNumber, category, quantity, idempotencyKey: key = null }) {
    check(quantity, category, key)
    const now = Date.now()
    const [id, eventId] = [uuid(), randomUUID()]
    const [createdAt, expiresAt] = [new Date(now), new Date(now + holdSeconds * 1_000)]
    const hold = placeHold(
      id, userId, matchNumber, category, quantity, createdAt, expiresAt, key, purchaseCap, eventId,
    )
    const found = await decide(pool, lockMatch(matchNumber), hold)
    if (found.id === null) throw refusal(found, matchNumber, category, purchaseCap)
    const same = found.match_number === matchNumber && found.category === category && found.quantity === quantity
    if (!same) throw apiError('IDEMPOTENCY_KEY_REUSED', 'this idempotencyKey was used for another reservation')
    onCommit()
    return found
  }
}

// All statements leave at once, so that the row is locked for no longer than Postgres needs. A failed transaction's
// COMMIT rolls back, and one that placed nothing has nothing to commit.
async function decide(pool, lock, hold, tries = 2) {
  const client = await pool.connect()
  const steps = await Promise.allSettled(['BEGIN', lock, hold, 'COMMIT'].map(step => client.query(step)))
  const failed = steps.find(({ status }) => status === 'rejected')?.reason
  // Without a code the connection failed and not a statement.
  client.release(failed !== undefined && failed.code === undefined)
  if (failed === undefined) return steps[2].value.rows[0]
  // The same key was used for another match at the same time.
  if (failed.code === UNIQUE_VIOLATION && tries > 1) return decide(pool, lock, hold, tries - 1)
  throw failed
}

function check(quantity, category, key) {
  if (!(quantity >= 1 && quantity <= MAX_QUANTITY)) {
    throw apiError('BAD_USER_INPUT', `quantity is ${quantity}; it must be 1 to ${MAX_QUANTITY}`)
  }
  if (!(category >= 1 && category <= 3)) {
    throw apiError('BAD_USER_INPUT', `category is ${category}; it must be 1, 2 or 3`)
  }
  if (key !== null && !(key.length <= MAX_KEY_LENGTH && /^[!-~]+$/.test(key))) {
    throw apiError('BAD_USER_INPUT', `idempotencyKey must be 1 to ${MAX_KEY_LENGTH} visible ASCII characters`)
  }
}

function refusal({ available, sellable, claimed }, matchNumber, category, cap) {
  if (available === null) return apiError('NOT_FOUND', `match ${matchNumber} has no tickets of category ${category}`)
  if (available === 0) return apiError('SOLD_OUT', `category ${category} of match ${matchNumber} is sold out`)
  if (sellable > 0 && claimed > 0) {
    return apiError('PURCHASE_LIMIT', `you hold or own ${claimed} tickets of this match; the limit is ${cap}`)
  }
  return apiError('TEMPORARILY_UNAVAILABLE', `${sellable} of the ${available} unsold tickets can be had right now`)
}
