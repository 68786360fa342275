import { RequestError } from './request';

const LONGEST_WAIT_SECONDS = 30;
const PASSES = ['SERVICE_UNAVAILABLE', 'REQUEST_TIMEOUT', 'HTTP_502', 'HTTP_503', 'HTTP_504'];

/** Seconds to wait before the same request is sent again; undefined where that does not help. */
export function waitBefore(error: unknown, tries: number): number | undefined {
  const backoff = Math.min(2 ** tries, LONGEST_WAIT_SECONDS) * (0.5 + Math.random() / 2);
  // `fetch` throws a TypeError where no answer comes.
  if (!(error instanceof RequestError)) return error instanceof TypeError ? backoff : undefined;
  const { retryAfter } = error;
  if (retryAfter !== undefined) return retryAfter <= LONGEST_WAIT_SECONDS ? retryAfter : undefined;
  return PASSES.includes(error.code) ? backoff : undefined;
}

/** Sends what may be sent again: a query, or a mutation that names its attempt. */
export async function withRetries<Data>(attempt: () => Promise<Data>, most = 5): Promise<Data> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const seconds = waitBefore(error, tries);
      if (seconds === undefined || tries + 1 >= most) throw error;
      await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    }
  }
}
