// What every client's test needs: where the server is, what it is asked, and a fan who changes something.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';

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

// Collects what a subscription says, so that a test can wait for what it expects.
export class Heard {
  #values = [];
  #waiting = [];

  push(value) {
    this.#values.push(value);
    for (const wake of this.#waiting.splice(0)) wake();
  }

  async until(what, holds, seconds = 15) {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = this.#values.find(holds);
      if (found !== undefined) return found;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`never heard ${what}, but ${JSON.stringify(this.#values)}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => (clearTimeout(timer), resolve()));
      });
    }
  }
}

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
