// A page in Chromium that says when it has painted a change: `bench storefront` runs it.
//
//   node painted.mjs http://127.0.0.1:8000/en/matches/1
//
// Writes `live` once the page follows what is left, then a line for each change of category 1: what the page says is left,
// and at how many milliseconds of the system's clock the frame began that comes after the one that shows it. Ends with its
// input.

import { startChromium } from '../../tests/clients/browser/tools.mjs';

const LIVE_SECONDS = 30;

const [url] = process.argv.slice(2);
if (!url) throw new Error('name the address of a page of a match, such as http://127.0.0.1:8000/en/matches/1');

const browser = await startChromium();
process.stdin.once('end', () => browser.close());
process.stdin.resume();

const page = await browser.newPage();
await page.exposeFunction('painted', (left, at) => console.log(`${left.replace(/\D/g, '')} ${at}`));
await page.goto(url);
await page.locator('[data-live][data-state="live"]').first().waitFor({ timeout: LIVE_SECONDS * 1000 });
await page.evaluate(() => {
  const tag = document.querySelector('[data-category="1"] [data-tag]');
  // Called within the frame that draws the change, so the next one begins when that is drawn.
  const changed = () => requestAnimationFrame(() => window.painted(tag.textContent, Date.now()));
  new MutationObserver(changed).observe(tag, { childList: true, characterData: true, subtree: true });
});
console.log('live');
