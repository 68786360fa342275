// docs/guides/live.md: what is followed, over which protocol, and over a restart.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';

import { eventually, guideText, opensSite, snippet, snippetText } from './world.mjs';

const RESERVE = `mutation ($number: Int!) { reserve(input: { matchNumber: $number, category: 1, quantity: 1 }) { reservation { id } } }`;

let site;
before(async () => (site = await opensSite()), { timeout: 120_000 });
after(() => site?.stop());

/** Followers of matches, by each way of the guide: `start(states, shown, failed)` returns what ends it. */
const ways = {
  'graphql-ws': async () => {
    const { createClient } = await import('graphql-ws');
    const [{ follow }, { patiently }] = await Promise.all([snippet('live/follow.ts'), snippet('live/clients.ts')]);
    const client = createClient({ url: site.socket, ...patiently });
    return { start: (...about) => follow(client, ...about), end: () => client.dispose() };
  },
  'graphql-sse': async () => {
    const { createClient } = await import('graphql-sse');
    const [{ follow }, { patientEvents }] = await Promise.all([snippet('live/follow.ts'), snippet('live/clients.ts')]);
    const client = createClient({ url: site.graphql, ...patientEvents });
    return { start: (...about) => follow(client, ...about), end: () => client.dispose() };
  },
  fetch: async () => {
    const { followByFetch } = await snippet('live/follow-by-fetch.ts');
    const enough = new AbortController();
    const start = (numbers, states, show, failed) => {
      followByFetch(site.graphql, numbers, states, show, enough.signal).catch(failed);
    };
    return { start, end: () => enough.abort() };
  },
};

test('a page reads all matches, follows what changes, and goes on after a restart with what has changed meanwhile', async (t) => {
  const { loadAll } = await snippet('live/load.ts');
  const { session } = await site.fan();
  const followers = [];
  for (const [name, way] of Object.entries(ways)) {
    const { start, end } = await way();
    t.after(end);
    const states = await loadAll(site.graphql);
    assert.equal(states.versions.length, 64);
    const follower = { name, states, shown: [], failures: [], came: 0 };
    const take = states.take.bind(states);
    states.take = (state) => ((follower.came += 1), take(state));
    start(null, states, (state) => follower.shown.push(state.matchNumber), (error) => follower.failures.push(error));
    followers.push(follower);
  }
  const all = async (what, condition) => {
    for (const follower of followers) {
      await eventually(`${what} by ${follower.name}`, () => {
        assert.deepEqual(follower.failures, [], follower.name);
        return condition(follower);
      });
    }
  };
  const changes = async (number) => {
    const before = followers.map(({ states }) => states.of(number).version);
    await session.request(RESERVE, { number });
    await all(`the change of match ${number}`, (follower) => follower.states.of(number).version > before[followers.indexOf(follower)]);
  };

  // Each is connected once it shows a change: of what it knows already nothing is sent.
  await changes(7);
  await all('the change and no other', ({ shown }) => shown.every((number) => number === 7));

  for (const [signal, number] of [['SIGKILL', 8], ['SIGTERM', 9]]) {
    await site.restart(signal);
    await changes(number);
  }

  await all('what changed and nothing else', ({ shown }) => shown.every((number) => [7, 8, 9].includes(number)));
  for (const { name, came } of followers) assert.ok(came < 64, `${name} was sent ${came} states: what it has is skipped by \`since\``);
});

test('the commands of the guide show a match, in both ways', async () => {
  for (const [name, kind] of [['live/curl-events.sh', /event: next\ndata: {"data":{"availability":{"version":/], ['live/curl-multipart.sh', /--graphql\r\ncontent-type: application\/json[^]*{"payload":{"data":{"availability"/]]) {
    const command = (await snippetText(name)).replace('localhost:8000', new URL(site.url).host);
    const shell = spawn('bash', ['-c', `exec ${command}`], { stdio: ['ignore', 'pipe', 'ignore'] });
    let shown = '';
    shell.stdout.on('data', (text) => (shown += text));

    await eventually(`what ${name} shows`, () => kind.test(shown), 20).finally(() => shell.kill());
  }
});

test('an event stream that cannot begin throws, and one of a wrong document reports it', async () => {
  const { events } = await snippet('live/events.ts');
  const { RequestError } = await snippet('errors/request.ts');
  const first = (query, headers) => events(site.graphql, query, {}, headers).next();

  await assert.rejects(first('subscription { availability { version } }', { authorization: 'Bearer nonsense' }), (error) =>
    error instanceof RequestError && error.status === 401 && error.code === 'UNAUTHENTICATED');
  const { value } = await first('subscription { nothing }');
  assert.equal(value.errors[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
  const { followByFetch } = await snippet('live/follow-by-fetch.ts');
  const { MatchStates } = await snippet('live/states.ts');
  await assert.rejects(followByFetch(site.graphql, [99], new MatchStates(), assert.fail, new AbortController().signal), { code: 'NOT_FOUND' });
});

test('an older state never takes the place of a newer one', async () => {
  const { MatchStates } = await snippet('live/states.ts');
  const states = new MatchStates();
  const state = (version) => ({ matchNumber: 1, version, categories: [] });

  assert.deepEqual([3, 2, 3, 4].map((version) => states.take(state(version))), [true, false, false, true]);
  assert.deepEqual(states.versions, [{ matchNumber: 1, version: 4 }]);
});

test('a subscription selects 250 fields at most, and its messages tell no cost', async () => {
  const { events } = await snippet('live/events.ts');
  // Nine fields each.
  const categories = (count) => Array.from({ length: count }, (_, number) =>
    `c${number}: categories { category available pending sellable status price { amount currency } }`).join(' ');
  const first = async (count) => {
    const stream = events(site.graphql, `subscription { availability(matchNumbers: [1]) { ${categories(count)} } }`, {});
    const { value } = await stream.next();
    await stream.return();
    return value;
  };

  assert.deepEqual(Object.keys(await first(27)), ['data'], '244 fields');
  const { errors: [{ extensions }] } = await first(28);
  assert.equal(extensions.code, 'QUERY_TOO_COMPLEX', '253 fields');
});

test('graphql-ws gives up after the close codes that the guide names, and comes back after the others', async (t) => {
  const [{ createClient }, { WebSocketServer }, { patiently }] = [await import('graphql-ws'), await import('ws'), await snippet('live/clients.ts')];
  const [, listed] = /`graphql-ws` gives up after ([\d, and]+), whatever/.exec(await guideText('live'));
  const told = listed.match(/\d+/g).map(Number);
  // The program writes this page, with each code that it sends.
  const rows = (await snippetText('../reference/close-codes.md')).match(/^\| \d{4} /gm);
  const codes = new Set(rows.map((row) => Number(row.slice(2))));
  const fatal = [];

  for (const code of codes) {
    // A server that closes each socket with one code.
    const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    t.after(() => server.close());
    await once(server, 'listening');
    let opened = 0;
    server.on('connection', (socket) => ((opened += 1), socket.close(code)));
    const client = createClient({ url: `ws://127.0.0.1:${server.address().port}`, ...patiently });
    const ends = [];
    const stop = client.subscribe({ query: '{ now }' }, { next: assert.fail, error: (error) => ends.push(error), complete: () => ends.push('complete') });
    // A failed test leaves no client behind that waits or connects for ever.
    t.after(() => {
      stop();
      for (const socket of server.clients) socket.terminate();
    });

    await eventually(`what becomes of ${code}`, () => ends.length > 0 || opened > 1);

    if (ends.length > 0) fatal.push(ends[0].code);
    // It rejects while the client is connecting.
    await Promise.resolve(client.dispose()).catch(() => undefined);
  }

  assert.deepEqual(fatal.sort(), told.sort());
  assert.ok(codes.has(1001) && codes.has(4403) && codes.has(4408), [...codes].join());
});

test('over multipart, a subscription of Apollo ends with the connection, and the page subscribes again', async (t) => {
  const { ApolloClient, HttpLink, InMemoryCache, gql } = await import('@apollo/client');
  const client = new ApolloClient({ link: new HttpLink({ uri: site.graphql }), cache: new InMemoryCache() });
  t.after(() => client.stop());
  const [heard, ends] = [[], []];
  const query = gql('subscription { availability(matchNumbers: [1]) { version } }');
  client.subscribe({ query, fetchPolicy: 'no-cache' }).subscribe({
    next: (result) => (result.error ? ends.push(result.error) : heard.push(result.data)),
    error: (error) => ends.push(error),
    complete: () => ends.push('complete'),
  });
  await eventually('a state', () => heard.length > 0);

  await site.restart('SIGKILL');

  await eventually('the end', () => ends.length > 0);
  assert.equal(heard.length, 1, 'it did not connect again by itself');
});
