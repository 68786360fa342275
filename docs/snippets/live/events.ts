import { type Failure, RequestError } from '../errors/request';

export interface Result<Data> {
  data?: Data | null;
  errors?: Failure[];
}

/** The results of a subscription, by `fetch` alone. Ends when the subscription ends; throws where the stream breaks off. */
export async function* events<Data>(
  url: string,
  query: string,
  variables: object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): AsyncGenerator<Result<Data>> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  });
  if (!response.ok || !response.body) {
    const { errors = [] } = (await response.json().catch(() => ({}))) as Result<Data>;
    throw new RequestError(errors, response.status, response.headers.get('x-request-id'));
  }

  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw new Error('the stream broke off');
    text += value;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      // A block without data is a comment: it keeps an idle stream open.
      if (block.startsWith('event: complete')) return;
      const data = block.split('\n').find((line) => line.startsWith('data: '));
      if (data) yield JSON.parse(data.slice('data: '.length)) as Result<Data>;
    }
  }
}
