// The exchange with Kafka: the outbox on its way out, and the availability topic on its way in.
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { prepared } from './database.mjs'

// Events published in one round at most.
const ROUND = 500
// How often the outbox is looked at for what other instances have committed.
const LOOK_MS = 100
// The lock of the instance that publishes; any number that all instances share.
const PUBLISHER = 20_221_120

const takeEvents = prepared('take-events', `SELECT id, event, created_at FROM outbox ORDER BY id LIMIT ${ROUND}`)
const settleEvents = prepared('settle-events', 'DELETE FROM outbox WHERE id = ANY ($1)')

export const kafkaClient = (site, brokers) => new Kafka({ clientId: site, brokers, logLevel: logLevel.ERROR })

// Publishes the outbox in its order, at least once: an event is deleted when the broker has acknowledged it. One instance
// does it at a time, as long as its connection lives.
export async function publishOutbox({ pool, kafka, topics, site }) {
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  let wake = () => {}
  const publish = async () => {
    const client = await pool.connect()
    try {
      await client.query('SELECT pg_advisory_lock($1)', [PUBLISHER])
      for (;;) {
        const { rows } = await client.query(takeEvents())
        if (rows.length === 0) {
          await new Promise(resolve => {
            wake = resolve
            setTimeout(resolve, LOOK_MS)
          })
          continue
        }
        await producer.sendBatch({ acks: -1, topicMessages: byTopic(rows, topics, site) })
        await client.query(settleEvents(rows.map(row => row.id)))
      }
    } finally {
      client.release(true)
    }
  }
  const again = async () => {
    for (;;) {
      await publish().catch(error => console.error(error))
      await sleep(1_000)
    }
  }
  again()
  return { wake: () => wake() }
}

function byTopic(rows, topics, site) {
  const messages = { [topics.ticketSales]: [], [topics.availability]: [] }
  for (const row of rows) {
    const event = JSON.parse(row.event)
    const message = event.kind === 'ticket' ? ticketSale(event, site) : availability(event, site)
    messages[event.kind === 'ticket' ? topics.ticketSales : topics.availability].push({
      ...message,
      timestamp: String(row.created_at.getTime()),
    })
  }
  return Object.entries(messages)
    .filter(([, messages]) => messages.length > 0)
    .map(([topic, messages]) => ({ topic, messages }))
}

// The other sites drop a message with any other key than these, so the rest travels in headers.
const ticketSale = ({ action, eventId, reservationId, matchNumber, category, quantity, priceMinor }, site) => ({
  key: `${matchNumber}-${category}`,
  value: JSON.stringify({
    meta: { action: `TICKET_${action}` },
    body: { matchNumber, tickets: { category, quantity, price: Math.round(priceMinor / 100) } },
  }),
  headers: { clientId: site, reservationId, eventId },
})

const availability = ({ state, reservations }, site) => ({
  key: String(state.matchNumber),
  value: JSON.stringify({ ...state, reservations }),
  headers: { clientId: site },
})

// Hands the topic's records to the view. Each instance reads all of them, in a group of its own; what changed before it
// joined is in the database.
export async function followAvailability({ kafka, topic, site, view }) {
  const consumer = kafka.consumer({ groupId: `${site}-availability-${randomUUID()}` })
  const joined = new Promise(resolve => consumer.on(consumer.events.GROUP_JOIN, resolve))
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: false })
  await consumer.run({
    autoCommit: false,
    eachBatchAutoResolve: true,
    eachBatch: async ({ batch }) => {
      // A record without a value is what compaction leaves of a deleted one.
      for (const { value } of batch.messages) if (value !== null) view.show(JSON.parse(value))
    },
  })
  await joined
}
