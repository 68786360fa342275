// A page judged and photographed in light and dark, on a phone and on a desk.

import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22a', 'wcag22aa', 'best-practice'];
const JUDGED = JSON.parse(readFileSync(new URL('./incomplete.json', import.meta.url), 'utf8'));
const WIDTHS = [360, 1280];
const SCHEMES = ['light', 'dark'];

export const pictures = fileURLToPath(new URL('../../../../artefacts/storefront/', import.meta.url));
mkdirSync(pictures, { recursive: true });

/**
 * What is wrong with a page in any of its looks, each a line; `name` is that of the page and its state. Where a part lies over the page,
 * `within` names it, and it is judged alone: of what lies behind, axe cannot tell the colours.
 */
export async function looked(visitor, name, within) {
  const { page, locale } = visitor;
  const wrong = [];
  await page.evaluate(AXE);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 740 });
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme });
      const look = `${name}-${locale}-${scheme}-${width}`;
      for (const finding of await judged(page, within)) wrong.push(`${look}: ${finding}`);
      const hidden = await overflows(page);
      if (hidden) wrong.push(`${look}: wider than the screen: ${hidden}`);
      await page.screenshot({ path: path.join(pictures, `${look}.png`), fullPage: true, timeout: 60_000 });
    }
  }
  return wrong;
}

/** Violations, and what axe could not decide and no one has judged. */
async function judged(page, within) {
  const { violations, incomplete } = await page.evaluate(
    ([runOnly, within]) => globalThis.axe.run(within ?? document, { runOnly, resultTypes: ['violations', 'incomplete'] }),
    [TAGS, within],
  );
  const found = [];
  for (const { id, nodes } of violations) {
    for (const { target, failureSummary } of nodes) found.push(`${id}: ${target.join(' ')}: ${failureSummary}`);
  }
  for (const { id, nodes } of incomplete) {
    for (const { target, any, all, none } of nodes) {
      const reasons = [...any, ...all, ...none].map(({ data }) => data?.messageKey).filter(Boolean);
      const known = JUDGED.some((one) => one.rule === id && new RegExp(one.target).test(target.join(' ')));
      if (!known) found.push(`not judged, ${id}: ${target.join(' ')} (${reasons})`);
    }
  }
  return found;
}

/** What makes the page scroll sideways (WCAG 1.4.10), by its outermost element. */
async function overflows(page) {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return '';
    const beyond = [...document.body.querySelectorAll('*')].find((element) => {
      // What its own surroundings scroll makes no page wider.
      for (let around = element.parentElement; around !== document.body; around = around.parentElement) {
        if (getComputedStyle(around).overflowX !== 'visible') return false;
      }
      const { left, right } = element.getBoundingClientRect();
      return right > clientWidth + 1 || left < -1;
    });
    return `${scrollWidth} px, by ${beyond?.tagName}.${beyond?.className}`;
  });
}
