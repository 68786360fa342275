// GraphQL over WebSocket: graphql-ws on ws, each document parsed, validated and compiled once.
import { GraphQLError, parse, validate } from 'graphql'
import { compileQuery, isCompiledQuery } from 'graphql-jit'
import { useServer } from 'graphql-ws/use/ws'
import { WebSocketServer } from 'ws'
import { masked } from './errors.mjs'

const PATH = '/graphql'
const MAX_MESSAGE_BYTES = 1_048_576
// Documents kept at most; the oldest give way.
const MAX_DOCUMENTS = 1_000

export function serveSockets(app, viewerOf) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES })
  const known = documents(app.graphql.schema)
  useServer(
    {
      onConnect: async ({ connectionParams, extra }) => {
        extra.viewer = await viewerOf(connectionParams?.authorization ?? extra.request.headers.authorization)
      },
      onSubscribe: ({ extra }, _id, { query, operationName, variables }) => {
        const found = known(query, operationName)
        if (Array.isArray(found)) return found
        return { ...found, operationName, variableValues: variables, contextValue: { viewer: extra.viewer } }
      },
      execute: ({ compiled, contextValue, variableValues }) => compiled.query(undefined, contextValue, variableValues),
      subscribe: ({ compiled, contextValue, variableValues }) =>
        compiled.subscribe(undefined, contextValue, variableValues),
      onError: (_context, _id, _payload, errors) => errors.map(error => masked(error).toJSON()),
    },
    sockets,
  )
  app.server.on('upgrade', (request, socket, head) => {
    if (new URL(request.url, 'http://localhost').pathname !== PATH) return socket.destroy()
    sockets.handleUpgrade(request, socket, head, upgraded => sockets.emit('connection', upgraded, request))
  })
}

// Compiled documents by their text; an array of errors for a text that is not valid.
function documents(schema) {
  const kept = new Map()
  return (text, operationName) => {
    const key = `${operationName ?? ''}\n${text}`
    if (kept.has(key)) return kept.get(key)
    const found = compiled(schema, text, operationName)
    if (!Array.isArray(found)) {
      if (kept.size >= MAX_DOCUMENTS) kept.delete(kept.keys().next().value)
      kept.set(key, found)
    }
    return found
  }
}

function compiled(schema, text, operationName) {
  try {
    const document = parse(text)
    const errors = validate(schema, document)
    if (errors.length > 0) return errors
    const compiled = compileQuery(schema, document, operationName)
    return isCompiledQuery(compiled) ? { schema, document, compiled } : compiled.errors
  } catch (error) {
    if (error instanceof GraphQLError) return [error]
    throw error
  }
}
