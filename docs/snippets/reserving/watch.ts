import type { Client } from 'graphql-ws';

import { HOLD, type Hold } from './hold';

const WATCH = `subscription Watch($id: ID!) { reservation(id: $id) { ...Hold } } ${HOLD}`;

/** Shows a hold whenever it changes, on whatever device; returns what ends it. */
export function watch(client: Client, id: string, show: (hold: Hold) => void, failed: (error: unknown) => void): () => void {
  let newest = 0;
  return client.subscribe<{ reservation: Hold }>(
    { query: WATCH, variables: { id } },
    {
      next: ({ data, errors }) => {
        if (errors) failed(errors);
        // The same version comes again when one of its tickets changes, and first of all after each reconnection.
        if (!data || data.reservation.version < newest) return;
        newest = data.reservation.version;
        show(data.reservation);
      },
      error: failed,
      complete: () => undefined,
    },
  );
}
