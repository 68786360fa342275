import { request } from '../errors/request';

const MATCHDAY = 'http://10.0.0.7:8000/graphql';

/** What a server that renders pages asks for a visitor: with the visitor's own session and address. */
export function askFor<Data>(visitor: { cookie?: string | null; address: string }, query: string, variables: object = {}): Promise<Data> {
  return request<Data>(MATCHDAY, query, variables, {
    ...(visitor.cookie && { cookie: visitor.cookie }),
    'x-forwarded-for': visitor.address,
  });
}
