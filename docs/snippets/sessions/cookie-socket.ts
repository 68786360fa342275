import { type Client, createClient } from 'graphql-ws';

import { withRetries } from '../errors/retry';
import { patiently } from '../live/clients';
import { refresh } from './cookies';

/** A socket of the session that cookies keep. It closes with 4403 when that session's token ends. */
export function cookieSocket(url: string): Client {
  let isStale = false;

  return createClient({
    ...patiently,
    url: async () => {
      // graphql-ws hangs where this throws. A visitor whose session has ended goes on without one.
      if (isStale) await withRetries(refresh, Infinity).catch(() => undefined);
      isStale = false;
      // The browser sends the cookies that it has by now.
      return url;
    },
    on: { closed: (event) => (isStale ||= (event as CloseEvent).code === 4403) },
  });
}
