import assert from 'node:assert/strict';
import { test } from 'node:test';
import { solveChallenge } from 'altcha-lib/v1';
import { graphqlUrl, post, url } from './world.mjs';

const crawler = { 'user-agent': 'ExampleBot/2.1' };
const signIn = 'mutation { signIn(input: {email: "nobody@example.test", password: "a wrong guess"}) { expiresAt } }';
const solveCaptcha = 'mutation ($payload: String!) { solveCaptcha(input: {payload: $payload}) { pass expiresAt } }';

async function asked(headers) {
  const response = await fetch(graphqlUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...crawler, ...headers },
    body: JSON.stringify({ query: signIn }),
  });
  const { errors } = await response.json();
  return { status: response.status, ...errors[0].extensions };
}

// As the widget does it: what it submits is the challenge with the number, in base64.
async function solved({ algorithm, challenge, maxnumber, salt, signature }) {
  const { number, took } = await solveChallenge(challenge, salt, algorithm, maxnumber).promise;
  return btoa(JSON.stringify({ algorithm, challenge, number, salt, signature, took }));
}

test('altcha: a challenge that is fetched is solved, and a solution works once', async () => {
  const response = await fetch(`${url}/captcha/challenge`);
  assert.equal(response.headers.get('cache-control'), 'no-store');
  const payload = await solved(await response.json());

  const { solveCaptcha: first } = await post(solveCaptcha, { payload });
  assert.ok(Date.parse(first.expiresAt) > Date.now());
  await assert.rejects(post(solveCaptcha, { payload }), /CAPTCHA_FAILED/);
});

test('altcha: who is asked for a captcha solves it and goes on', async () => {
  const { status, code, captcha } = await asked({});
  assert.deepEqual([status, code, captcha.provider], [403, 'CAPTCHA_REQUIRED', 'ALTCHA']);

  const { solveCaptcha: earned } = await post(solveCaptcha, { payload: await solved(captcha.altcha) });

  assert.equal((await asked({ 'captcha-pass': earned.pass })).code, 'UNAUTHENTICATED');
});
