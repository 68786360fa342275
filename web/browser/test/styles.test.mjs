import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const source = new URL('../src/', import.meta.url);
const read = (file) => readFileSync(new URL(file, source), 'utf8');
const tokens = new Map(
  [...read('tokens.css').matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name, light, dark]) => [name, { light, dark }]),
);

/** WCAG 2.2, relative luminance. */
function luminance(colour) {
  const [red, green, blue] = [1, 3, 5]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

const grounds = ['paper', 'sheet', 'sunk'];
const TEXTS = [
  ...['ink', 'muted'].flatMap((text) => grounds.map((ground) => [text, ground])),
  ...['pitch', 'amber', 'red', 'sky'].flatMap((text) => [...grounds, `${text}-soft`].map((ground) => [text, ground])),
  ...['pitch', 'amber', 'red', 'sky'].map((ground) => ['ink', `${ground}-soft`]),
  ['muted', 'pitch-soft'],
  ['on-pitch', 'pitch'],
  ['on-navy', 'navy'],
  ['paper', 'ink'],
  ['paper', 'amber'],
];
const SIGNS = [
  ...['fill-good', 'fill-few'].flatMap((sign) => ['track', 'sheet'].map((ground) => [sign, ground])),
  ...['edge', 'focus'].flatMap((sign) => grounds.map((ground) => [sign, ground])),
  ['focus', 'pitch-soft'],
];

for (const scheme of ['light', 'dark']) {
  test(`texts have at least 4.5 : 1 on what they stand on, ${scheme}`, () => {
    for (const [text, ground] of TEXTS) {
      const found = contrast(tokens.get(text)[scheme], tokens.get(ground)[scheme]);
      assert.ok(found >= 4.5, `${text} on ${ground}: ${found.toFixed(2)}`);
    }
  });

  test(`meters, edges and the focus have at least 3 : 1, ${scheme}`, () => {
    for (const [sign, ground] of SIGNS) {
      const found = contrast(tokens.get(sign)[scheme], tokens.get(ground)[scheme]);
      assert.ok(found >= 3, `${sign} on ${ground}: ${found.toFixed(2)}`);
    }
  });
}

test('the focus is seen in the header', () => {
  const [, focus] = read('header.css').match(/--focus: (#\w{6})/);

  for (const scheme of ['light', 'dark']) {
    assert.ok(contrast(focus, tokens.get('navy')[scheme]) >= 3);
  }
});

test('the sheet knows start and end, not left and right', () => {
  const physical = /^\s*((margin|padding|border)-(left|right|top|bottom)[\w-]*|left|right|top|bottom|(min-|max-)?(width|height)|float|text-align: (left|right))\s*[:;]/m;

  for (const file of readdirSync(source).filter((file) => file.endsWith('.css'))) {
    assert.doesNotMatch(read(file), physical, file);
  }
});
