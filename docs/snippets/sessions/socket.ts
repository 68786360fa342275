import { type Client, createClient } from 'graphql-ws';

import { patiently } from '../live/clients';
import { type Session, bearer, hasEnded } from './tokens';

/** A socket that connects again, with a fresh token, whenever it closes. */
export function socketOf(session: Session, url: string): Client {
  return createClient({
    ...patiently,
    url,
    connectionParams: async () => bearer(await session.token()),
    // Also a refresh that gets no answer is tried again.
    shouldRetry: (error) => !hasEnded(error),
  });
}
