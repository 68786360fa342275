// The database: Matchday's own tables on Postgres.
import pg from 'pg'

// Buyers of one match wait for its row, not for a connection: more of them only lengthen the queue at the row.
const CONNECTIONS = 10

// 64-bit numbers here are prices in minor units and ids of the outbox, far below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

// `pipeline` sends the statements of a transaction without waiting for each one's answer. JSON made by Postgres has times
// in UTC.
export function connect(url) {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, pipeline: true, options: '-c TimeZone=UTC' })
  pool.on('error', error => console.error(error))
  return pool
}

// A statement that each connection prepares once.
export const prepared = (name, text) => (...values) => ({ name, text, values })
