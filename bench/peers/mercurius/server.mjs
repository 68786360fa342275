// mercurius with its JIT on the public schema: the matches as plain objects in memory, so that nothing but GraphQL is
// measured.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import mercurius from 'mercurius'

const root = new URL('../../../', import.meta.url)
const text = path => readFileSync(new URL(path, root), 'utf8')

const status = ({ available, pending }) =>
  available > pending ? 'AVAILABLE' : available > 0 ? 'TEMPORARILY_UNAVAILABLE' : 'SOLD_OUT'

const matches = text('server/data/world-cup-2022.jsonl')
  .split('\n')
  .filter(line => line)
  .map(line => JSON.parse(line))
  .map(({ availability, ...match }) => ({
    id: Buffer.from(`Match:${match.matchNumber}`).toString('base64url'),
    ...match,
    group: match.group ?? null,
    version: 1,
    categories: [1, 2, 3].map(category => {
      const { available, pending, price } = availability[`category${category}`]
      return {
        category,
        price: { amount: price.toFixed(2), currency: 'USD' },
        available,
        pending,
        sellable: Math.max(available - pending, 0),
        status: status({ available, pending }),
      }
    }),
  }))
  .sort((a, b) => a.dateUtc.localeCompare(b.dateUtc) || a.matchNumber - b.matchNumber)
const edges = matches.map(node => ({ cursor: String(node.matchNumber), node }))

const app = Fastify()
app.register(mercurius, {
  schema: text('schema.graphql'),
  resolvers: { Query: { matches: (_, { first }) => ({ edges: edges.slice(0, first ?? 20), totalCount: edges.length }) } },
  jit: 1,
})
const address = await app.listen({ host: '127.0.0.1', port: 0 })
console.log(address.replace('http://', ''))
