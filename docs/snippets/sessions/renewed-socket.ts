import { type Client, createClient } from 'graphql-ws';

import { patiently } from '../live/clients';
import { type Session, bearer, hasEnded } from './tokens';

const LOOK_EVERY_MS = 1_000;

/** A socket that outlives its token: whenever the session has a new one, the socket shows it. */
export function renewedSocket(session: Session, url: string): Client {
  let shown = '';
  let looking: ReturnType<typeof setInterval> | undefined;

  const renew = async (socket: WebSocket) => {
    const token = await session.token();
    if (token === shown || socket.readyState !== WebSocket.OPEN) return;
    shown = token;
    socket.send(JSON.stringify({ type: 'ping', payload: bearer(token) }));
  };

  return createClient({
    ...patiently,
    url,
    connectionParams: async () => bearer((shown = await session.token())),
    shouldRetry: (error) => !hasEnded(error),
    on: {
      connected: (socket) => {
        // A refresh that fails is tried again at the next look.
        looking = setInterval(() => void renew(socket as WebSocket).catch(() => undefined), LOOK_EVERY_MS);
      },
      pong: (_received, payload) => {
        if (payload?.renewed === false) console.warn('the token was not renewed', payload.error);
      },
      closed: () => clearInterval(looking),
    },
  });
}
