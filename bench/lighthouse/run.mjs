// Lighthouse on the pages of the shop: its phone on a slow line, as it comes. One program on embedded parts, one Chromium.
//
//   npm --prefix bench/lighthouse ci
//   MATCHDAY_BIN=target/release/matchday node bench/lighthouse/run.mjs             every page, five times
//   MATCHDAY_BIN=target/release/matchday node bench/lighthouse/run.mjs 3 order     one page, three times
//
// Prints the medians beside what is to be reached, and what audits found; the last report of each page is in
// artefacts/lighthouse. Ends with 1 where a page misses. Pages of an order need a session, so a fan signs up, holds and pays
// in that browser first, whose cookies are kept; its cache is emptied before each run, as Lighthouse does by itself elsewhere.

import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import lighthouse from 'lighthouse';
import puppeteer from 'puppeteer-core';

import { chromiumPath, FLAGS } from '../../tests/clients/browser/tools.mjs';
import { startProgram } from '../../tests/clients/program.mjs';
import { Fan } from './fan.mjs';

const reports = fileURLToPath(new URL('../../artefacts/lighthouse/', import.meta.url));

/** What is read of a report, and how much of it is to be reached. */
const FIGURES = {
  performance: { of: ({ categories }) => categories.performance.score * 100, atLeast: 99 },
  accessibility: { of: ({ categories }) => categories.accessibility.score * 100, atLeast: 100 },
  'best practices': { of: ({ categories }) => categories['best-practices'].score * 100, atLeast: 100 },
  SEO: { of: ({ categories }) => categories.seo.score * 100, atLeast: 100 },
  'FCP ms': { of: ({ audits }) => audits['first-contentful-paint'].numericValue },
  'LCP ms': { of: ({ audits }) => audits['largest-contentful-paint'].numericValue, atMost: 1_000 },
  CLS: { of: ({ audits }) => audits['cumulative-layout-shift'].numericValue, atMost: 0.01 },
  'TBT ms': { of: ({ audits }) => audits['total-blocking-time'].numericValue, atMost: 50 },
  'kB in all': { of: ({ audits }) => audits['total-byte-weight'].numericValue / 1_000, atMost: 30 },
};

// No search engine is to list an order, which the page says; Lighthouse counts that against any page.
const NOT_LISTED = { skipAudits: ['is-crawlable'] };

const PAGES = [
  { name: 'home', path: () => '/en/' },
  { name: 'match', path: () => '/en/matches/1' },
  { name: 'order', path: (fan) => fan.holds(2), flags: NOT_LISTED, hasSession: true },
  { name: 'tickets', path: (fan) => fan.buys(3), flags: NOT_LISTED, hasSession: true },
];

const words = process.argv.slice(2);
const runs = words.length > 0 && /^\d+$/.test(words[0]) ? Number(words.shift()) : 5;
const unknown = words.filter((word) => !PAGES.some(({ name }) => name === word));
if (unknown.length > 0) throw new Error(`there is no page ${unknown.join(', ')}, but ${PAGES.map(({ name }) => name).join(', ')}`);
const pages = PAGES.filter(({ name }) => words.length === 0 || words.includes(name));

const browser = await puppeteer.launch({ executablePath: chromiumPath(), args: FLAGS });
// As an operator sets it: search engines want whole addresses.
const program = await startProgram((url) => ({ MATCHDAY_SITE_NAME: 'Cup Tickets', MATCHDAY_PUBLIC_URL: url }));
let missed = 0;
try {
  await mkdir(reports, { recursive: true });
  for (const page of pages) missed += await measures(page);
} finally {
  await browser.close();
  await program.stop();
}
if (missed > 0) process.exitCode = 1;

/** Prints what a page comes to; how many figures it misses. */
async function measures({ name, path, flags = {}, hasSession = false }) {
  const context = await browser.createBrowserContext();
  const address = program.url + (await path(new Fan(await context.newPage(), program.url)));
  const settings = { output: 'html', logLevel: 'error', disableStorageReset: hasSession, ...flags };
  const results = [];
  for (let tries = 0; results.length < runs; tries += 1) {
    const tab = await context.newPage();
    const session = await tab.createCDPSession();
    await session.send('Network.clearBrowserCache');
    const { lhr, report } = await lighthouse(address, settings, undefined, tab);
    await tab.close();
    // Of one run in many the browser records no beginning.
    if (lhr.runtimeError && tries < 2 * runs) continue;
    if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.message}`);
    results.push(lhr);
    await writeFile(`${reports}${name}.html`, report);
  }
  await context.close();

  console.log(`\n${name}: ${new URL(address).pathname}, median (least to most) of ${runs}`);
  let missed = 0;
  for (const [figure, { of, atLeast, atMost }] of Object.entries(FIGURES)) {
    const [least, median, most] = spread(results.map(of));
    const isMissed = median < (atLeast ?? -Infinity) || median > (atMost ?? Infinity);
    missed += Number(isMissed);
    const target = atLeast !== undefined ? `≥ ${atLeast}` : atMost !== undefined ? `≤ ${atMost}` : '';
    console.log(`  ${figure.padEnd(15)} ${median} (${least} to ${most}) ${target}${isMissed ? ' MISSED' : ''}`);
  }
  for (const line of new Set(results.flatMap(found))) console.log(`  ${line}`);
  return missed;
}

/** Audits that count and are not fully passed, but for those of time, which the figures say. */
function found({ categories, audits }) {
  const counted = ['accessibility', 'best-practices', 'seo'].flatMap((category) => categories[category].auditRefs);
  return counted
    .filter(({ id, weight }) => weight > 0 && audits[id].score !== null && audits[id].score < 1)
    .map(({ id }) => `${id}: ${audits[id].title}`);
}

function spread(values) {
  const sorted = values.map((value) => Math.round(value * 1_000) / 1_000).sort((one, other) => one - other);
  return [sorted[0], sorted[Math.floor(sorted.length / 2)], sorted.at(-1)];
}
