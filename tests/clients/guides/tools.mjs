// Code generators of the guides, run on copies of their snippets.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { snippetPath } from './world.mjs';

const TOOL_SECONDS = 600;
// graphql-codegen and TypeScript are what all snippets are compiled with.
const snippets = fileURLToPath(new URL('../snippets/', import.meta.url));

/**
 * A folder with the files of a subject of docs/snippets, its addresses those of a site: `{ folder, runs, fails, leaves }`.
 * `runs(command)` is the output of one of the guide's commands, and `fails(command)` of one that has to fail.
 */
export async function workshop(subject, site) {
  // Beside the packages, which are looked for from here upwards.
  const folder = await mkdtemp(path.join(snippets, 'workshop-'));
  await cp(snippetPath(subject), folder, { recursive: true });
  const host = new URL(site.url).host;
  for (const file of await readdir(folder, { recursive: true })) {
    const text = await readFile(path.join(folder, file), 'utf8').catch(() => '');
    if (text.includes('127.0.0.1:8000')) await writeFile(path.join(folder, file), text.replaceAll('127.0.0.1:8000', host));
  }
  await symlink(path.join(snippets, 'node_modules'), path.join(folder, 'node_modules'));

  const command = (words) => spawnSync('sh', ['-c', words], { cwd: folder, encoding: 'utf8', timeout: TOOL_SECONDS * 1_000 });
  const outcome = (words) => {
    const { status, stdout, stderr, error } = command(words);
    return { status, text: `${words}: ${error ?? ''}\n${stdout}\n${stderr}` };
  };
  return {
    folder,
    runs: (words) => {
      const { status, text } = outcome(words);
      assert.equal(status, 0, text);
      return text;
    },
    fails: (words) => {
      const { status, text } = outcome(words);
      assert.notEqual(status, 0, text);
      return text;
    },
    leaves: () => rm(folder, { force: true, recursive: true }),
  };
}
