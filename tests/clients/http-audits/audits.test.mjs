// The audits of the npm package graphql-http, run against a running edge:
//   MATCHDAY_URL=http://127.0.0.1:8000 node --test
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { serverAudits } from 'graphql-http';

const site = process.env.MATCHDAY_URL?.replace(/\/$/, '');
assert.ok(site, 'MATCHDAY_URL must name a running server, as http://127.0.0.1:8000');
const url = `${site}/graphql`;

// A server that passes nothing because nothing was asked must not look like one that passes all.
test('there are 61 audits to pass', () => {
  assert.equal(serverAudits({ url }).length, 61);
});

for (const audit of serverAudits({ url })) {
  test(`${audit.id}: ${audit.name}`, async () => {
    const result = await audit.fn();
    assert.equal(result.status, 'ok', result.reason);
  });
}
