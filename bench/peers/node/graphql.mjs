// The schema's resolvers, on the public contract.
import { readFileSync } from 'node:fs'
import { getArgumentValues } from 'graphql'
import mercurius from 'mercurius'
import { apiError, masked } from './errors.mjs'

const MAX_PAGE = 100
const CONTRACT = new URL('../../../schema.graphql', import.meta.url)

const money = minor => ({ amount: (minor / 100).toFixed(2), currency: 'USD' })

export function serveGraphql(app, { view, reserve, viewerOf }) {
  app.register(mercurius, {
    schema: readFileSync(CONTRACT, 'utf8'),
    jit: 1,
    context: async request => ({ viewer: await viewerOf(request.headers.authorization) }),
    errorFormatter: (result, context) =>
      mercurius.defaultErrorFormatter({ ...result, errors: result.errors.map(masked) }, context),
    resolvers: {
      Query: {
        matches: (_, page) => matchPage(view.list(), page),
        match: (_, { matchNumber }) => view.get(matchNumber)?.match ?? null,
      },
      Mutation: {
        reserve: async (_, { input }, { viewer }) => {
          if (viewer === null) throw apiError('UNAUTHENTICATED', 'sign in first')
          return { reservation: shown(await reserve(viewer, input), view) }
        },
      },
    },
  })
  // mercurius gives a schema its subscriptions only where it serves the sockets itself.
  app.after(() => {
    const { availability } = app.graphql.schema.getSubscriptionType().getFields()
    // graphql-jit hands a subscription the operation's variables instead of the field's arguments.
    availability.subscribe = (_root, variables, _context, { fieldNodes }) => {
      const { matchNumbers, since } = getArgumentValues(availability, fieldNodes[0], variables)
      const unknown = matchNumbers?.find(number => view.get(number) === undefined)
      if (unknown !== undefined) throw apiError('NOT_FOUND', `there is no match ${unknown}`)
      return view.follow(matchNumbers, since)
    }
  })
}

const shown = (row, view) => ({
  id: Buffer.from(`Reservation:${row.id}`).toString('base64url'),
  status: row.status,
  cancelReason: row.cancel_reason,
  match: view.get(row.match_number).match,
  category: row.category,
  quantity: row.quantity,
  unitPrice: money(row.unit_price_minor),
  totalPrice: money(row.unit_price_minor * row.quantity),
  createdAt: row.created_at.toISOString(),
  expiresAt: row.expires_at.toISOString(),
  version: row.version,
})

const cursor = match => Buffer.from(`${match.dateUtc}:${match.matchNumber}`).toString('base64url')

function matchPage(matches, { filter, first, after, last, before }) {
  if (first != null && last != null) throw apiError('BAD_USER_INPUT', '`first` and `last` exclude each other')
  const limit = first ?? last ?? MAX_PAGE
  if (!(limit >= 0 && limit <= MAX_PAGE)) throw apiError('BAD_USER_INPUT', `a page has 0 to ${MAX_PAGE} matches`)

  const admitted = matches.filter(match => admits(filter ?? {}, match))
  const place = (cursorText, name) => {
    const at = admitted.findIndex(match => cursor(match) === cursorText)
    if (at < 0) throw apiError('BAD_USER_INPUT', `\`${name}\` is not a cursor that this list gave`)
    return at
  }
  const from = after == null ? 0 : place(after, 'after') + 1
  const to = before == null ? admitted.length : place(before, 'before')
  const window = admitted.slice(from, to)
  const nodes = last == null ? window.slice(0, limit) : window.slice(Math.max(window.length - limit, 0))
  const more = window.length > nodes.length

  return {
    nodes,
    edges: nodes.map(node => ({ cursor: cursor(node), node })),
    totalCount: admitted.length,
    pageInfo: {
      hasPreviousPage: last == null ? after != null : more,
      hasNextPage: last == null ? more : before != null,
      startCursor: nodes.length > 0 ? cursor(nodes[0]) : null,
      endCursor: nodes.length > 0 ? cursor(nodes.at(-1)) : null,
    },
  }
}

function admits({ team, group, roundNumber, location, dateFrom, dateTo, status }, match) {
  const same = (asked, has) => asked == null || asked.trim().toLowerCase() === has?.toLowerCase()
  return (same(team, match.homeTeam) || same(team, match.awayTeam))
    && same(group, match.group)
    && same(location, match.location)
    && (roundNumber == null || roundNumber === match.roundNumber)
    && (dateFrom == null || Date.parse(dateFrom) <= Date.parse(match.dateUtc))
    && (dateTo == null || Date.parse(match.dateUtc) <= Date.parse(dateTo))
    && (status == null || status === statusOf(match))
}

// Of the match as a whole: available while any category is, sold out once all are.
const statusOf = ({ categories }) =>
  ['AVAILABLE', 'TEMPORARILY_UNAVAILABLE'].find(status => categories.some(category => category.status === status))
  ?? 'SOLD_OUT'
