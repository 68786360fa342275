// docs/guides/testing.md: a fresh program for a test, its settings, its mails, and an account with rights.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { eventually, guideText, sent, snippet, snippetPath } from './world.mjs';

const built = fileURLToPath(new URL('../../../target/debug/matchday', import.meta.url));
const binary = path.resolve(process.env.MATCHDAY_BIN ?? built);
process.env.MATCHDAY_BIN = binary;

test('the test of the guide passes', () => {
  // A runner within a runner would report to the outer one.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--test', snippetPath('testing/checkout.test.mjs')], { encoding: 'utf8', env });
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /a fan buys two tickets/);
});

test('a program of its own is ready with 64 matches, keeps mails, and ends', async () => {
  const { startMatchday } = await snippet('testing/matchday.mjs');
  const matchday = await startMatchday();
  const email = 'ana@example.com';
  const { data } = await sent(`${matchday.url}/graphql`, `mutation { signUp(input: { email: "${email}", password: "a fine password" }) { user { id } } }`);
  assert.ok(data.signUp.user.id);

  const mail = await eventually('the mail', async () => (await matchday.mails('verify-email'))[0]);
  assert.ok(mail.includes(`To: ${email}`));

  await matchday.stop();
  await assert.rejects(fetch(matchday.url));
  await assert.rejects(startMatchday({ MATCHDAY_HOLD_SECONDS: 'soon' }), /MATCHDAY_HOLD_SECONDS/);
});

test('each setting of the table is one that the program takes, and has the default that the table says', async () => {
  const [, table] = (await guideText('testing')).split('| To test | Set | Default |');
  const rows = table.split('\n\n')[0].split('\n').slice(2).map((row) => row.split('|').slice(2, 4));
  const folder = await mkdtemp(path.join(tmpdir(), 'matchday-guides-'));
  const config = (env) => spawnSync(binary, ['config'], { cwd: folder, encoding: 'utf8', env: { PATH: process.env.PATH, MATCHDAY_DATA_DIR: folder, ...env } });
  try {
    let tried = 0;
    const defaults = config({}).stdout;
    for (const [set, usual] of rows) {
      for (const [, name, value] of set.matchAll(/`(MATCHDAY_\w+)=(\w+)`/g)) {
        const { status, stdout, stderr } = config({ [name]: value });
        assert.equal(status, 0, `${name}: ${stdout}${stderr}`);
        assert.match(stdout, new RegExp(`${value}[^\n]*${name}`), name);
        const number = /(\d+)/.exec(usual)?.[1];
        const key = stdout.split('\n').find((line) => line.includes(name)).trim().split(/\s/)[0];
        if (number) assert.match(defaults, new RegExp(`^${key.replaceAll('.', '\\.')}\\s+=?\\s*${number}\\b`, 'm'), name);
        tried += 1;
      }
    }
    assert.ok(tried >= 11, String(tried));
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('an account with rights is made beside the program, and the mails have the kinds that the guide names', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'matchday-guides-'));
  try {
    await symlink(binary, path.join(folder, 'matchday'));
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const migrated = spawnSync(binary, ['migrate', 'up'], { cwd: folder, env: { ...env, MATCHDAY_DATA_DIR: './data' }, encoding: 'utf8' });
    assert.equal(migrated.status, 0, migrated.stderr);
    const made = spawnSync('bash', [snippetPath('testing/admin.sh')], { cwd: folder, env, encoding: 'utf8' });
    assert.equal(made.status, 0, made.stdout + made.stderr);
    assert.match(made.stdout + made.stderr, /admin@example\.com/);
  } finally {
    await rm(folder, { recursive: true });
  }
  const source = await readFile(new URL('../../../mails/src/lib.rs', import.meta.url), 'utf8');
  const kinds = [...source.matchAll(/Content::\w+(?: \{ \.\. \}|\(_\))? => "([a-z-]+)"/g)].map(([, kind]) => kind);
  const [, listed] = /Kinds: ([^.]+)\./.exec((await guideText('testing')).replaceAll('\n', ' '));
  assert.deepEqual(listed.match(/[a-z]+(?:-[a-z]+)*/g), kinds);
});
