import type { Client as EventClient } from 'graphql-sse';
import type { Client as SocketClient } from 'graphql-ws';

import { AVAILABILITY, type MatchState, type MatchStates } from './states';

/** Follows matches by graphql-ws or graphql-sse; returns what ends it. */
export function follow(
  client: SocketClient | EventClient,
  matchNumbers: number[] | null,
  states: MatchStates,
  show: (state: MatchState) => void,
  failed: (error: unknown) => void,
): () => void {
  const variables = {
    matchNumbers,
    // Both clients write the request down anew at each connection, so this is read anew.
    get since() {
      return states.versions;
    },
  };

  return client.subscribe<{ availability: MatchState }>(
    { query: AVAILABILITY, variables },
    {
      next: ({ data, errors }) => {
        if (errors) failed(errors);
        else if (data && states.take(data.availability)) show(data.availability);
      },
      error: failed,
      complete: () => undefined,
    },
  );
}
