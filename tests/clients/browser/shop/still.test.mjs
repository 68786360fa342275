// Nothing moves on a page once it is shown: not when it goes live, and not when it learns of the visitor's own clock.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Fan } from './fan.mjs';
import { OtherFan, opensShop, until } from './world.mjs';

/** Of the window, as browsers count it; a hundredth is a line of small text near the end. */
const MOST = 0.01;

let shop;

before(async () => {
  shop = await opensShop();
  const seller = await OtherFan.of(shop);
  const [ticket] = await seller.buys(1);
  await seller.offers(ticket, '70');
}, { timeout: 600_000 });

after(() => shop?.leaves());

for (const [locale, width] of [['en', 360], ['ar', 360], ['fr', 412], ['es', 1280]]) {
  test(`in ${locale}, ${width} pixels wide`, { timeout: 120_000 }, async () => {
    const fan = await Fan.arrives(shop, { locale, width });
    for (const path of ['/', '/matches/1', '/resale', '/search?q=qatar']) await isStill(fan, path);
    await fan.signsUp();
    await isStill(fan, await fan.holds(2));
    await fan.buys(3);
    await isStill(fan, fan.path());
    await fan.leaves();
  });
}

async function isStill(fan, path) {
  await fan.goes(path);
  const sign = fan.page.locator('[data-live]').first();
  if (await sign.count()) await until('the live sign', async () => (await sign.getAttribute('data-state')) === 'live');
  const clock = fan.page.locator('md-local-time').first();
  if (await clock.count()) await until('the visitor’s own time', async () => (await clock.textContent()) !== '');
  const shifts = await fan.page.evaluate(moved);
  assert.ok(shifts.reduce((sum, { value }) => sum + value, 0) <= MOST, `${path}: ${JSON.stringify(shifts)}`);
}

/** Runs in the page: what has moved, once it is drawn as it is. */
async function moved() {
  const shifts = [];
  const observer = new PerformanceObserver((list) => shifts.push(...list.getEntries()));
  observer.observe({ type: 'layout-shift', buffered: true });
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
  return shifts.map(({ value, sources }) => ({
    value,
    moved: sources.map(({ node }) => (node?.outerHTML ?? node?.textContent ?? '').slice(0, 80)),
  }));
}
