// How the page asks: queries and mutations over HTTP, subscriptions over graphql-transport-ws, both at /graphql.
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

import * as answers from './answers.js';
import { refusal } from './closes.js';
import * as live from './live.js';
import { introspected } from './schema.js';
import * as session from './session.js';
import * as walk from './walk.js';

// Relative, so that a proxy may serve everything under a path of its own.
const endpoint = new URL('graphql', document.baseURI);
const socketEndpoint = Object.assign(new URL(endpoint), { protocol: endpoint.protocol.replace('http', 'ws') });

const UNREACHED = 'Matchday does not answer. Is it running, and is this address still the right one?';

export function fetcher(request, { headers: typed } = {}) {
  const { operation, operationName } = resolved(request);
  const sent = { ...request, operationName };
  return operation === 'subscription' ? subscription(sent, typed) : ask(sent, typed);
}

async function ask(request, typed) {
  await session.fresh();
  const { headers, credentials, usesSession } = identified(typed);
  const result = await post(request, headers, credentials);
  if (usesSession && isUnauthenticated(result)) await session.refused();
  if (request.operationName === 'IntrospectionQuery') return introspected(result);
  noted(request, result);
  return result;
}

/** Sends a request of the page's own, with nothing but the browser's cookies. */
export const ownRequest = (request) => post(request, {});

/** What a request says of who asks. What a person typed wins, also an empty text: that asks without a session. */
function identified(typed) {
  const headers = Object.fromEntries(Object.entries(typed ?? {}).map(([name, value]) => [name.toLowerCase(), value]));
  if ('authorization' in headers) {
    if (headers.authorization !== '') return { headers, usesSession: false };
    delete headers.authorization;
    return { headers, credentials: 'omit', usesSession: false };
  }
  const { token } = session.current() ?? {};
  if (token) headers.authorization = `Bearer ${token}`;
  return { headers, usesSession: Boolean(session.current()) };
}

async function post(request, headers, credentials = 'same-origin') {
  let answer;
  try {
    answer = await fetch(endpoint, {
      method: 'POST',
      credentials,
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        'content-type': 'application/json',
        ...headers,
      },
      body: JSON.stringify(request),
    });
  } catch {
    return { errors: [{ message: UNREACHED }] };
  }
  const text = await answer.text();
  let result;
  try {
    result = JSON.parse(text);
  } catch {
    const message = `HTTP ${answer.status}, and the answer is not JSON. A proxy in front of Matchday may have sent it.`;
    return { errors: [{ message, extensions: { answer: text.slice(0, 300) || answer.statusText } }] };
  }
  session.learn(result, Date.parse(answer.headers.get('date')) || undefined);
  return result;
}

// A socket of its own for each subscription, so that it is opened with the headers as they are now.
function subscription(request, typed) {
  return {
    subscribe(observer) {
      let wasConnected = false;
      live.begins();
      const client = createClient({
        // Both are asked for each socket: one that is opened again gets the cookies or the token of then.
        url: () => session.fresh().then(() => socketEndpoint.href),
        connectionParams: () => identified(typed).headers,
        // A restarted server is found again; each message is state, so nothing is missed meanwhile.
        shouldRetry: ({ reason = '' }) => wasConnected && !reason.includes('blocked'),
        retryAttempts: 10,
        on: {
          connected() {
            wasConnected = true;
            live.connected();
          },
          closed: live.reconnects,
        },
      });
      const ends = () => {
        live.ends();
        client.dispose();
      };
      const stop = client.subscribe(request, {
        next(result) {
          live.counts();
          noted(request, result);
          observer.next(result);
        },
        error(error) {
          ends();
          const result = Array.isArray(error) ? { errors: error } : refusal(error);
          noted(request, result);
          observer.next(result);
          observer.complete();
        },
        complete() {
          ends();
          observer.complete();
        },
      });
      return {
        unsubscribe() {
          stop();
          ends();
        },
      };
    },
  };
}

function noted(request, result) {
  walk.learn(request, result);
  answers.show(request.operationName, result);
}

function isUnauthenticated({ errors }) {
  return errors?.some(({ extensions }) => extensions?.code === 'UNAUTHENTICATED');
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
