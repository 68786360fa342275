// The newcomer itself: what it refuses of a page.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { Newcomer, blocksOf } from './newcomer.mjs';

// Its lock has tsx, typescript, vite and Node's types, for developing alone.
const PAGE = 'fetch';
const RIGHT = 'npm install --save-dev @types/node@24 tsx@4 typescript@7 vite@8';

async function follows(blocks, options = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'newcomer-test-'));
  const newcomer = new Newcomer(PAGE, folder, blocks, { instead: [[/^npm install/, async () => {}]], ...options });
  try {
    await newcomer.follows();
    return await Promise.all(blocks.filter(({ text }) => text).map(({ place }) => readFile(path.join(folder, place), 'utf8')));
  } finally {
    await newcomer.leaves();
    await rm(folder, { force: true, recursive: true });
  }
}

const installs = (...commands) => follows([{ place: 'install.sh', commands }]);

test('a page that installs what is pinned is followed', async () => {
  await installs(RIGHT);
  await installs('npm install --save-dev @types/node@24 tsx@4', 'npm install --save-dev typescript@7 vite@8');
});

test('a page that installs another major version, another kind, more, less or no version is refused', async () => {
  await assert.rejects(installs(RIGHT.replace('vite@8', 'vite@7')), /devDependencies of fetch.md/);
  await assert.rejects(installs(RIGHT.replace('--save-dev ', '')), /dependencies of fetch.md/);
  await assert.rejects(installs(`${RIGHT} react@19`), /devDependencies of fetch.md/);
  await assert.rejects(installs(RIGHT.replace(' vite@8', '')), /devDependencies of fetch.md/);
  await assert.rejects(installs(RIGHT.replace('vite@8', 'vite')), /vite of fetch.md names no version/);
});

test("a page's own package.json says what it installs", async () => {
  const devDependencies = { '@types/node': '^24.1.0', tsx: '^4.0.0', typescript: '^7.0.0', vite: '^8.0.0' };
  const page = (packages) => [{ place: 'package.json', text: JSON.stringify({ devDependencies: packages }) }, { place: 'a.sh', commands: ['npm install'] }];
  await follows(page(devDependencies));
  await assert.rejects(follows(page({ ...devDependencies, vite: '^9.0.0' })), /devDependencies of fetch.md/);
});

test('a page that shows a part of a file and never all of it is refused', async () => {
  await assert.rejects(follows([{ place: 'a.ts', part: 'b', text: 'b' }]), /shows b of a.ts, and never all of it/);
});

test('a command that fails fails the page, with what it printed', async () => {
  await assert.rejects(follows([{ place: 'a.sh', commands: ['echo said && false'] }]), /ended with 1[^]*said/);
});

test("addresses of a page become the test's own in files and in commands", async () => {
  const blocks = [{ place: 'a.txt', text: 'at 127.0.0.1:8000\n' }, { place: 'a.sh', commands: ['grep -q 127.0.0.1:41000 a.txt', 'test 127.0.0.1:8000 = 127.0.0.1:41000'] }];
  const [text] = await follows(blocks, { addresses: { '127.0.0.1:8000': '127.0.0.1:41000' } });
  assert.equal(text, 'at 127.0.0.1:41000\n');
});

test('files are those of the page and those that it copies from another one, without marks', async () => {
  const places = (await blocksOf('urql')).map(({ place }) => place);
  for (const place of ['src/client.ts', 'install.sh', 'src/session.ts', 'src/SignIn.tsx']) assert.ok(places.includes(place), place);
  for (const { text } of await blocksOf('urql')) assert.doesNotMatch(text ?? '', /#(part|end) /);
});
