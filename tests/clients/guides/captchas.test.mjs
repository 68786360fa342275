// docs/guides/captchas.md: who is asked, and how a page and a script go on.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { startChromium } from '../browser/tools.mjs';
import { eventually, guideText, operationsOf, opensSite, refusal, sent, snippet, snippetText } from './world.mjs';

const CRAWLER = { 'user-agent': 'TestBot/1.0' };
const SIGN_IN = 'mutation { signIn(input: { email: "nobody@example.com", password: "a wrong one" }) { expiresAt } }';
const SOLVE = 'mutation ($payload: String!) { solveCaptcha(input: { payload: $payload }) { pass } }';
const SITE = '{ site { captcha } }';

let site;
before(async () => (site = await opensSite({ MATCHDAY_CAPTCHA_MAX_NUMBER: '1000' })), { timeout: 120_000 });
after(() => site?.stop());

test('what looks like a bot solves a captcha and goes on, and everything else is answered', async () => {
  const { requestWithPass } = await snippet('captchas/pass.ts');
  assert.equal((await sent(site.graphql, SITE, {}, CRAWLER)).data.site.captcha, 'ALTCHA');
  const asked = await sent(site.graphql, SIGN_IN, {}, CRAWLER);
  assert.deepEqual([asked.status, asked.codes], [403, ['CAPTCHA_REQUIRED']]);
  assert.equal(asked.errors[0].extensions.captcha.level, 0);

  const refused = await refusal(requestWithPass(site.graphql, SIGN_IN, {}, CRAWLER));

  assert.equal(refused.code, 'UNAUTHENTICATED', 'the password is wrong, and it was looked at');
  assert.equal((await sent(site.graphql, SIGN_IN, {}, { 'user-agent': 'acme-inventory/1.4', accept: '*/*' })).codes[0], 'UNAUTHENTICATED');
});

test('a solution works once, and a wrong one never', async () => {
  const [{ solve }, { Challenge }] = [await snippet('captchas/solve.ts'), await operationsOf('captchas/challenge.graphql')];
  const { data: { captchaChallenge } } = await sent(site.graphql, Challenge);
  assert.deepEqual([captchaChallenge.provider, captchaChallenge.level, captchaChallenge.siteKey], ['ALTCHA', 0, null]);
  const payload = await solve(captchaChallenge.altcha);

  assert.ok((await sent(site.graphql, SOLVE, { payload })).data.solveCaptcha.pass);
  assert.deepEqual((await sent(site.graphql, SOLVE, { payload })).codes, ['CAPTCHA_FAILED']);
  assert.deepEqual((await sent(site.graphql, SOLVE, { payload: btoa('{}') })).codes, ['CAPTCHA_FAILED']);
});

test('a challenge of a level is twice the work for each, by both ways', async () => {
  const maxima = await Promise.all([0, 3].map(async (level) => (await (await fetch(`${site.url}/captcha/challenge?level=${level}`)).json()).maxnumber));
  assert.deepEqual(maxima, [1_000, 8_000]);
  const { data } = await sent(site.graphql, '{ captchaChallenge(level: 3) { level altcha { maxnumber } } }');
  assert.deepEqual(data.captchaChallenge, { level: 3, altcha: { maxnumber: 8_000 } });
});

test('what the guide says of points is what the program has', async () => {
  const example = await snippetText('../../matchday.example.toml');
  const weights = Object.fromEntries([...example.split('[bots.weights]')[1].split('\n[')[0].matchAll(/^(\w+) = (\d+)/gm)].map(([, name, points]) => [name, points]));
  const guide = await guideText('captchas');
  const points = [...guide.matchAll(/^\| [^|]+\| (\d[\d, each]*) \|$/gm)].flatMap(([, cell]) => cell.match(/\d+/g));
  const order = ['declaredCrawler', 'absurdUserAgent', 'contradiction', 'noUserAgent', 'noAccept', 'unpaidHoldsOfUser', 'declinedCardsOfUser',
    'unpaidHoldsOfAddress', 'accountsOfAddress', 'matchTicketsOfAddress', 'declinedCardsOfAddress'];
  assert.deepEqual(points, order.map((name) => weights[name]));
  assert.equal(Object.keys(weights).length, order.length);
});

test("ALTCHA's widget in a page earns a pass that the browser keeps", { timeout: 240_000 }, async (t) => {
  const browser = await startChromium();
  t.after(() => browser.close());
  const page = await (await browser.newContext({ userAgent: 'Mozilla/5.0 (compatible; TestBot/1.0)' })).newPage();
  const [html, widget] = [await snippetText('captchas/widget.html'), new URL('../node_modules/altcha/dist/main/altcha.js', import.meta.url)];
  await page.route('**/widget', (route) => route.fulfill({ contentType: 'text/html', body: html.replace('https://shop.example', '') }));
  await page.route('**/altcha.js', (route) => route.fulfill({ path: widget.pathname, contentType: 'text/javascript' }));
  await page.goto(`${site.url}/widget`);
  const ask = () => page.evaluate(async (query) => {
    const response = await fetch('/graphql', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ query }) });
    return (await response.json()).errors[0].extensions.code;
  }, SIGN_IN);
  assert.equal(await ask(), 'CAPTCHA_REQUIRED');

  // By the keyboard: the widget's own drawing lies over the box.
  await page.locator('altcha-widget input[type=checkbox]').press('Space');

  await eventually('the pass', async () => (await ask()) === 'UNAUTHENTICATED');
  assert.equal(await page.locator('#reserve button').isEnabled(), true);
});
