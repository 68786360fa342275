import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

const dist = new URL('../dist/', import.meta.url);
const assets = JSON.parse(readFileSync(new URL('assets.json', dist), 'utf8'));
const zipped = (...names) => names.reduce((sum, name) => sum + gzipSync(readFileSync(new URL(assets[name], dist)), { level: 9 }).length, 0);

test('the script and its worker take at most 10 kB', () => {
  assert.ok(zipped('matchday.js', 'pow.js') <= 10_000, `${zipped('matchday.js', 'pow.js')} bytes`);
});

test('the module of the search takes at most 2.5 kB, where the box is used', () => {
  assert.ok(zipped('search.js') <= 2_500, `${zipped('search.js')} bytes`);
});

test('the style sheet takes at most 6 kB', () => {
  assert.ok(zipped('matchday.css') <= 6_000, `${zipped('matchday.css')} bytes`);
});

test('the documentation’s style sheet takes at most 6 kB, and its script at most 600 bytes', () => {
  assert.ok(zipped('docs.css') <= 6_000, `${zipped('docs.css')} bytes`);
  assert.ok(zipped('docs.js') <= 600, `${zipped('docs.js')} bytes`);
});

test('the scripts make no markup of strings and run none', () => {
  const script = ['matchday.js', 'search.js', 'docs.js'].map((name) => readFileSync(new URL(assets[name], dist), 'utf8')).join('\n');

  for (const sink of ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'DOMParser', 'document.write', 'eval(', 'new Function', '.style']) {
    assert.ok(!script.includes(sink), sink);
  }
});
