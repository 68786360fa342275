// docs/start/python.md, followed from an empty folder to programs that survive.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startProgram } from '../program.mjs';
import { Newcomer } from './newcomer.mjs';
import { SETTINGS, anotherFanHolds, printed, survivesInTerminal } from './terminal.mjs';

// What the suite `python` installs, so that a new release of a package breaks nothing.
const pinned = fileURLToPath(new URL('../python/requirements.txt', import.meta.url));
const PROGRAMS = ['read.sh', 'watch.sh', 'sync.sh'];

test('docs/start/python.md: what it follows survives the end of a token and restarts, and a table is kept by versions', async () => {
  const program = await startProgram(SETTINGS);
  const newcomer = await Newcomer.of('python', {
    addresses: { '127.0.0.1:8000': new URL(program.url).host },
    instead: [
      // Each command has a shell of its own, so the environment is entered by PATH.
      [/^\. /, () => {}],
      [/^pip install/, (command, newcomer) => newcomer.runs(`.venv/bin/${command} --quiet --constraint ${pinned}`, { seconds: 600 })],
    ],
  });
  const env = { PATH: `${path.join(newcomer.folder, '.venv', 'bin')}:${process.env.PATH}`, PYTHONUNBUFFERED: '1' };
  const starts = (place) => newcomer.starts(place, (output) => output.length > 0, { env });
  try {
    await newcomer.follows({ later: PROGRAMS });

    const read = await starts('read.sh');
    await printed(read, 'the first match', /^Qatar v Ecuador: from 75\.00 USD$/m);

    const watched = await starts('watch.sh');
    await survivesInTerminal(watched, program);
    await watched.stop();

    const synced = await starts('sync.sh');
    await printed(synced, 'all matches', /^kept 64 \d+$/m);
    await synced.stop();
    await anotherFanHolds(program.url);
    const again = await starts('sync.sh');
    await printed(again, 'the match that changed meanwhile', /^kept 1 \d+$/m);
    assert.doesNotMatch(again.output(), /^kept 64 /m, 'the table has it, at the newest version');
    await program.restart('SIGKILL');
    const before = again.output().length;
    await anotherFanHolds(program.url);
    await printed(again, 'what changed after a restart', /^kept 1 \d+$/m, before);
    await again.stop();
  } finally {
    await newcomer.leaves();
    await program.stop();
  }
});
