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

test('the style sheet takes at most 6 kB', () => {
  assert.ok(zipped('matchday.css') <= 6_000, `${zipped('matchday.css')} bytes`);
});

test('the script makes no markup of strings and runs none', () => {
  const script = readFileSync(new URL(assets['matchday.js'], dist), 'utf8');

  for (const sink of ['innerHTML', 'outerHTML', 'insertAdjacentHTML', 'DOMParser', 'document.write', 'eval(', 'new Function', '.style']) {
    assert.ok(!script.includes(sink), sink);
  }
});
