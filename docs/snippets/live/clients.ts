// #part patiently
const LONGEST_WAIT_MS = 10_000;

/** Longer from try to try, and not the same for all clients of an instance that stopped. */
const wait = (tries: number) => {
  const longest = Math.min(500 * 2 ** tries, LONGEST_WAIT_MS);
  return new Promise<void>((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)));
};

/** For `createClient` of graphql-ws, which gives up where nothing listens for a moment unless `shouldRetry` says otherwise. */
export const patiently = { retryAttempts: Infinity, shouldRetry: () => true, retryWait: wait };

/** For `createClient` of graphql-sse. */
export const patientEvents = { retryAttempts: Infinity, retry: wait };
// #end patiently
