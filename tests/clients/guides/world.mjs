// What the guides' tests need: the snippets of the documents, a program of their own, and fans.

import './typescript.mjs';

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import WebSocket from 'ws';

import { startProgram } from '../program.mjs';

// Browsers and newer Nodes have it.
globalThis.WebSocket ??= WebSocket;

// A file that took too long is ended by a signal: its programs end with it, by their `exit` handlers.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

const docs = new URL('../../../docs/', import.meta.url);

/** A snippet of the documents, as a module. */
export const snippet = (name) => import(new URL(`snippets/${name}`, docs).href);

/** A file of docs/snippets, as a text; and a guide. */
export const snippetText = (name) => readFile(new URL(`snippets/${name}`, docs), 'utf8');
export const guideText = (name) => readFile(new URL(`guides/${name}.md`, docs), 'utf8');
export const snippetPath = (name) => fileURLToPath(new URL(`snippets/${name}`, docs));

/** The operations of a snippet of GraphQL, by their names; each with the fragments that are there. */
export async function operationsOf(name) {
  const { parse, print } = await import('graphql');
  const { definitions } = parse(await snippetText(name));
  const fragments = definitions.filter(({ kind }) => kind === 'FragmentDefinition').map(print);
  const operations = definitions.filter(({ kind }) => kind === 'OperationDefinition');
  return Object.fromEntries(operations.map((operation) => [operation.name.value, [print(operation), ...fragments].join('\n')]));
}

/** A program with the settings of a test; `graphql` and `socket` are its addresses, `fan()` one of its visitors. */
export async function opensSite(settings = {}) {
  // A busy machine takes its time.
  const program = await startProgram({ MATCHDAY_LIMITS_ENABLED: 'false', MATCHDAY_REQUEST_SECONDS: '60', ...settings });
  const graphql = `${program.url}/graphql`;
  const { Session } = await snippet('sessions/tokens.ts');
  const { withRetries } = await snippet('errors/retry.ts');
  const { request } = await snippet('errors/request.ts');
  const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { refreshToken } }';
  let arriving = Promise.resolve();

  async function arrives() {
    const account = { email: `${randomUUID()}@example.com`, password: randomUUID() };
    const { signUp } = await withRetries(() => request(graphql, SIGN_UP, { input: account }));
    return { ...account, session: await Session.resume(graphql, signUp.refreshToken) };
  }

  return {
    ...program,
    graphql,
    socket: graphql.replace(/^http/, 'ws'),

    /** A fan with an account, who is signed in. One after the other: passwords are hard work. */
    fan() {
      const fan = arriving.then(arrives);
      arriving = fan.catch(() => undefined);
      return fan;
    },

    /** A mail of a kind to an email, once it is there. */
    async mail(kind, email) {
      return eventually(`a mail ${kind} to ${email}`, async () =>
        (await program.mails(kind)).findLast((text) => text.includes(`To: ${email}`)));
    },
  };
}

/** The code of a mail. */
export function codeOf(mail) {
  const found = /^ +([\w-]{20,})\r?$/m.exec(mail);
  assert.ok(found, mail);
  return found[1];
}

/** What one request is answered, of whatever kind. */
export async function sent(url, query, variables = {}, headers = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  const result = await response.json();
  return { status: response.status, headers: response.headers, ...result, codes: (result.errors ?? []).map(({ extensions }) => extensions.code) };
}

const PATIENCE_SECONDS = 60;

/** What a condition gives once it holds. */
export async function eventually(what, condition, seconds = PATIENCE_SECONDS) {
  const deadline = Date.now() + seconds * 1_000;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < deadline, `${what} did not come within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The code of a `RequestError` that a promise rejects with. */
export async function refusal(promise) {
  const { RequestError } = await snippet('errors/request.ts');
  const error = await promise.then((answer) => assert.fail(`answered: ${JSON.stringify(answer)}`), (error) => error);
  assert.ok(error instanceof RequestError, String(error?.stack ?? error));
  return error;
}

/** Runs something while `globalThis.fetch` is another. */
export async function withFetch(other, act) {
  const own = globalThis.fetch;
  globalThis.fetch = (...request) => other(own, ...request);
  try {
    return await act();
  } finally {
    globalThis.fetch = own;
  }
}
