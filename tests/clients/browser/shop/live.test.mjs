// A page of a match that is left open: whatever happens meanwhile, it ends on the truth soon after.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { startChromium } from '../tools.mjs';
import { Visitor } from './visitor.mjs';
import { laysWire } from './wire.mjs';
import { OtherFan, opensShop, until } from './world.mjs';

const SOON = 2;

let shop;
let other;

before(async () => {
  shop = await opensShop({ MATCHDAY_HOLD_SECONDS: '20' });
  other = await OtherFan.of(shop);
}, { timeout: 600_000 });

after(() => shop?.leaves());

/** What the page says is left of a category. */
const says = (visitor, category = 1) =>
  visitor.page.locator(`[data-category="${category}"] [data-tag]`).first().innerText().then(number);

/** The number in a text, which may be isolated from its surroundings. */
const number = (text) => Number(/\d+/.exec(text)?.[0]);

const opensMatch = async (number, place = shop) => {
  const visitor = await Visitor.arrives({ browser: shop.browser, url: place.url });
  await visitor.goes(`/matches/${number}`);
  await isLive(visitor);
  return visitor;
};

const opensList = async () => {
  const visitor = await Visitor.arrives(shop);
  await visitor.goes('/');
  await isLive(visitor);
  return visitor;
};

const isLive = (visitor, seconds = 15) =>
  until('the live sign', async () => (await visitor.page.locator('[data-live]').first().getAttribute('data-state')) === 'live', seconds);

/** Waits for the truth, and says after how many seconds it was there. */
async function showsTruth(visitor, number, seconds = SOON) {
  const truth = await other.left(number);
  await until(`${truth} left of match ${number}`, async () => (await says(visitor)) === truth, seconds);
}

test('another fan holds a ticket: the open page counts it', { timeout: 60_000 }, async () => {
  const visitor = await opensMatch(1);
  const before = await says(visitor);
  await other.holds(1);
  await until('the new number', async () => (await says(visitor)) === before - 1, SOON);
  await visitor.leaves();
});

test('the list of matches counts it too, and only there', { timeout: 60_000 }, async () => {
  const visitor = await opensList();
  const tags = async () => (await visitor.page.locator('[data-match] [data-tag]').allInnerTexts()).map(number);
  const before = await tags();
  await other.holds(2);
  await until('the new number', async () => (await tags()).filter((left, at) => left !== before[at]).length === 1, SOON);
  await visitor.leaves();
});

test('the last tickets are held: the category is on hold, and can be chosen again when the holds end', { timeout: 90_000 }, async () => {
  const visitor = await opensMatch(3);
  const choice = visitor.page.locator('[data-category="1"]');
  const fans = await Promise.all(Array.from({ length: 4 }, () => OtherFan.of(shop)));
  const left = await other.left(3);
  // Each may have six of one match.
  const pairs = Array.from({ length: Math.floor(left / 2) }, (_, at) => fans[at % fans.length]);
  for (const fan of pairs) await fan.holds(3, { quantity: 2 });
  if (left % 2) await other.holds(3);

  await until('the category on hold', async () => (await choice.getAttribute('data-status')) === 'TEMPORARILY_UNAVAILABLE', SOON);
  assert.ok(await choice.locator('input').isDisabled());
  await visitor.sees('Some may become available');
  await until('the end of the holds', async () => (await other.left(3)) === left, 40);
  await showsTruth(visitor, 3);
  assert.ok(await choice.locator('input').isEnabled());
  await visitor.leaves();
});

for (const signal of ['SIGTERM', 'SIGKILL']) {
  test(`the server is restarted by ${signal} on the same data`, { timeout: 120_000 }, async () => {
    const visitor = await opensMatch(4);
    visitor.expects(/WebSocket connection to .* failed/);
    await shop.restart(signal);
    other = await OtherFan.of(shop);
    await other.holds(4);
    await showsTruth(visitor, 4);
    await isLive(visitor);
    await visitor.leaves();
  });
}

test('the network is away: the page says so, and what happened meanwhile is there when it is back', { timeout: 60_000 }, async () => {
  const visitor = await opensMatch(5);
  visitor.expects(/WebSocket connection to .* failed|ERR_INTERNET_DISCONNECTED/);
  await visitor.context.setOffline(true);
  await until('the word offline', async () => (await visitor.page.locator('[data-live]').first().getAttribute('data-state')) === 'offline');
  await other.holds(5);
  await visitor.context.setOffline(false);
  await showsTruth(visitor, 5);
  await visitor.leaves();
});

test('the line breaks without a word from the device', { timeout: 60_000 }, async (t) => {
  const wire = await laysWire(shop.url);
  t.after(() => wire.cut());
  const visitor = await opensMatch(6, wire);
  visitor.expects(/WebSocket connection to .* failed/);
  await wire.cut();
  await until('the page saying that it lost the line', async () => (await visitor.page.locator('[data-live]').first().getAttribute('data-state')) !== 'live');
  await other.holds(6);
  await wire.mend();
  await showsTruth(visitor, 6);
  await visitor.leaves();
});

test('a page out of the back/forward cache shows what is true now', { timeout: 60_000 }, async () => {
  const visitor = await opensMatch(7);
  await visitor.page.locator('.brand').click();
  await visitor.page.waitForURL('**/en/');
  await other.holds(7);
  await visitor.page.goBack();
  await showsTruth(visitor, 7);
  await visitor.leaves();
});

test('a page that the browser itself has kept for "back" is live again', { timeout: 90_000 }, async (t) => {
  // Playwright switches that off where it is not told to leave it.
  const browser = await startChromium({ ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  t.after(() => browser.close());
  const visitor = await Visitor.arrives({ browser, url: shop.url });
  await visitor.page.addInitScript(() => addEventListener('pageshow', ({ persisted }) => persisted && (window.cameBack = true)));
  await visitor.goes('/matches/8');
  await isLive(visitor);
  await visitor.page.locator('.brand').click();
  await visitor.page.waitForURL('**/en/');
  await other.holds(8);
  const truth = await other.left(8);

  await visitor.page.evaluate(() => history.back());

  await until(`${truth} left of match 8`, async () => (await says(visitor).catch(() => NaN)) === truth, SOON);
  assert.ok(await visitor.page.evaluate(() => window.cameBack), 'it is the very page that was left');
  await isLive(visitor, SOON);
  await other.holds(8);
  await showsTruth(visitor, 8);
  await visitor.leaves();
});

test('the organiser renames a team: open pages say so, and lead to what is true now', { timeout: 90_000 }, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'matchday-list-'));
  t.after(() => rm(folder, { recursive: true }));
  const list = await readFile(new URL('../../../../server/data/world-cup-2022.jsonl', import.meta.url), 'utf8');
  const given = list.split('\n').filter(Boolean).map((line) => JSON.parse(line)).find(({ matchNumber }) => matchNumber === 9);
  const { match } = await other.asks('{ match(matchNumber: 9) { dateUtc homeTeam } }');
  const pages = await Promise.all([opensMatch(9), opensList()]);
  const untouched = await opensMatch(8);

  const renamed = { ...given, dateUtc: match.dateUtc, homeTeam: match.homeTeam === 'Wales' ? 'Qatar' : 'Wales' };
  await writeFile(join(folder, 'list.jsonl'), `${JSON.stringify(renamed)}\n`);
  await until('the broker', async () => (await fetch(`${shop.url}/readyz`)).ok);
  shop.runs('masterlist', 'publish', join(folder, 'list.jsonl'));

  for (const visitor of pages) {
    await until('the notice', () => visitor.page.locator('[data-stale]').isVisible(), SOON);
    await visitor.presses('[data-stale] a');
    assert.ok((await visitor.page.locator('main').innerText()).includes(renamed.homeTeam));
    assert.ok(await visitor.page.locator('[data-stale]').isHidden());
    await isLive(visitor);
    await visitor.leaves();
  }
  assert.ok(await untouched.page.locator('[data-stale]').isHidden(), 'nothing was said of this match');
  await untouched.leaves();
});
