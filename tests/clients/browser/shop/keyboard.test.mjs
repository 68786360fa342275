// A whole purchase by keyboard alone: Tab, arrows, Space and Enter, and the focus is seen wherever it is.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Fan } from './fan.mjs';
import { opensShop, until } from './world.mjs';

const STOPS = 250;

let shop;

before(async () => (shop = await opensShop()), { timeout: 600_000 });
after(() => shop?.leaves());

/** Presses a key until the focus is on what a selector names, and looks at each stop whether the focus is seen. */
async function tabsTo(page, selector, key = 'Tab') {
  for (let stop = 0; stop < STOPS; stop += 1) {
    await page.keyboard.press(key);
    const seen = await page.evaluate((wanted) => {
      const element = document.activeElement;
      if (!element || element === document.body) return { isThere: false };
      const box = (element.closest('label') ?? element).getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + Math.min(box.height / 2, 20)];
      const top = document.elementFromPoint(x, y);
      const marked = [element, element.closest('label'), element.nextElementSibling].filter(Boolean).some((one) => {
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(one);
        return (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2) || boxShadow !== 'none';
      });
      const around = element.closest('label') ?? element;
      const isCovered = top === null || !(around.contains(top) || top.contains(around));
      return { isThere: element.matches(wanted), marked, isCovered, html: element.outerHTML.slice(0, 160) };
    }, selector);
    if (seen.html) {
      assert.ok(seen.marked, `the focus is not seen on ${seen.html}`);
      assert.ok(!seen.isCovered, `the focus is behind something on ${seen.html}`);
    }
    if (seen.isThere) return;
  }
  assert.fail(`${STOPS} stops lead not to ${selector}`);
}

const enters = (page, key = 'Enter') => Promise.all([page.waitForEvent('load'), page.keyboard.press(key)]);

test('a fan buys a ticket without a pointer', { timeout: 120_000 }, async () => {
  const fan = await Fan.arrives(shop);
  const { page } = fan;
  await fan.goes('/');
  await tabsTo(page, '.skip');
  await page.keyboard.press('Enter');
  await until('the focus in the content', () => page.evaluate(() => document.activeElement?.id === 'main'));
  await tabsTo(page, 'select[name=team]');
  await page.keyboard.type('Qat');
  await tabsTo(page, 'form.filters button');
  await enters(page);
  assert.match(fan.path(), /team=Qatar/);
  await tabsTo(page, '[data-match] .go a:not([hidden])');
  await enters(page);

  await tabsTo(page, '[name=category]');
  await page.keyboard.press('ArrowDown');
  await tabsTo(page, '[name=quantity]');
  await page.keyboard.press('ArrowRight');
  await tabsTo(page, '.pick button[data-when]');
  await enters(page);
  await tabsTo(page, 'main a[href*="/sign-up"]');
  await enters(page);
  await tabsTo(page, '[name=email]');
  await page.keyboard.type(fan.email);
  await tabsTo(page, '[name=password]');
  await page.keyboard.type('a long passphrase');
  await enters(page);
  assert.match(fan.path(), /category=2&quantity=2$/);
  await tabsTo(page, '.pick button[data-when]');
  await enters(page);
  await page.getByRole('timer').waitFor();
  await tabsTo(page, 'form[action$="/pay"] button');
  await enters(page);
  await fan.hasTickets(2);

  await tabsTo(page, 'a[href="#show-1"]');
  await page.keyboard.press('Enter');
  await page.locator('#show-1 .close').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('#show-1 .close').waitFor({ state: 'hidden' });
  await fan.leaves();
});

test('the language menu opens and closes by keyboard, and keeps the page', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  await fan.goes('/matches/1');
  await tabsTo(fan.page, '.menu summary');
  await fan.page.keyboard.press('Enter');
  await fan.page.locator('.menu ul').waitFor();
  await fan.page.keyboard.press('Escape');
  await fan.page.locator('.menu ul').waitFor({ state: 'hidden' });
  await fan.page.keyboard.press('Enter');
  await tabsTo(fan.page, '.menu a[hreflang=ar]');
  await enters(fan.page);
  assert.equal(new URL(fan.page.url()).pathname, '/ar/matches/1');
  await fan.leaves();
});
