// What a program of docs/start has to survive that shows what it follows in a terminal: the end of an access token, and restarts.
//
// Each such program signs a fan up, holds two tickets of match 1, category 1, and prints a line for each state: "hold REFERENCE STATUS …"
// of its hold, and "match NUMBER VERSION [LEFT, …" of each match.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

const PATIENCE_SECONDS = 120;
/** Short enough to be waited for, and long enough that a hold outlives some tokens. */
const TOKEN_SECONDS = 15;
const HOLD_SECONDS = 45;

/** What a program is started with for `survivesInTerminal`. */
export const SETTINGS = {
  MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS),
  MATCHDAY_HOLD_SECONDS: String(HOLD_SECONDS),
};

/** Follows what `served` prints, which has been started by its page's command, through the end of its hold and restarts. */
export async function survivesInTerminal(served, program) {
  // The hold ends after several tokens. Only a connection with a new token sees that, because a hold is shown to its buyer alone.
  await printed(served, 'its hold', /^hold \S+ PENDING/m);
  await printed(served, 'a match without the held tickets', /^match 1 \d+ \[18,/m);
  await printed(served, 'the end of its hold, after that of its token', /^hold \S+ CANCELLED/m);

  let left = 20;
  await printed(served, 'the tickets back on sale', new RegExp(`^match 1 \\d+ \\[${left},`, 'm'));
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    await program.restart(signal);
    const before = served.output().length;
    await anotherFanHolds(program.url);
    left -= 1;
    await printed(served, `what changed after ${signal}`, new RegExp(`^match 1 \\d+ \\[${left},`, 'm'), before);
  }
}

/** Waits until a program has printed a line, after `from` letters. */
export async function printed(served, what, line, from = 0) {
  const deadline = Date.now() + PATIENCE_SECONDS * 1_000;
  while (!line.test(served.output().slice(from))) {
    assert.ok(Date.now() < deadline, `never printed ${what}, but\n${served.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Another fan holds one ticket of match 1, category 1. */
export async function anotherFanHolds(url) {
  const account = { email: `${randomUUID()}@example.test`, password: randomUUID() };
  const { signUp } = await post(url, 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }', account);
  const seat = { matchNumber: 1, category: 1, quantity: 1 };
  await post(url, 'mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }', seat, signUp.accessToken);
}

async function post(url, query, input, token) {
  const headers = { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) };
  const request = { method: 'POST', headers, body: JSON.stringify({ query, variables: { input } }) };
  const { data, errors } = await (await fetch(`${url}/graphql`, request)).json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}
