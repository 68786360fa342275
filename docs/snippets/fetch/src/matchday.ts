// A request to Matchday, by plain fetch.

export const endpoint = 'location' in globalThis ? '/graphql' : 'http://127.0.0.1:8000/graphql';

/** A refusal: its message, and its code to branch on. */
export class Refused extends Error {
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

export interface GraphQLResult {
  data?: any;
  errors?: { message: string; extensions: { code: string } }[];
}

export function dataOf({ data, errors }: GraphQLResult) {
  if (errors) throw new Refused(errors[0].message, errors[0].extensions.code);
  return data;
}

/** Sends one operation; resolves with its data and with the server's time. */
export async function ask(query: string, variables = {}, headers: Record<string, string> = {}) {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    signal: AbortSignal.timeout(15_000),
  });
  // A proxy says in words of its own that the program is away: ask again later.
  const result: GraphQLResult = await response.json().catch(() => {
    throw new Refused(`no answer of Matchday: status ${response.status}`, 'SERVICE_UNAVAILABLE');
  });
  const data = dataOf(result);
  return { data, now: Date.parse(response.headers.get('date') ?? '') || Date.now() };
}
