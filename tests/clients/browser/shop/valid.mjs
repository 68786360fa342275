// Valid HTML, by the checker of the W3C (vnu).

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';

const JAR = path.join(path.dirname(createRequire(import.meta.url).resolve('vnu-jar/package.json')), 'build/dist/vnu.jar');

const EXCEPTIONS = [
  // Of style sheets it knows no layers.
  /^CSS: Unrecognized at-rule “@layer”/,
  // Tables that are cards on a phone keep their roles in words: Safari forgets them with the display of a table.
  /^The “role” attribute must not be used on a “t[rhd]” element which has a “table” ancestor/,
];

/** What is wrong with pages, `{ name: html }`, each a line. */
export function invalid(pages) {
  const folder = mkdtempSync(path.join(tmpdir(), 'matchday-pages-'));
  try {
    for (const [name, html] of Object.entries(pages)) writeFileSync(path.join(folder, `${name}.html`), html);
    const words = ['-jar', JAR, '--format', 'json', '--exit-zero-always', folder];
    const { error, status, stderr } = spawnSync('java', words, { encoding: 'utf8', maxBuffer: 50_000_000 });
    if (error ?? status !== 0) throw error ?? new Error(stderr);
    const { messages } = JSON.parse(stderr || '{"messages":[]}');
    return messages
      .filter(({ type, message }) => type !== 'info' && !EXCEPTIONS.some((known) => known.test(message)))
      .map(({ url, lastLine, lastColumn, message, extract }) =>
        `${path.basename(url, '.html')}:${lastLine}:${lastColumn}: ${message} ${extract ?? ''}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
