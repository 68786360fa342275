// The documentation in Chromium: valid, accessible in light and dark, on a phone and on a desk, and whole without script.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { looked } from '../shop/looks.mjs';
import { invalid } from '../shop/valid.mjs';
import { opensShop, until } from '../shop/world.mjs';
import { Reader } from './reader.mjs';

/**
 * Pages of each kind: the index, a text with code, tables wider than a phone, a long list, an error, results and none. The one on
 * performance is of none of its own, and so long that Chromium takes more than a minute for each picture.
 */
const PAGES = [
  ['docs-index', '/docs'],
  ['docs-readme', '/docs/readme'],
  ['docs-gate', '/docs/guides/gate'],
  ['docs-run', '/docs/run'],
  ['docs-limits', '/docs/reference/limits'],
  ['docs-metrics', '/docs/reference/metrics'],
  ['docs-decision', '/docs/adr/0005-dependencies'],
  ['docs-results', '/docs/search?q=refund+tickets'],
  ['docs-no-words', '/docs/search'],
  ['docs-nothing-found', '/docs/search?q=zzqqxx'],
  ['docs-not-there', '/docs/run/tracings', 404],
];

let site;

before(async () => (site = await opensShop()), { timeout: 600_000 });
after(() => site?.leaves());

for (const [name, path, status = 200] of PAGES) {
  test(`${name} is accessible, and fits a phone and a desk, in light and dark`, { timeout: 300_000 }, async () => {
    const reader = await Reader.arrives(site);
    await reader.goes(path, { status });
    const wrong = await looked(reader, name);
    await reader.leaves();
    assert.deepEqual(wrong, []);
  });
}

test('every page is valid HTML, fits 320 pixels, scrolls what is wide inside itself, and shows code whole', { timeout: 400_000 }, async () => {
  const reader = await Reader.arrives(site, { width: 320 });
  await reader.goes('/docs');
  const [paths, sources, wrong] = [await reader.paths(), {}, []];
  assert.ok(paths.length > 25, `${paths}`);
  for (const path of [...paths, '/docs/search?q=hold']) {
    await reader.goes(path);
    sources[path.replaceAll(/[^a-z0-9]+/g, '-')] = await reader.source();
    const { clientWidth, scrollWidth } = await reader.page.evaluate(() => document.documentElement);
    if (scrollWidth > clientWidth) wrong.push(`${path}: ${scrollWidth} pixels`);
    for (const place of await cropped(reader.page)) wrong.push(`${path}: ${place} is not shown whole`);
  }
  await reader.leaves();
  assert.deepEqual([...wrong, ...invalid(sources)], []);
});

test('without script a reader finds a page, reads on and searches', { timeout: 120_000 }, async () => {
  const reader = await Reader.arrives(site, { javaScriptEnabled: false, width: 360 });
  await reader.goes('/docs');
  const tree = reader.page.locator('nav.tree');
  await tree.locator('summary').click();
  await reader.presses(tree.getByRole('link', { name: 'Tracing' }));
  assert.equal(new URL(reader.page.url()).pathname, '/docs/run/tracing');
  assert.equal(await reader.page.locator('figure.listing button').first().isVisible(), false, 'what does nothing is not shown');
  await reader.presses(reader.page.locator('[rel=next]'));
  await reader.page.getByRole('searchbox', { name: 'Search the documentation' }).fill('refunds');
  await reader.presses(reader.page.getByRole('button', { name: 'Search' }));
  assert.ok((await reader.page.locator('.found > li').count()) > 3);
  await reader.presses(reader.page.locator('.found h2 a').first());
  await reader.leaves();
});

test('a keyboard reaches the text, the search, and what scrolls', { timeout: 120_000 }, async () => {
  const reader = await Reader.arrives(site);
  const { page } = reader;
  await reader.goes('/docs/reference/limits');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.className), 'skip');
  await page.keyboard.press('Enter');
  await until('the focus in the text', () => page.evaluate(() => document.activeElement?.id === 'main'));
  await reader.goes('/docs/reference/limits');
  for (const wanted of ['.brand', '#q', '.seek button', 'nav.tree a', '.head a', '.scroll', '[rel=next]']) {
    await tabsTo(page, wanted);
  }
  await page.locator('#q').focus();
  await page.keyboard.type('gate');
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
  await reader.sees('At the gate');
  await reader.leaves();
});

test('a block of code is copied whole, and paper has the text alone', { timeout: 120_000 }, async () => {
  const reader = await Reader.arrives(site, { permissions: ['clipboard-read', 'clipboard-write'] });
  const { page } = reader;
  await reader.goes('/docs/readme');
  const figure = page.locator('figure.listing').first();
  await figure.getByRole('button', { name: 'Copy' }).click();
  await figure.getByRole('button', { name: 'Copied' }).waitFor();
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await figure.locator('pre').textContent());

  await page.emulateMedia({ media: 'print' });
  for (const hidden of ['nav.tree', '.seek', '.turn', 'footer', 'figure.listing button']) {
    assert.equal(await page.locator(hidden).first().isVisible(), false, hidden);
  }
  assert.equal(await figure.locator('pre').isVisible(), true);
  await reader.leaves();
});

test('a place in a page is shown, and nothing moves while a page is opened', { timeout: 120_000 }, async () => {
  const reader = await Reader.arrives(site, { width: 360 });
  await reader.goes('/docs/guides/gate#with-a-connection');
  const { top, bottom } = await reader.page.locator('#with-a-connection').evaluate((heading) => heading.getBoundingClientRect().toJSON());
  assert.ok(top >= 0 && bottom < 400, `${top} to ${bottom}`);
  await reader.goes('/docs/readme');
  const moved = await reader.page.evaluate(async () => {
    const shifts = [];
    new PerformanceObserver((list) => shifts.push(...list.getEntries())).observe({ type: 'layout-shift', buffered: true });
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return shifts.reduce((sum, { value }) => sum + value, 0);
  });
  assert.ok(moved <= 0.01, `${moved}`);
  await reader.leaves();
});

/** The blocks of code that hide lines of theirs: only their `pre` scrolls, and only sideways. */
function cropped(page) {
  return page.locator('main figure').evaluateAll((figures) =>
    figures.filter((figure) => figure.scrollHeight > figure.clientHeight).map((figure) => figure.querySelector('figcaption span').textContent),
  );
}

/** Presses Tab until the focus is on what a selector names; the focus is seen wherever it is. */
async function tabsTo(page, selector) {
  for (let stop = 0; stop < 250; stop += 1) {
    await page.keyboard.press('Tab');
    const { isThere, isSeen, html } = await page.evaluate((wanted) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
      return {
        isThere: document.activeElement.matches(wanted),
        isSeen: document.activeElement === document.body || (outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2),
        html: document.activeElement.outerHTML.slice(0, 120),
      };
    }, selector);
    assert.ok(isSeen, `the focus is not seen on ${html}`);
    if (isThere) return;
  }
  assert.fail(`250 stops do not lead to ${selector}`);
}
