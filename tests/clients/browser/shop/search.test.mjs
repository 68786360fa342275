// Search: results without script, the box as a combobox, and what it remembers on the device.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Fan } from './fan.mjs';
import { OtherFan, opensShop, until } from './world.mjs';

let shop;

before(async () => {
  shop = await opensShop();
  const seller = await OtherFan.of(shop);
  const [ticket] = await seller.buys(1);
  await seller.offers(ticket, '70', 'Near the drums <b>of Qatar</b>');
  await until('the search', async () => (await fetch(`${shop.url}/en/search?q=drums`)).ok);
  await until('the offer', async () => (await (await fetch(`${shop.url}/en/search?q=drums`)).text()).includes('data-listing'));
}, { timeout: 600_000 });

after(() => shop?.leaves());

const BOX = 'md-search input';
const OPTIONS = '[role=option]';

/** Types into the box, letter by letter, once it has its module. */
async function types(visitor, text) {
  await visitor.page.locator(BOX).click();
  await isReady(visitor);
  await visitor.page.keyboard.type(text);
}

const isReady = (visitor) =>
  until('the module of the search', () => visitor.page.evaluate(() => customElements.get('md-search') !== undefined));

/** Types, and waits for what is offered for all of it: the last option leads to all results. */
async function finds(visitor, text) {
  await types(visitor, text);
  await visitor.page.locator(`${OPTIONS}[href$="?q=${encodeURIComponent(text)}"]`).waitFor();
}

const offered = (visitor) => visitor.page.locator(OPTIONS).allInnerTexts();

/** The option that is chosen, as a screen reader hears of it. */
const active = (visitor) =>
  visitor.page.evaluate((box) => {
    const id = document.querySelector(box).getAttribute('aria-activedescendant');
    const chosen = [...document.querySelectorAll('[role=option][aria-selected=true]')];
    if (!id) return chosen.length === 0 ? -1 : 'chosen, and not named';
    const at = [...document.querySelectorAll('[role=option]')].findIndex((option) => option.id === id);
    return chosen.length === 1 && chosen[0].id === id ? at : 'named, and not chosen';
  }, BOX);

/** What the box asked the server. */
function listens(visitor) {
  const asked = [];
  visitor.page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.pathname.endsWith('/search/options')) asked.push(url.searchParams.get('q'));
  });
  return asked;
}

const hasFocus = (visitor) => visitor.page.evaluate((box) => document.activeElement === document.querySelector(box), BOX);

test('without script a fan finds, filters, orders and goes on', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop, { javaScriptEnabled: false });
  const { page } = fan;
  await fan.goes('/');
  await page.locator(BOX).fill('brazil');
  await fan.presses('header form[role=search] button');
  assert.equal(fan.path(), '/search?q=brazil');
  const all = await page.locator('[data-match]').count();
  assert.ok(all >= 3, `${all} matches of Brazil`);

  await page.locator('details.menu summary', { hasText: 'Team' }).click();
  const choice = page.locator('label', { has: page.locator('[name=team]:not([value=Brazil])') }).first();
  const count = Number(/(\d+)\s*$/.exec(await choice.innerText())[1]);
  await choice.click();
  await fan.presses(page.locator('details.menu[open] button'));
  assert.match(fan.path(), /^\/search\?q=brazil&team=/);
  assert.equal(await page.locator('[data-match]').count(), count);

  await fan.presses(page.locator('main a.chip:has-text("Remove the filter")'));
  assert.equal(fan.path(), '/search?q=brazil');
  assert.equal(await page.locator('[data-match]').count(), all);
  await page.locator('details.menu summary', { hasText: 'Order' }).click();
  await fan.presses(page.locator('details.menu[open] a', { hasText: 'Highest price' }));
  assert.equal(fan.path(), '/search?q=brazil&sort=dearest');

  await fan.goes('/search?q=group&sort=soonest');
  const first = await page.locator('[data-match]').first().getAttribute('data-match');
  await fan.presses('a[rel=next]');
  assert.match(fan.path(), /^\/search\?q=group&sort=soonest&after=/);
  assert.notEqual(await page.locator('[data-match]').first().getAttribute('data-match'), first);
  await fan.leaves();
});

test('what a seller wrote is marked where it was found, and stays text', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  await fan.goes('/search?q=drums');
  const row = fan.page.locator('[data-listing]').first();
  assert.equal(await row.locator('mark').innerText(), 'drums');
  assert.match(await row.innerText(), /<b>of Qatar<\/b>/);
  await until('the live sign', async () => (await fan.page.locator('[data-live]').getAttribute('data-state')) === 'live');
  await fan.leaves();
});

test('a typo is understood, and the page says as what', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  await fan.goes('/search?q=argentna');
  await fan.sees(/Showing results for “.?argentina.?”/i);
  assert.ok((await fan.page.locator('[data-match]').count()) > 0);
  await fan.leaves();
});

test('where nothing is found, the page says why and what finds something', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  await fan.goes('/search?q=italy');
  await fan.sees(/There is no match with .?Italy.? here/i);
  await fan.goes('/search?q=zzqqxx');
  await fan.sees('Nothing found');
  await fan.presses(fan.page.locator('.empty a.chip').first());
  assert.ok((await fan.page.locator('[data-match]').count()) > 0);
  await fan.leaves();
});

test('by keyboard the list is opened, walked through and left, and the focus stays in the box', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  const { page } = fan;
  await fan.goes('/');
  await finds(fan, 'argentina');
  const box = page.locator(BOX);
  assert.equal(await box.getAttribute('aria-expanded'), 'true');
  const last = (await offered(fan)).length - 1;
  assert.ok(last >= 2 && last <= 6, `${last} results`);
  await until('the number of results is said', async () => /\d+ results/.test(await page.locator('md-search [role=status]').innerText()));
  assert.equal(await active(fan), -1);

  const walk = [['ArrowDown', 0], ['ArrowDown', 1], ['End', last], ['ArrowDown', -1], ['ArrowUp', last], ['Home', 0], ['ArrowUp', -1]];
  for (const [key, expected] of walk) {
    await page.keyboard.press(key);
    assert.equal(await active(fan), expected, key);
    assert.ok(await hasFocus(fan), key);
  }
  await page.keyboard.press('Escape');
  assert.equal(await box.getAttribute('aria-expanded'), 'false');
  assert.equal(await box.inputValue(), 'argentina');
  await page.keyboard.press('ArrowDown');
  await page.locator(OPTIONS).first().waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('Escape');
  assert.equal(await box.inputValue(), '');

  await finds(fan, 'argentina');
  await page.keyboard.press('ArrowDown');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  assert.match(fan.path(), /^\/matches\/\d+$/);
  await fan.leaves();
});

test('the list closes when the box is left, and a click follows an option', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  const { page } = fan;
  await fan.goes('/');
  await finds(fan, 'qatar');
  await page.keyboard.press('Tab');
  await page.locator('.popup').waitFor({ state: 'visible' });
  await page.mouse.click(1200, 700);
  await page.locator('.popup').waitFor({ state: 'hidden' });

  await page.locator(BOX).click();
  await page.keyboard.press('ArrowDown');
  await fan.presses(page.locator(OPTIONS).last());
  assert.equal(fan.path(), '/search?q=qatar');
  await fan.leaves();
});

test('a pause in typing asks once, and an answer that comes late is dropped', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  const { page } = fan;
  const asked = listens(fan);
  const held = [];
  await page.route(/\/search\/options\?q=qatar$/, (route) => held.push(route));
  await fan.goes('/');
  await types(fan, 'qatar');
  await until('the question', () => held.length > 0);
  assert.deepEqual(asked, ['qatar'], 'letters that follow each other ask once');

  await page.locator(BOX).fill('argentina');
  await page.locator(OPTIONS, { hasText: 'Argentina' }).first().waitFor();
  await held[0].fulfill({ json: { said: 'late', note: 'late', options: [{ href: '/', title: 'late', detail: '' }] } }).catch(() => {});
  await page.waitForTimeout(300);
  assert.ok((await offered(fan)).every((text) => !text.includes('late')));
  await fan.leaves();
});

test('letters that are being composed are not asked for', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  const { page } = fan;
  const asked = listens(fan);
  await fan.goes('/');
  await page.locator(BOX).click();
  await isReady(fan);
  const keyboard = await page.context().newCDPSession(page);
  await keyboard.send('Input.imeSetComposition', { text: 'かたーる', selectionStart: 4, selectionEnd: 4 });
  await page.waitForTimeout(400);
  assert.deepEqual(asked, []);
  await keyboard.send('Input.insertText', { text: 'カタール' });
  await until('the question', () => asked.length === 1);
  assert.deepEqual(asked, ['カタール']);
  await fan.leaves();
});

test('where no answer comes, the box is the form that it was', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  const { page } = fan;
  fan.expects(/Failed to load resource/);
  let over = 0;
  for (const event of ['requestfinished', 'requestfailed']) {
    page.on(event, (request) => (over += Number(request.url().includes('/search/options'))));
  }
  for (const fails of [(route) => route.abort(), (route) => route.fulfill({ status: 503 }), (route) => route.fulfill({ body: '<html>' })]) {
    await page.route('**/search/options**', fails);
    await fan.goes('/');
    const before = over;
    await types(fan, 'brazil');
    await until('the answer', () => over > before);
    assert.equal(await page.locator(BOX).getAttribute('aria-expanded'), 'false');
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
    assert.equal(fan.path(), '/search?q=brazil');
    await page.unroute('**/search/options**');
  }
  await fan.leaves();
});

test('the last five searches are kept on the device, and are removed one by one or all at once', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  const { page } = fan;
  for (const query of ['qatar', 'spain', 'japan', 'ghana', 'brazil', 'spain']) {
    await fan.goes('/');
    await page.locator(BOX).click();
    await page.locator(BOX).fill(query);
    await isReady(fan);
    await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  }
  await fan.goes('/matches/1');
  const asked = listens(fan);
  await page.locator(BOX).click();
  await page.locator(OPTIONS).first().waitFor();
  assert.deepEqual(await offered(fan), ['spain', 'brazil', 'ghana', 'japan', 'qatar']);

  await page.getByRole('button', { name: 'Remove ghana from recent searches' }).click();
  assert.deepEqual(await offered(fan), ['spain', 'brazil', 'japan', 'qatar']);
  assert.ok(await hasFocus(fan));
  await page.keyboard.press('ArrowUp');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  assert.equal(fan.path(), '/search?q=qatar');

  await fan.goes('/');
  await page.locator(BOX).click();
  await page.locator(OPTIONS).first().waitFor();
  assert.equal((await offered(fan))[0], 'qatar');
  await page.getByRole('button', { name: 'Remove all' }).click();
  await page.locator('.popup').waitFor({ state: 'hidden' });
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  assert.deepEqual(asked, [], 'nothing of it is sent');
  await fan.leaves();
});

test('a browser that keeps nothing searches all the same', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop);
  const { page } = fan;
  await page.addInitScript(() => {
    Object.defineProperty(globalThis, 'localStorage', {
      get() {
        throw new DOMException('denied', 'SecurityError');
      },
    });
  });
  await fan.goes('/');
  await finds(fan, 'brazil');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  assert.equal(fan.path(), '/search?q=brazil');
  await fan.leaves();
});

test('on a phone, in Arabic, the way leads over a page with the box', { timeout: 60_000 }, async () => {
  const fan = await Fan.arrives(shop, { locale: 'ar', width: 360, height: 740, hasTouch: true, isMobile: true });
  const { page } = fan;
  await fan.goes('/');
  assert.ok(!(await page.locator(BOX).isVisible()), 'the header has no room for it');
  await Promise.all([page.waitForEvent('load'), page.locator('a.seek').tap()]);
  assert.equal(fan.path(), '/search');
  assert.ok(await hasFocus(fan));
  await finds(fan, 'الأرجنتين');
  assert.match((await offered(fan))[0], /الأرجنتين/);
  const boxes = await page.evaluate(() => [...document.querySelectorAll('.popup, [role=option]')].map((element) => {
    const { left, right, height } = element.getBoundingClientRect();
    return { left, right, height };
  }));
  for (const { left, right, height } of boxes) {
    assert.ok(left >= 0 && right <= 360, `${left} to ${right}`);
    assert.ok(height >= 44, `${height} px`);
  }
  await Promise.all([page.waitForEvent('load'), page.locator(OPTIONS).first().tap()]);
  assert.match(fan.path(), /^\/matches\/\d+$/);
  await fan.leaves();
});
