import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClient } from 'graphql-sse';
import { bearer, fan, graphqlUrl, operations, url, watchesANumberChange } from './world.mjs';

const modes = {
  'distinct connections': (options) => createClient({ url: graphqlUrl, retryAttempts: 0, ...options }),
  'a single connection': (options) =>
    createClient({ url: `${url}/graphql/stream`, singleConnection: true, retryAttempts: 0, ...options }),
};

// The client ends an operation behind the caller's back; disposed before that is done, it rejects into nowhere.
function quietly(create) {
  const running = new Set();
  const fetchFn = (input, init) => {
    const response = fetch(input, init);
    if (init.method === 'DELETE') running.add(response);
    return response;
  };
  const client = create({ fetchFn });
  const dispose = async () => {
    await Promise.allSettled([...running]);
    client.dispose();
  };
  return { client, dispose };
}

const once = (client, payload) =>
  new Promise((resolve, reject) => {
    let result;
    client.subscribe(payload, { next: (value) => (result = value), error: reject, complete: () => resolve(result) });
  });

for (const [mode, client] of Object.entries(modes)) {
  test(`graphql-sse, ${mode}: a fan watches a number change`, async () => {
    const { client: events, dispose } = quietly(client);
    await watchesANumberChange((payload, next) => events.subscribe(payload, { next, error: assert.fail, complete() {} }));
    await dispose();
  });

  test(`graphql-sse, ${mode}: several subscriptions run side by side`, async () => {
    const { client: events, dispose } = quietly(client);
    await Promise.all(
      Array.from({ length: 3 }, () =>
        watchesANumberChange((payload, next) => events.subscribe(payload, { next, error: assert.fail, complete() {} })),
      ),
    );
    await dispose();
  });

  test(`graphql-sse, ${mode}: queries are answered as who the request says it is`, async () => {
    const { token, id } = await fan();
    const events = client({ headers: bearer(token) });

    assert.equal((await once(events, { query: operations.me })).data.me.id, id);
    assert.equal((await once(events, { query: operations.matches })).data.matches.edges.length, 5);
    events.dispose();
  });

  test(`graphql-sse, ${mode}: an operation that is not valid is told so`, async () => {
    const events = client();

    for (const query of [operations.invalid, operations.invalidSubscription]) {
      const result = await once(events, { query });
      assert.equal(typeof result.errors[0].message, 'string');
      assert.equal('data' in result, false);
    }
    events.dispose();
  });

  test(`graphql-sse, ${mode}: a token that is not ours is refused`, async () => {
    const events = client({ headers: bearer('bad') });

    await assert.rejects(once(events, { query: operations.me }), ({ response }) => response.status === 401);
  });
}
