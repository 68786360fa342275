// docs/start/fetch.md, followed from an empty folder to a page and a program that survive.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { SIGNALS, TOKEN_SECONDS, anotherFanHolds, signsUp, survives } from './survivals.mjs';

const PATIENCE_MS = 60_000;

test('docs/start/fetch.md: the page survives a restart, the end of a token, and two tabs that refresh at once; so does the program', async () => {
  await survives('fetch', { later: ['watch.sh'], also: programSurvives });
});

async function programSurvives(newcomer, program) {
  await signsUp(program.url, { email: 'fan@example.com', password: 'correct horse' });
  const watch = await newcomer.starts('watch.sh', (output) => states(output).length === 1);
  const seesAHold = async () => {
    const before = states(watch.output()).length;
    await anotherFanHolds(program.url);
    await until(watch, () => states(watch.output()).length > before);
    const [now, then] = states(watch.output()).slice(-2).reverse();
    assert.equal(now, then - 1, watch.output());
  };

  for (const signal of SIGNALS) {
    await program.restart(signal);
    await seesAHold();
  }
  // It connects again when the token ends; a state that it has is not sent again.
  const over = Date.now() + (TOKEN_SECONDS + 2) * 1000;
  await until(watch, () => Date.now() > over);
  await seesAHold();
  await watch.stop();
}

/** What is left of category 1, state by state. */
const states = (output) => [...output.matchAll(/^1: (\d+) left/gm)].map(([, left]) => Number(left));

async function until(watch, holds) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    assert.ok(Date.now() < deadline, watch.output());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
