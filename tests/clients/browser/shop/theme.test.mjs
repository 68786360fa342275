// A site in its operator's colours, with their logo and icon: painted as they say, under a policy that names that style sheet.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Fan } from './fan.mjs';
import { looked } from './looks.mjs';
import { invalid } from './valid.mjs';
import { opensShop } from './world.mjs';

const COLOURS = `
band = { light = "#ffd400", dark = "#3a2f00" }
on_band = { light = "#1d1800", dark = "#fff6c2" }
band_mark = { light = "#8a0f4d", dark = "#ffb3d4" }
band_focus = { light = "#1b3fb0", dark = "#9dbcff" }
accent = { light = "#8a0f4d", dark = "#ff9cc8" }
on_accent = { light = "#ffffff", dark = "#3d0222" }
paper = { light = "#fffaf0", dark = "#14100c" }
`;
const PAINTED = {
  light: { band: 'rgb(255, 212, 0)', accent: 'rgb(138, 15, 77)', paper: 'rgb(255, 250, 240)' },
  dark: { band: 'rgb(58, 47, 0)', accent: 'rgb(255, 156, 200)', paper: 'rgb(20, 16, 12)' },
};

const mark = (ink, sun) => `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 176 40">
  <circle cx="20" cy="20" r="16" fill="${sun}"/><path d="M12 26 20 10l8 16z" fill="#fff"/>
  <path d="M48 12h14M55 12v16M70 12v16h12M92 12v16M104 12l6 16 6-16M126 12h12M126 20h10M126 28h12M126 12v16M148 28V12l12 16V12"
    fill="none" stroke="${ink}" stroke-width="3.5"/></svg>`;
const ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><circle cx="16" cy="16" r="14" fill="#8a0f4d"/></svg>';

const folder = mkdtempSync(path.join(tmpdir(), 'matchday-theme-'));
let shop;

before(async () => {
  const files = { 'colours.toml': COLOURS, 'logo.svg': mark('#1d1800', '#8a0f4d'), 'logo-dark.svg': mark('#fff6c2', '#ff9cc8'), 'icon.svg': ICON };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  shop = await opensShop({ MATCHDAY_WEB_OVERRIDES: folder });
}, { timeout: 600_000 });

after(async () => {
  await shop?.leaves();
  rmSync(folder, { recursive: true, force: true });
});

for (const locale of ['en', 'ar']) {
  test(`pages are painted in the operator's colours, ${locale}`, { timeout: 180_000 }, async () => {
    const fan = await Fan.arrives(shop, { locale });
    const [wrong, sources] = [[], {}];
    const look = async (name) => {
      sources[`${name}-${locale}`] = await fan.source();
      wrong.push(...(await looked(fan, name)));
    };
    await fan.goes('/');
    await look('theme-matches');
    await fan.goes('/matches/1');
    for (const [scheme, expected] of Object.entries(PAINTED)) {
      await fan.page.emulateMedia({ colorScheme: scheme });
      assert.deepEqual(await painted(fan.page), expected, scheme);
      const image = fan.page.getByRole('img', { name: 'Cup Tickets' });
      const { source, width } = await image.evaluate((logo) => ({ source: logo.currentSrc, width: logo.naturalWidth }));
      assert.match(source, scheme === 'dark' ? /logo-dark-\w+\.svg$/ : /logo-\w+\.svg$/);
      assert.ok(width > 0, 'the logo is drawn');
    }
    await look('theme-match');
    await fan.signsUp();
    await look('theme-account');
    await fan.holds(1);
    await look('theme-order');
    await fan.leaves();
    assert.deepEqual([...wrong, ...invalid(sources)], []);
  });
}

const painted = (page) =>
  page.evaluate(() => {
    const colour = (selector) => getComputedStyle(document.querySelector(selector)).backgroundColor;
    return { band: colour('.top'), accent: colour('main .button:not(.quiet)'), paper: colour('html') };
  });
