// A subscription by server-sent events that connects again after each loss, without end.

import { dataOf, endpoint, Refused } from './matchday';

// The server sends something every 12 s at least; silence means that the connection is lost.
const SILENCE_MS = 30_000;
// Refusals after which a later try may succeed. Others go to the caller.
const PASSING = ['RATE_LIMITED', 'SERVICE_UNAVAILABLE', 'INTERNAL'];

interface Live {
  query: string;
  /** Called before each connection: with the versions that you have as `since`, you receive only what is newer. */
  variables: () => object;
  next: (data: any) => void;
  /** Awaited before each connection: refreshes the session, and gives the header of a token if there is one. */
  headers: () => Promise<Record<string, string>>;
  signal: AbortSignal;
}

/** Resolves when the subscription is complete or `signal` aborts; rejects with a refusal that is final. */
export async function live(options: Live) {
  for (let failures = 0; !options.signal.aborted; failures += 1) {
    try {
      if (await connection(options, () => (failures = 0))) return;
    } catch (error) {
      if (error instanceof Refused && !PASSING.includes(error.code)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.min(1_000 * 2 ** failures, 30_000) * (0.5 + Math.random() / 2)));
  }
}

async function connection({ query, variables, next, headers, signal }: Live, good: () => void) {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(), SILENCE_MS);
  try {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...(await headers()) },
      body: JSON.stringify({ query, variables: variables() }),
      signal: AbortSignal.any([signal, silent.signal]),
    });
    if (!response.headers.get('content-type')?.startsWith('text/event-stream')) dataOf(await response.json());
    let text = '';
    for (const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return false;
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(), SILENCE_MS);
      const events = (text + value).split('\n\n');
      text = events.pop()!;
      for (const event of events) {
        if (event.startsWith('event: complete')) return true;
        const data = event.match(/^data: ?(.*)$/m)?.[1];
        if (!data) continue;
        next(dataOf(JSON.parse(data)));
        good();
      }
    }
  } finally {
    clearTimeout(timer);
  }
}
