// watch.ts EMAIL PASSWORD: signs in, and prints what is left of the first match, for ever. The session is two tokens.

import { live } from './src/live';
import { ask } from './src/matchday';

const [email, password] = process.argv.slice(2);
const TOKENS = 'accessToken refreshToken expiresAt';
let tokens: { accessToken: string; refreshToken: string; expiresAt: string };
let endsAt = 0;
let refreshing: Promise<void> | undefined;

function keep({ data: { session }, now }: Awaited<ReturnType<typeof ask>>) {
  tokens = session;
  endsAt = Date.now() + Date.parse(session.expiresAt) - now;
}

/** The header of a token that has 10 s left at least. A refresh token works once, so one request at a time uses it. */
async function bearer() {
  if (Date.now() > endsAt - 10_000) await (refreshing ??= refresh().finally(() => (refreshing = undefined)));
  return { authorization: `Bearer ${tokens.accessToken}` };
}

async function refresh() {
  const query = /* GraphQL */ `mutation ($input: RefreshSessionInput!) { session: refreshSession(input: $input) { ${TOKENS} } }`;
  keep(await ask(query, { input: { refreshToken: tokens.refreshToken } }));
}

keep(await ask(/* GraphQL */ `mutation ($input: SignInInput!) { session: signIn(input: $input) { ${TOKENS} } }`, { input: { email, password } }));
console.log('signed in');

let since: { matchNumber: number; version: number }[] = [];
await live({
  query: /* GraphQL */ `subscription ($since: [VersionInput!]) {
    availability(matchNumbers: [1], since: $since) { matchNumber version categories { category sellable } }
  }`,
  variables: () => ({ since }),
  next: ({ availability: { matchNumber, version, categories } }) => {
    since = [{ matchNumber, version }];
    console.log(categories.map(({ category, sellable }: { category: number; sellable: number }) => `${category}: ${sellable} left`).join(', '));
  },
  headers: bearer,
  signal: new AbortController().signal,
});
