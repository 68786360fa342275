// Why a socket was closed, in words, and what to do about it.
import { pageOfCloses } from './docs.jsx';

/** By the close code: what it says, and what helps. */
const CLOSES = {
  1000: ['The server closed the socket in order.', 'Run the subscription again.'],
  1001: ['The server stops or restarts.', 'Run the subscription again in a moment.'],
  1006: ['The connection broke off without a close code.', 'See whether Matchday runs, and whether a proxy on the way lets WebSockets through.'],
  1009: ['A message was larger than the server takes.', 'Send a shorter document or smaller variables.'],
  1013: ['The server cannot answer now.', 'Run the subscription again in a moment.'],
  4400: ['A message broke the protocol.', 'Send a document and variables of the right form.'],
  4401: ['The access token was refused: it is invalid or has expired.', 'Sign in again, or correct the authorization header.'],
  4403: [
    'The token expired, the session or the role changed, or the address is blocked.',
    'Sign in again. If the reason names the address, ask the operator.',
  ],
  4406: ['The subprotocol was refused.', 'Offer graphql-transport-ws.'],
  4408: ['The server waited too long for connection_init.', 'Run the subscription again.'],
  4409: ['A subscription with this id runs already.', 'Run the subscription again.'],
  4429: ['Too many connections, operations or requests.', 'Stop other subscriptions, wait a minute, and run it again.'],
};

/** A result that stands for a socket that `close`, a close event or an error, has ended for good. */
export function refusal(close) {
  const { code, reason } = typeof close?.code === 'number' ? close : { code: 1006, reason: '' };
  const [meaning, whatToDo] = CLOSES[code] ?? ['The server closed the socket.', 'Run the subscription again.'];
  const message = `The socket was closed with the code ${code}: ${reason || meaning}`;
  return { errors: [{ message, extensions: { closeCode: code, meaning, whatToDo, docs: pageOfCloses() } }] };
}
