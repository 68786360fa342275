// A whole purchase, from the list of matches to the tickets: with script, without, in Arabic on a phone, on two devices at once.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { Fan } from './fan.mjs';
import { OtherFan, opensShop, until } from './world.mjs';

let shop;

before(async () => (shop = await opensShop()), { timeout: 600_000 });
after(() => shop?.leaves());

/** From the front door to the tickets, by what a fan sees: links and buttons with their words. */
async function wholePurchase(fan, words) {
  const { page } = fan;
  const button = (name) => page.getByRole('button', { name });
  await page.goto(`${shop.url}/`);
  assert.equal(fan.path(), '/');
  await page.getByRole('link', { name: words.choose }).first().click();
  await page.getByRole('heading', { name: words.category }).waitFor();
  assert.match(fan.path(), /^\/matches\/\d+$/);
  await fan.chooses({ category: 2, quantity: 2 });
  await fan.presses(button(words.hold));

  // Nobody is signed in: the way to the hold leads over an account, and back to the match with what was chosen.
  assert.match(fan.path(), /^\/sign-in\?next=/);
  await page.getByRole('link', { name: words.signUp }).click();
  await page.waitForURL('**/sign-up?**');
  await fan.fills({ email: fan.email, password: 'a long passphrase' });
  await fan.presses(button(words.open));
  assert.match(fan.path(), /^\/matches\/\d+\?category=2&quantity=2$/);
  await fan.presses(button(words.hold));

  assert.match(fan.path(), /^\/orders\/[\w-]+$/);
  await page.getByRole('timer').waitFor();
  await fan.presses(button(words.pay));
  await until('the tickets', async () => {
    if (fan.isWithoutScript) await page.reload();
    return (await page.locator('.stub .qr svg').count()) === 2;
  });
  assert.match(fan.path(), /^\/orders\/[\w-]+$/);
}

/** A text of a page, whose numbers and names may be isolated from what is around them. */
const said = (text) => new RegExp([...text].map((c) => c.replace(/[.*+?^${}()|[\]\\]/, '\\$&')).join('[\\u2068\\u2069]*'));

const ENGLISH = {
  choose: said('Choose tickets for'),
  category: said('Choose a category'),
  hold: said('Hold 2 tickets for 15 minutes · $250'),
  signUp: said('Create an account'),
  open: said('Create an account'),
  pay: said('Pay $250.00'),
};

const ARABIC = {
  choose: said('اختر تذاكر'),
  category: said('اختر فئة'),
  hold: said('احجز تذكرتين'),
  signUp: said('افتح حساب'),
  open: said('فتح الحساب'),
  pay: said('ادفع'),
};

test('a fan buys two tickets', { timeout: 90_000 }, async () => {
  const fan = await Fan.arrives(shop);
  await wholePurchase(fan, ENGLISH);
  await fan.leaves();
});

test('a fan whose browser runs no script buys two tickets', { timeout: 90_000 }, async () => {
  const fan = await Fan.arrives(shop, { javaScriptEnabled: false });
  fan.isWithoutScript = true;
  await wholePurchase(fan, { ...ENGLISH, hold: /^Hold/ });
  await fan.leaves();
});

test('a fan buys two tickets in Arabic, on a phone 360 pixels wide', { timeout: 90_000 }, async () => {
  const fan = await Fan.arrives(shop, { locale: 'ar', width: 360, height: 740, hasTouch: true, isMobile: true });
  await wholePurchase(fan, ARABIC);
  assert.equal(await fan.page.locator('html').getAttribute('dir'), 'rtl');
  await fan.leaves();
});

test('on two devices of one account, each shows what the other does', { timeout: 90_000 }, async () => {
  const desk = await Fan.arrives(shop);
  await desk.signsUp();
  const phone = await Fan.arrives(shop, { width: 360, height: 740 });
  await phone.signsIn(desk.email);

  const order = await desk.holds(40);
  await phone.goes(order);
  await phone.page.getByRole('timer').waitFor();
  await phone.pays();
  await until('the tickets on the desk', () => desk.page.locator('.stub .qr svg').count(), 5);

  const other = await phone.holds(41);
  await desk.goes(other);
  await desk.sends(`${other}/cancel`);
  await until('the end of the hold on the phone', async () => (await phone.page.getByRole('timer').count()) === 0, 5);
  await desk.leaves();
  await phone.leaves();
});

test('a double click and a form that is sent again hold once', { timeout: 90_000 }, async () => {
  const fan = await Fan.arrives(shop);
  await fan.signsUp();
  await fan.goes('/matches/42');
  await fan.chooses({ quantity: 1 });
  const posted = fan.page.waitForRequest((request) => request.method() === 'POST');
  await Promise.all([fan.page.waitForURL('**/orders/*'), fan.page.locator('.pick button[data-when]').dblclick({ noWaitAfter: true })]);
  const order = fan.path();

  const request = await posted;
  const headers = { 'content-type': 'application/x-www-form-urlencoded', origin: shop.url };
  const again = await fan.context.request.post(request.url(), { headers, data: request.postData(), maxRedirects: 0 });
  assert.equal(again.status(), 303);
  assert.equal(again.headers().location, `/en${order}`);
  await fan.page.goBack();
  await fan.page.reload();
  const other = await OtherFan.of(shop);
  assert.equal(await other.left(42), 19);
  await fan.leaves();
});

test('a declined card costs nothing, and the bank is asked where it wants to be', { timeout: 90_000 }, async () => {
  const fan = await Fan.arrives(shop);
  await fan.signsUp();
  const order = await fan.holds(43);
  await fan.pays('pm_card_visa_chargeDeclinedInsufficientFunds');
  await fan.sees('There is not enough money on this card');
  await fan.pays('pm_card_threeDSecure2Required');
  assert.equal(fan.path(), `${order}/payment`);
  await fan.presses('[name=consent][value=true]');
  await fan.hasTickets();
  assert.equal(fan.path().split('?')[0], order);
  await fan.leaves();
});
