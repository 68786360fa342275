import { RequestError } from '../errors/request';
import { waitBefore } from '../errors/retry';
import { events } from './events';
import { AVAILABILITY, type MatchState, type MatchStates } from './states';

const BROKEN_OFF = new TypeError('the stream broke off');

/** Follows matches until `signal` says that it is enough, over restarts and lost networks. */
export async function followByFetch(
  url: string,
  matchNumbers: number[] | null,
  states: MatchStates,
  show: (state: MatchState) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let tries = 0; !signal.aborted; tries += 1) {
    try {
      const variables = { matchNumbers, since: states.versions };
      for await (const { data, errors } of events<{ availability: MatchState }>(url, AVAILABILITY, variables, {}, signal)) {
        if (errors) throw new RequestError(errors, 200, null);
        tries = 0;
        if (data && states.take(data.availability)) show(data.availability);
      }
      return;
    } catch (error) {
      if (signal.aborted) return;
      const seconds = waitBefore(error instanceof RequestError ? error : BROKEN_OFF, tries);
      if (seconds === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}
