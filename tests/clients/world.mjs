// What every client's test needs: where the server is, what it is asked, and a fan who changes something.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';

import { Heard } from './heard.mjs';

export const url = process.env.MATCHDAY_URL?.replace(/\/$/, '');
assert.ok(url, 'MATCHDAY_URL must name a running server, as http://127.0.0.1:8000');

export const graphqlUrl = `${url}/graphql`;
export const socketUrl = graphqlUrl.replace(/^http/, 'ws');
export const operations = JSON.parse(readFileSync(new URL('./operations.json', import.meta.url), 'utf8'));

export async function post(query, variables, token) {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(token) },
    body: JSON.stringify({ query, variables }),
  });
  const result = await response.json();
  assert.equal(result.errors, undefined, JSON.stringify(result.errors));
  return result.data;
}

export const bearer = (token) => (token ? { authorization: `Bearer ${token}` } : {});

export async function fan() {
  const input = { email: `${randomUUID()}@example.test`, password: randomUUID() };
  const { signUp } = await post(operations.signUp, { input });
  return { token: signUp.accessToken, id: signUp.user.id };
}

// Tests run side by side, so each takes a match of its own.
export const anyMatch = () => 1 + Math.floor(Math.random() * 64);

export const reserve = (token, matchNumber) =>
  post(operations.reserve, { input: { matchNumber, category: 1, quantity: 1 } }, token);

export const pendingOf = (availability) => availability.categories.find(({ category }) => category === 1).pending;

// A fan watches a match, somebody reserves a ticket of it, and the fan sees the number change.
export async function watchesANumberChange(subscribe) {
  const { token } = await fan();
  const matchNumber = anyMatch();
  const heard = new Heard();
  const stop = await subscribe({ query: operations.availability, variables: { matchNumbers: [matchNumber] } }, (result) =>
    heard.push(result.data?.availability ?? result),
  );

  const before = await heard.until('the current state', ({ version }) => version !== undefined);
  assert.equal(before.matchNumber, matchNumber);
  await reserve(token, matchNumber);
  const after = await heard.until('the change', ({ version }) => version > before.version);
  assert.ok(pendingOf(after) > pendingOf(before), JSON.stringify({ before, after }));

  await stop();
}
