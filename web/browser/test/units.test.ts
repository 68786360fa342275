import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { Announcer } from '../src/announcer.js';
import { waitBefore } from '../src/backoff.js';
import { payload, type Report, solve } from '../src/pow.js';
import { clear, forget, recent, remember } from '../src/recent.js';
import { sha256 } from '../src/sha256.js';
import { digest, isFew, matchStatus, meterWidth, newer, tagClass } from '../src/stock.js';
import { age, clockParts, passed, secondsLeft, serverNow } from '../src/time.js';
import { address, marksOf } from '../src/tickets.js';
import { Words } from '../src/words.js';

const hex = (text: string) => createHash('sha256').update(text).digest('hex');

test('an older state and an equally old one never take the place of a newer one', () => {
  const kept = { version: 7, sellable: 2 };

  assert.equal(newer(kept, { version: 6, sellable: 9 }), kept);
  assert.equal(newer(kept, { version: 7, sellable: 9 }), kept);
  assert.equal(newer(kept, { version: 8, sellable: 1 }).sellable, 1);
  assert.equal(newer(undefined, kept), kept);
});

test('facts that differ in one have other digits', () => {
  const facts = { homeTeam: 'Qatar', awayTeam: 'Curaçao', location: 'Al Bayt Stadium', dateUtc: '2026-12-13T16:00:00Z' };

  assert.equal(digest(facts), 'c009f41a');
  assert.equal(digest({ ...facts, dateUtc: '2026-12-13T16:00:00.000Z' }), digest(facts), 'it is the same time');
  const others = [{ homeTeam: 'Catar' }, { awayTeam: 'Curacao' }, { location: 'Lusail Stadium' }, { dateUtc: '2026-12-13T19:00:00Z' }];
  assert.equal(new Set([facts, ...others.map((other) => ({ ...facts, ...other }))].map(digest)).size, 5);
});

test('few are five or a tenth of the stock', () => {
  assert.ok(isFew(5, 20) && isFew(100, 1_000));
  assert.ok(!isFew(6, 20) && !isFew(101, 1_000));
});

test('a tag is red only where nothing comes back', () => {
  const of = (status: string, sellable: number) => tagClass({ category: 1, status, sellable }, 20);

  assert.equal(of('AVAILABLE', 14), 'tag good');
  assert.equal(of('AVAILABLE', 2), 'tag few');
  assert.equal(of('SOLD_OUT', 0), 'tag bad');
  assert.equal(of('TEMPORARILY_UNAVAILABLE', 0), 'tag');
  assert.equal(of('SOMETHING_NEW', 0), 'tag');
});

test('a meter shows the last ticket, and never more than everything', () => {
  assert.equal(meterWidth(0, 1_000), 0);
  assert.equal(meterWidth(1, 1_000), 2);
  assert.equal(meterWidth(14, 20), 70);
  assert.equal(meterWidth(30, 20), 100);
});

test('a match is available while any category is, and closed only as a whole', () => {
  const of = (...states: string[]) => matchStatus(states.map((status, i) => ({ category: i + 1, status, sellable: 0 })));

  assert.equal(of('SOLD_OUT', 'AVAILABLE'), 'AVAILABLE');
  assert.equal(of('SOLD_OUT', 'TEMPORARILY_UNAVAILABLE'), 'TEMPORARILY_UNAVAILABLE');
  assert.equal(of('SOLD_OUT', 'CLOSED'), 'SOLD_OUT');
  assert.equal(of('CLOSED', 'CLOSED'), 'CLOSED');
});

test('the clock goes on by whichever clock of the page went further', () => {
  const anchor = { server: 1_000_000, wall: 50_000, steady: 100 };

  assert.equal(serverNow(anchor, 53_000, 3_100), 1_003_000);
  assert.equal(serverNow(anchor, 653_000, 3_100), 1_603_000, 'the device slept for ten minutes');
  assert.equal(serverNow(anchor, 0, 3_100), 1_003_000, 'the wall clock was set back');
});

test('a second that has begun counts as left, and none is below zero', () => {
  assert.equal(secondsLeft(10_001, 10_000), 1);
  assert.equal(secondsLeft(10_000, 10_000), 0);
  assert.equal(secondsLeft(10_000, 99_000), 0);
});

test('each mark is spoken once, and after a sleep only the last one', () => {
  assert.equal(passed(301, 300), 300);
  assert.equal(passed(300, 299), undefined);
  assert.equal(passed(500, 90), 120);
  assert.equal(passed(61, 0), 0);
  assert.equal(passed(0, 0), undefined);
});

test('an hour is shown where there is one', () => {
  assert.deepEqual(clockParts(872), [14, 32]);
  assert.deepEqual(clockParts(59), [0, 59]);
  assert.deepEqual(clockParts(3_661), [1, 1, 1]);
});

test('the age of a change is told in steps, and no more once it is old', () => {
  assert.deepEqual(age(0.2), [1, 'second']);
  assert.deepEqual(age(9.9), [9, 'second']);
  assert.deepEqual(age(47), [40, 'second']);
  assert.deepEqual(age(61), [1, 'minute']);
  assert.equal(age(600), undefined);
});

test('plurals go by the language, and numbers by the locale', () => {
  const left = { zero: 'لا شيء', one: 'واحدة', two: 'اثنتان', few: '{n} تذاكر', many: '{n} تذكرة', other: '{n} تذكرة' };
  const arabic = new Words({ left }, 'ar-u-nu-latn');
  const english = new Words({ left: { one: '{n} left', other: '{n} left!' }, changed: 'live, {ago}' }, 'en');

  assert.deepEqual([0, 1, 2, 3, 11, 100].map((n) => arabic.say('left', { n })), [
    'لا شيء',
    'واحدة',
    'اثنتان',
    '3 تذاكر',
    '11 تذكرة',
    '100 تذكرة',
  ]);
  assert.equal(english.say('left', { n: 1 }), '1 left');
  assert.equal(english.say('left', { n: 1_200 }), '1,200 left!');
  assert.equal(english.say('changed', { ago: '2 s ago' }), 'live, 2 s ago');
  assert.equal(english.say('missing'), undefined);
});

test('a digest is that of the platform, whatever the length', () => {
  for (let length = 0; length < 200; length += 1) {
    const text = 'a1&?='.repeat(40).slice(0, length);
    const ours = [...sha256(text)].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
    assert.equal(ours, hex(text), `${length} characters`);
  }
});

test('the number of a challenge is found by the worker whose share it is in', () => {
  const salt = '0123456789abcdef?expires=1900000000&level=0&';
  const challenge = { algorithm: 'SHA-256', challenge: hex(`${salt}7777`), salt, maxnumber: 20_000, signature: 'ff' };
  const reports = (first: number): Report[] => {
    const all: Report[] = [];
    solve({ challenge, first, step: 2 }, (report) => all.push(report));
    return all;
  };

  assert.equal(reports(1).at(-1)?.number, 7_777);
  assert.equal(reports(0).at(-1)?.number, null);
  assert.equal(reports(0).reduce((sum, { tried }) => sum + tried, 0), 10_001);
  assert.deepEqual(JSON.parse(atob(payload(challenge, 7_777))), {
    algorithm: 'SHA-256',
    challenge: challenge.challenge,
    number: 7_777,
    salt,
    signature: 'ff',
  });
});

test('a challenge that is not one fails at once', () => {
  const broken = { algorithm: 'SHA-256', challenge: 'no digest', salt: '', maxnumber: 1e9, signature: '' };
  const all: Report[] = [];

  solve({ challenge: broken, first: 0, step: 1 }, (report) => all.push(report));

  assert.deepEqual(all, [{ tried: 0, number: null }]);
});

test('a line that broke is tried about each second, a server that refuses ever more seldom', () => {
  const wait = (tries: number, lostFor: number, refused: boolean, random: number) => waitBefore({ tries, lostFor, refused }, random);

  assert.equal(wait(0, 10, false, 0), 0);
  assert.ok(wait(0, 10, false, 0.999) < 500);
  assert.ok(wait(9, 29_000, false, 0.999) <= 1_500);
  assert.ok(wait(3, 31_000, false, 0) >= 5_000);
  assert.ok(wait(0, 10, true, 0) >= 1_000);
  assert.ok(wait(20, 1e9, true, 0.999) <= 30_000);
});

test('one announcement each ten seconds: time first, and the newest of its kind', () => {
  let now = 0;
  let due: [number, () => void][] = [];
  const said: string[] = [];
  const announcer = new Announcer(
    (text) => said.push(`${now}: ${text}`),
    () => now,
    (run, ms) => due.push([now + ms, run]),
  );
  const pass = (until: number) => {
    for (; now <= until; now += 1_000) {
      const ready = due.filter(([at]) => at <= now);
      due = due.filter(([at]) => at > now);
      ready.forEach(([, run]) => run());
    }
  };

  announcer.say('stock', () => 'one');
  pass(1_000);
  announcer.say('stock', () => 'two');
  announcer.say('stock', () => 'three');
  announcer.say('time', () => '2 minutes');
  announcer.say('market', () => undefined);
  pass(60_000);

  assert.deepEqual(said, ['0: one', '10000: 2 minutes', '20000: three']);
});

test('a ticket has another mark once its status or its code is another', () => {
  const code = 'MD1.header.0123456789abcdef';

  assert.equal(marksOf([{ status: 'VALID', code }, { status: 'USED', code: null }]), 'VALID:0123456789abcdef,USED:');
  assert.equal(marksOf([]), '');
});

test('a page is loaded anew at the ticket that is open', () => {
  const page = '/en/orders/1';
  const next = (href: string) => address(page, { href, hash: new URL(href).hash });

  assert.equal(next('https://tickets.example/en/orders/1/pay'), page);
  assert.equal(next('https://tickets.example/en/orders/1#show-2'), '/en/orders/1?#show-2');
  assert.equal(next('https://tickets.example/en/orders/1?#show-2'), '/en/orders/1#show-2');
});

/** Stands for what a browser keeps for the site. */
function keepsIn(storage: Partial<Storage>): void {
  Object.defineProperty(globalThis, 'localStorage', { value: storage, configurable: true });
}

test('the last five searches are kept on the device, the newest first and each once', () => {
  const kept = new Map<string, string>();
  keepsIn({
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  });

  for (const query of ['qatar', 'spain', ' ', 'japan', 'ghana', 'brazil', ' Spain ', 'x'.repeat(300)]) remember(query);

  assert.deepEqual(recent(), ['x'.repeat(200), 'Spain', 'brazil', 'ghana', 'japan']);
  forget('ghana');
  assert.equal(recent().includes('ghana'), false);
  clear();
  assert.deepEqual([recent(), kept.size], [[], 0]);
});

test('a browser that keeps nothing, or something else, has no searches', () => {
  keepsIn({
    getItem: () => {
      throw new Error('denied');
    },
    setItem: () => {
      throw new Error('full');
    },
  });
  remember('qatar');
  assert.deepEqual(recent(), []);

  for (const text of ['{', '{"a":1}', 'null', '[1,{}]']) {
    keepsIn({ getItem: () => text });
    assert.deepEqual(recent(), [], text);
  }
});
