// docs/start/run.md: its commands in one shell, against a program that has just started, while its live subscription runs in another.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startProgram } from '../program.mjs';
import { Newcomer } from './newcomer.mjs';

const LATER = ['live.sh'];
const HOLD_IS_SEEN = 'timeout 60 bash -c "until [ -e hold-is-seen ]; do sleep 0.05; done"';

test('docs/start/run.md: a purchase from a terminal is seen live in another', async () => {
  const program = await startProgram();
  const newcomer = await Newcomer.of('run', { addresses: { '127.0.0.1:8000': new URL(program.url).host } });
  try {
    const live = await newcomer.starts('live.sh', (output) => output.includes('"sellable":20,"pending":0'));

    const [query, ...others] = newcomer.blocks.filter(({ commands, place }) => commands && !LATER.includes(place));
    const answer = await newcomer.runs(query.commands.join('\n'));
    assert.match(answer, /"homeTeam":"Qatar".*"sellable":20.*"amount":"\d+\.\d\d"/);
    assert.match(answer, /"extensions":\{"cost":/);
    // In one shell, which keeps `token` and `id`. A person pays once the other terminal shows the hold; were it paid at once, the
    // subscription might tell of both in one message.
    const commands = others.flatMap(({ place, commands }) => (place === 'pay.sh' ? [HOLD_IS_SEEN, ...commands] : commands));
    const printing = newcomer.runs(commands.join('\n'));
    const holdIsSeen = async () => {
      while (!live.output().includes('"sellable":18,"pending":2')) await new Promise((resolve) => setTimeout(resolve, 50));
      await newcomer.writes('hold-is-seen', '');
    };
    const printed = await Promise.race([printing, holdIsSeen().then(() => printing)]);

    assert.match(printed, /"accessToken":"[^"]+"/);
    assert.match(printed, /"status":"PENDING"/);
    assert.match(printed, /"status":"RESERVED","tickets":\[\{"id":"[^"]+"\},\{"id":"[^"]+"\}\],"payment":\{"status":"[A-Z]+"/);
    assert.equal(printed.match(/"paymentMethod":"pm_card_/g).length, 17);
    await live.stop();
  } finally {
    await newcomer.leaves();
    await program.stop();
  }
});
