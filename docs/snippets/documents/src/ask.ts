import { graphql } from './gql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';

export const MATCHES = graphql(`
  query Matches($first: Int!) {
    matches(first: $first) {
      nodes {
        id
        homeTeam
        awayTeam
      }
    }
  }
`);

/** Sends the hash that the generator has put into the document, as `sha256:…`. The manifest of the site has its text. */
export async function ask<Data, Variables>(
  endpoint: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const { hash } = (document as unknown as { __meta__: { hash: string } }).__meta__;
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ documentId: hash, variables }),
  });
  const { data, errors } = await response.json();
  if (!data) {
    throw new Error(`${errors[0].extensions.code}: ${errors[0].message}`);
  }
  return data;
}
