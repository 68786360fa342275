// How the page asks: queries and mutations over HTTP, subscriptions over graphql-transport-ws, both at /graphql.
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

import * as session from './session.js';

// Relative, so that a proxy may serve everything under a path of its own.
const endpoint = new URL('graphql', document.baseURI);
const socketEndpoint = Object.assign(new URL(endpoint), { protocol: endpoint.protocol.replace('http', 'ws') });

export function fetcher(request, { headers: typed } = {}) {
  const headers = lowerCased(typed);
  // What a person typed wins, also an empty text: that asks as anybody.
  const typesNone = headers.authorization === '';
  const usesSession = !('authorization' in headers) && Boolean(session.current());
  if (usesSession && session.current().token) headers.authorization = `Bearer ${session.current().token}`;
  if (typesNone) delete headers.authorization;

  const { operation, operationName } = resolved(request);
  const sent = { ...request, operationName };

  return operation === 'subscription' ? subscribe(sent, headers) : post(sent, headers, usesSession, typesNone ? 'omit' : 'same-origin');
}

/** Sends a request of the page's own, with nothing but the browser's cookies. */
export const ownRequest = (request) => post(request, {}, false);

async function post(request, headers, usesSession, credentials = 'same-origin') {
  const answer = await fetch(endpoint, {
    method: 'POST',
    credentials,
    headers: {
      accept: 'application/graphql-response+json, application/json;q=0.9',
      'content-type': 'application/json',
      ...headers,
    },
    body: JSON.stringify(request),
  }).catch((cause) => {
    throw new Error('Matchday does not answer. Is it still running?', { cause });
  });
  if (answer.status === 401 && usesSession) void session.refused();
  const text = await answer.text();
  let result;
  try {
    result = JSON.parse(text);
  } catch {
    throw new Error(`HTTP ${answer.status}: ${text.slice(0, 200) || answer.statusText}`);
  }
  session.learn(result);
  return result;
}

// A socket of its own for each subscription, so that it is opened with the headers as they are now.
function subscribe(request, headers) {
  return {
    subscribe(observer) {
      const client = createClient({
        url: socketEndpoint.href,
        connectionParams: headers,
        // A restarted server is found again; availability is state, so nothing is missed meanwhile.
        shouldRetry: () => true,
        retryAttempts: 10,
      });
      const stop = client.subscribe(request, {
        next: (result) => observer.next(result),
        error: (error) => {
          observer.error(readable(error));
          client.dispose();
        },
        complete: () => {
          observer.complete();
          client.dispose();
        },
      });
      return {
        unsubscribe() {
          stop();
          client.dispose();
        },
      };
    },
  };
}

function readable(error) {
  if (Array.isArray(error) || error instanceof Error) return error;
  if (typeof error?.code !== 'number') return new Error('Matchday does not answer. Is it still running?');
  return new Error(`The socket was closed: ${error.code} ${error.reason}`.trim());
}

// Which operation is meant. For a moment after a change of tabs GraphiQL still names the other tab's operation: a name
// that the document does not have means nothing.
function resolved({ query, operationName }) {
  try {
    const document = parse(query);
    const found = getOperationAST(document, operationName) ?? getOperationAST(document);
    return { operation: found?.operation, operationName: found ? found.name?.value : operationName };
  } catch {
    // The server says better what is wrong with the document.
    return { operationName };
  }
}

function lowerCased(headers) {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
}
