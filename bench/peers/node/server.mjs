// A ticket gateway as a Node team would build it, on the tables, topics and tokens of Matchday and with its contract:
// fastify and mercurius with its JIT, pg, graphql-ws on ws, KafkaJS. It serves `matches`, `reserve` and `availability`,
// publishes its outbox and follows the availability topic, all in one process of one thread.
//
// It reads Matchday's own environment variables, and says on its first line where it listens.
import Fastify from 'fastify'
import { tokenReader } from './accounts.mjs'
import { connect } from './database.mjs'
import { followAvailability, kafkaClient, publishOutbox } from './exchange.mjs'
import { serveGraphql } from './graphql.mjs'
import { MatchView } from './matches.mjs'
import { reserver } from './reservations.mjs'
import { serveSockets } from './sockets.mjs'

const setting = (name, fallback) => {
  const value = process.env[name] ?? fallback
  if (value === undefined) throw new Error(`${name} is not set`)
  return value
}

const site = setting('CLIENT_ID', 'matchday')
const topic = kind => `${setting(`MATCHDAY_KAFKA_${kind}_TOPIC_PREFIX`)}-${setting('ENV', 'dev')}`
const topics = { ticketSales: topic('TICKET_SALES'), availability: topic('AVAILABILITY') }
const [host, port] = setting('MATCHDAY_BIND', '127.0.0.1:0').split(':')

const pool = connect(setting('DATABASE_URL'))
const kafka = kafkaClient(site, setting('KAFKA_BROKERS').split(','))
const view = new MatchView(pool)
const relay = await publishOutbox({ pool, kafka, topics, site })
const reserve = reserver({
  pool,
  onCommit: relay.wake,
  holdSeconds: Number(setting('MATCHDAY_HOLD_SECONDS', 900)),
  purchaseCap: Number(setting('MATCHDAY_HOLDS_PURCHASE_CAP', 6)),
})
await followAvailability({ kafka, topic: topics.availability, site, view })
await view.keepSwept()

const app = Fastify()
const viewerOf = tokenReader(pool, site)
serveGraphql(app, { view, reserve, viewerOf })
await app.ready()
serveSockets(app, viewerOf)
console.log((await app.listen({ host, port: Number(port) })).replace('http://', ''))
