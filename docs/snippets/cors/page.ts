const MATCHDAY = 'https://tickets.example';

export async function ask<Data>(query: string, variables: object = {}): Promise<{ data?: Data; errors?: { message: string }[] }> {
  const response = await fetch(`${MATCHDAY}/graphql`, {
    method: 'POST',
    // The browser sends and keeps the cookies of another origin only where this says so.
    credentials: 'include',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return response.json();
}
