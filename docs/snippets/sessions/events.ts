import { type Client, createClient } from 'graphql-sse';

import { withRetries } from '../errors/retry';
import { patientEvents } from '../live/clients';
import { type Session, bearer } from './tokens';

/** Event streams that begin again, with a fresh token, whenever they break off. */
export function eventsOf(session: Session, url: string): Client {
  return createClient({
    ...patientEvents,
    url,
    // An error here ends the subscription, so a refresh that gets no answer is tried again in place.
    headers: async () => bearer(await withRetries(() => session.token(), Infinity)),
  });
}
