// docs/start/apollo.md, followed from an empty folder to a page that survives.

import { test } from 'node:test';

import { survives } from './survivals.mjs';

test('docs/start/apollo.md: the page survives a restart, the end of a token, and two tabs that refresh at once', async () => {
  await survives('apollo');
});
