import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';

const source = new URL('../src/', import.meta.url);
const read = (file) => readFileSync(new URL(file, source), 'utf8');

test('the sheet knows start and end, not left and right', () => {
  const physical = /^\s*((margin|padding|border)-(left|right|top|bottom)[\w-]*|left|right|top|bottom|(min-|max-)?(width|height)|float|text-align: (left|right))\s*[:;]/m;

  for (const file of readdirSync(source).filter((file) => file.endsWith('.css'))) {
    assert.doesNotMatch(read(file), physical, file);
  }
});
