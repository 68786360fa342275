/** One error of an answer. */
export interface Failure {
  message: string;
  path?: (string | number)[];
  extensions: {
    code: string;
    /** The input that is wrong, by its path, such as `price.amount`. */
    field?: string;
    /** All inputs that are wrong, where Matchday names them all at once. */
    fields?: { field: string; message: string }[];
    /** Seconds. */
    retryAfter?: number;
    [more: string]: unknown;
  };
}

/** An operation that has errors. */
export class RequestError extends Error {
  readonly failures: Failure[];
  readonly status: number;
  readonly requestId: string | null;

  constructor(failures: Failure[], status: number, requestId: string | null) {
    super(failures.map(({ message }) => message).join('\n'));
    this.failures = failures;
    this.status = status;
    this.requestId = requestId;
  }

  /** What to branch on. */
  get code(): string {
    return this.failures[0]?.extensions.code ?? `HTTP_${this.status}`;
  }

  /** Seconds after which the same request may succeed. */
  get retryAfter(): number | undefined {
    return this.failures[0]?.extensions.retryAfter;
  }
}

/** Sends one operation and returns its data. Throws a `RequestError`, or what `fetch` throws where no answer comes. */
export async function request<Data>(
  url: string,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
): Promise<Data> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/graphql-response+json, application/json;q=0.9',
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  // A proxy answers in its own words.
  const answer = (await response.json().catch(() => ({}))) as { data?: Data; errors?: Failure[] };
  if (answer.data && !answer.errors) return answer.data;
  throw new RequestError(answer.errors ?? [], response.status, response.headers.get('x-request-id'));
}
