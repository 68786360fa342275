// docs/run: what operators are told to do, done by the very files of those pages on a site on real services.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { Fan, Operator, counts, documented, eventually } from './operators/desk.mjs';
import { startRedis } from './operators/redis.mjs';
import { freeAddress, startProgram } from './program.mjs';
import { prepareSite } from './services.mjs';

/** The fan of the documents, and where she comes from. */
const ANA = { email: 'ana@example.com', address: '203.0.113.7' };

const ME = '{ me { id } }';
const CHECK_IN = `mutation ($code: String!) {
  checkIn(input: { code: $code, deviceId: "gate", nonce: "one" }) { checkIn { outcome } }
}`;

/** A prepared site that ends with its test, and an instance of it as `start` makes one more. */
async function siteOf(t, settings = {}) {
  const site = prepareSite('operators');
  const programs = [];
  t.after(async () => {
    await Promise.all(programs.map((program) => program.stop()));
    site.drop();
  });
  Object.assign(site.settings, { MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES: '127.0.0.1', ...settings });
  const start = async (changed = {}) => {
    const program = await startProgram({ ...site.settings, ...changed });
    programs.push(program);
    return program;
  };
  const stop = async (program) => {
    programs.splice(programs.indexOf(program), 1);
    await program.stop();
  };
  return { site, operator: new Operator(site), start, stop };
}

/** An account of the staff, signed in. */
async function staff(site, url, role) {
  const email = `${role}@example.com`;
  const [, password] = /^password +(\S+)$/m.exec(site.runs('user', 'create', email, '--role', role));
  return new Fan(url, { email, password }).signsIn();
}

test('blocked.md: a fan who is blocked is found, and let in', async (t) => {
  const { site, operator, start } = await siteOf(t, { MATCHDAY_BOTS_WEIGHTS: 'declaredCrawler=100' });
  const { url } = await start();
  const ana = await new Fan(url, ANA).signsUp();
  const neighbour = new Fan(url, { address: '203.0.113.8' });
  const strange = { 'user-agent': 'ticket-bot' };
  const reserve = 'mutation { reserve(input: { matchNumber: 1, category: 1, quantity: 1 }) { reservation { id } } }';
  const said = (pattern) => eventually(`${pattern}`, () => pattern.exec(operator.runs('blocked.sh')));

  // By signs of a bot.
  assert.equal((await ana.asks(reserve, {}, strange)).code, 'BLOCKED');
  await said(/BOT_BLOCKED +\| declaredCrawler +\| 203\.0\.113\.0\/24/);

  // By a rule about her network.
  const list = path.join(site.folder, 'list.txt');
  writeFileSync(list, '203.0.113.0/24\n');
  site.runs('address', 'import', list, '--reason', 'bad neighbours');
  await eventually('the rule', async () => (await ana.asks('{ __typename }')).status === 403);
  assert.equal((await ana.asks('{ __typename }')).code, 'BLOCKED');
  await said(/ADDRESS_BLOCKED/);
  await said(/203\.0\.113\.0\/24 +\| BLOCK +\| bad neighbours/);

  operator.runs('let-in.sh');
  await eventually('her way in', async () => (await ana.asks('{ __typename }')).status === 200);
  assert.equal((await ana.asks(reserve, {}, strange)).code, undefined);
  assert.equal((await neighbour.asks('{ __typename }')).status, 403);
  await said(/203\.0\.113\.7\/32 +\| ALLOW +\| the fan wrote to support/);

  const admin = await staff(site, url, 'admin');
  const removed = await admin.does(documented('remove-rule.graphql'));
  assert.equal(removed.removeAddressRule.rule.reason, 'bad neighbours');
  await eventually('their way in', async () => (await neighbour.asks('{ __typename }')).status === 200);
});

test('security.md: a fan is shown what is kept of her, and leaves', async (t) => {
  const { site, operator, start } = await siteOf(t);
  const { url } = await start();
  const ana = await new Fan(url, ANA).signsUp();
  const held = await ana.holds(2);
  assert.equal(await ana.pays(held), 'RESERVED');

  operator.runs('export.sh');
  const kept = JSON.parse(readFileSync(path.join(operator.folder, 'ana.json'), 'utf8'));
  assert.equal(kept.account.email, 'ana@example.com');
  assert.deepEqual([kept.reservations[0].matchNumber, kept.payments[0].amountMinor], [2, 7500]);

  assert.throws(() => operator.runs('erase.sh'), /valid ticket of a match to come/);
  site.runs('user', 'erase', 'ana@example.com', '--force');
  await eventually('the end of her session', async () => (await ana.asks(ME)).code === 'UNAUTHENTICATED');
  await assert.rejects(new Fan(url, { ...ANA, password: ana.password }).signsIn(), /UNAUTHENTICATED/);
  await eventually('the end of her mails', () => site.sql('SELECT count(*) FROM mails') === '0');
  const dump = execFileSync('pg_dump', ['--data-only', site.settings.DATABASE_URL], { encoding: 'utf8' });
  assert.ok(!dump.includes('ana@example.com') && dump.includes('ERASED '), 'the tables still name her');
});

test('backup.md: a backup is restored into an empty system, and what was sold after it is not sold again', async (t) => {
  const { site, operator, start, stop } = await siteOf(t);
  let program = await start();
  const [ana, ben] = [await new Fan(program.url, ANA).signsUp(), await new Fan(program.url).signsUp()];
  const anas = await ana.holds(1, 2);
  assert.equal(await ana.pays(anas), 'RESERVED');
  const codes = await ana.codes(anas);
  operator.runs('backup.sh');
  assert.equal(await ben.pays(await ben.holds(1, 2)), 'RESERVED');
  const waiting = () => site.sql('SELECT count(*) FROM outbox');
  await eventually('the outbox', () => waiting() === '0');
  assert.equal((await counts(program.url, 1)).available, 16);
  await stop(program);

  // All is lost but the dump and the site's secret.
  for (const statement of [`DROP DATABASE ${site.name} WITH (FORCE)`, `CREATE DATABASE ${site.name}`]) {
    site.sql(statement, process.env.DATABASE_URL);
  }
  operator.runs('restore.sh');
  const topic = `${site.settings.MATCHDAY_KAFKA_TICKET_SALES_TOPIC_PREFIX}-dev`;
  const sold = operator.runs('sold-since.sh', { TOPIC: topic, SITE: site.name }).trim().split('\n');
  assert.equal(sold.length, 1, sold.join('\n'));
  assert.match(sold[0], /"matchNumber":1.*"category":1,"quantity":2/);
  operator.asks('count-as-sold.sql', { match: 1, category: 1, tickets: 2 });
  program = await start();

  ana.url = program.url;
  assert.deepEqual(await ana.codes(anas), codes, 'her session and her tickets are as they were');
  assert.equal((await counts(program.url, 1)).available, 16);
  ben.url = program.url;
  const { myReservations } = await ben.does('{ myReservations { nodes { id } } }');
  assert.deepEqual(myReservations.nodes, [], 'his payment is to be given back at the provider');
});

/** The address of a database or a Redis, with another user's name and password. */
function as(address, user, password) {
  const url = new URL(address);
  [url.username, url.password] = [user, password];
  return url.href;
}

test('secrets.md: passwords, keys and the site\'s secret change, and no fan is signed out or loses money', async (t) => {
  const { site, operator, start } = await siteOf(t);
  const { settings, name } = site;
  const [old, next] = [`${name}_1`, `${name}_2`];
  const server = process.env.DATABASE_URL;
  site.sql(`CREATE ROLE ${old} LOGIN PASSWORD 'first'`, server);
  site.sql(`ALTER DATABASE ${name} OWNER TO ${old}`, server);
  const redis = await startRedis({ user: 'matchday', password: 'first' });
  t.after(() => {
    site.drop();
    for (const role of [next, old]) site.sql(`DROP ROLE IF EXISTS ${role}`, server);
    return redis.stop();
  });
  Object.assign(settings, { DATABASE_URL: as(settings.DATABASE_URL, old, 'first'), REDIS_URL: as(redis.url, 'matchday', 'first') });
  // One after the other: the first makes the tables.
  const instances = [await start(), await start()];
  const [ana, steward] = [await new Fan(instances[0].url, ANA).signsUp(), await staff(site, instances[0].url, 'steward')];
  const paid = await ana.holds(1, 2);
  assert.equal(await ana.pays(paid), 'RESERVED');
  const codes = await ana.codes(paid);
  const held = await ana.holds(2);
  const isKnown = async () => {
    for (const { url } of instances) assert.ok((await Object.assign(ana, { url }).does(ME)).me, url);
  };

  // Postgres and Redis: the new password beside the old one, a roll, and the old one is worth nothing.
  operator.asks('new-role.sql', { old, new: next, password: 'second' }, as(server, 'matchday', 'matchday'));
  operator.runs('redis-new-password.sh', { REDIS_ADMIN_URL: redis.url, NEW_PASSWORD: 'second' });
  const changed = { DATABASE_URL: as(settings.DATABASE_URL, next, 'second'), REDIS_URL: as(redis.url, 'matchday', 'second') };
  for (const instance of instances) await instance.restart('SIGTERM', changed);
  operator.asks('old-role.sql', { old }, as(server, 'matchday', 'matchday'));
  operator.runs('redis-old-password.sh', { REDIS_ADMIN_URL: redis.url, OLD_PASSWORD: 'first' });
  assert.throws(() => site.sql('SELECT 1', as(settings.DATABASE_URL, old, 'first')), /not permitted to log in/);
  assert.ok(!redis.accepts('matchday', 'first') && redis.accepts('matchday', 'second'));
  Object.assign(settings, changed);
  await isKnown();
  assert.equal(await ana.pays(held), 'RESERVED');
  for (const { url } of instances) {
    const isReady = async () => (await (await fetch(`${url}/readyz`)).json()).parts.every(({ ready }) => ready);
    await eventually(`all parts of ${url}`, isReady, 60);
  }

  // Keys: what the old ones signed stays good.
  operator.runs('keys.sh');
  await isKnown();
  await ana.refreshes();
  assert.deepEqual(await ana.codes(paid), codes);

  // The site's secret: all stop, and start with the new one.
  const later = { MATCHDAY_JWT_SECRET: randomBytes(48).toString('base64') };
  await Promise.all(instances.map((instance) => instance.restart('SIGTERM', later)));
  Object.assign(settings, later);
  await isKnown();
  await ana.refreshes();
  await isKnown();
  assert.equal((await ana.codes(paid)).length, 2);
  assert.equal((await steward.does(CHECK_IN, { code: codes[0] })).checkIn.checkIn.outcome, 'ADMITTED', 'an old code opens');

  // Stolen keys: what they signed ends, and a refresh goes on. Each instance learns of both kinds when it next looks.
  const ticketKeys = async () => (await (await fetch(`${instances[1].url}/.well-known/ticket-keys.json`)).json()).keys.map(({ kid }) => kid);
  const stolen = await ticketKeys();
  operator.runs('stolen-keys.sh');
  await eventually('the end of old tokens', async () => (await ana.asks(ME)).code === 'UNAUTHENTICATED');
  await eventually('the end of old codes', async () => (await ticketKeys()).every((kid) => !stolen.includes(kid)));
  await ana.refreshes();
  await isKnown();
  steward.url = instances[1].url;
  await steward.refreshes();
  const outcome = async (code) => (await steward.does(CHECK_IN, { code })).checkIn.checkIn.outcome;
  assert.notEqual(await outcome(codes[1]), 'ADMITTED');
  assert.equal(await outcome((await ana.codes(paid))[1]), 'ADMITTED');
});

test('secrets.md: while the webhook\'s secret is rolled, one right signature is enough', async (t) => {
  const [before, after] = ['whsec_before', 'whsec_after'];
  const api = `http://${await freeAddress()}`;
  const program = await startProgram({ STRIPE_SECRET_KEY: 'sk_test_a', STRIPE_WEBHOOK_SECRET: after, STRIPE_API_BASE: api });
  t.after(() => program.stop());
  const event = JSON.stringify({ id: 'evt_1', type: 'plan.created', livemode: false, data: { object: { id: 'plan_1', object: 'plan' } } });
  const sent = async (...secrets) => {
    const time = Math.floor(Date.now() / 1000);
    const signed = secrets.map((secret) => `v1=${createHmac('sha256', secret).update(`${time}.${event}`).digest('hex')}`);
    const headers = { 'stripe-signature': [`t=${time}`, ...signed].join(',') };
    return (await fetch(`${program.url}/webhooks/stripe`, { method: 'POST', headers, body: event })).status;
  };

  assert.equal(await sent(before), 400);
  assert.equal(await sent(before, after), 200);
  assert.equal(await sent(after), 200);
});

test('upgrades.md: a site on SQLite goes to Postgres, with its sessions and tickets', async (t) => {
  const { site, operator, start } = await siteOf(t);
  const folder = { MATCHDAY_DATA_DIR: path.join(site.folder, 'data') };
  const embedded = await startProgram(folder);
  const ana = await new Fan(embedded.url, ANA).signsUp();
  const paid = await ana.holds(1);
  assert.equal(await ana.pays(paid), 'RESERVED');
  const codes = await ana.codes(paid);
  await embedded.stop();

  delete site.settings.MATCHDAY_JWT_SECRET;
  // The site is one still: its name is the issuer of tokens.
  Object.assign(site.settings, folder, { CLIENT_ID: 'matchday' });
  operator.runs('from-sqlite.sh');
  ana.url = (await start()).url;

  assert.deepEqual(await ana.codes(paid), codes);
});

/** An operator without a site. */
function newcomer(t) {
  const folder = mkdtempSync(path.join(tmpdir(), 'matchday-operators-'));
  t.after(() => rmSync(folder, { force: true, recursive: true }));
  return new Operator({ folder, settings: {} });
}

/** The variables of a file of settings. */
const variablesOf = (name) =>
  Object.fromEntries([...documented(name).matchAll(/^(\w+)=(.*)$/gm)].map(([, variable, value]) => [variable, value]));

test('instances.md: the settings of a site lack its secret alone, and systemd takes the unit', (t) => {
  const operator = newcomer(t);
  const variables = { ...variablesOf('site.env'), ...variablesOf('../proxies/instance.env') };

  assert.throws(() => operator.does('matchday config', variables), /: 1 setting is wrong:\s+MATCHDAY_JWT_SECRET: unset/);
  operator.does('matchday config', { ...variables, MATCHDAY_JWT_SECRET: randomBytes(48).toString('base64') });
  operator.does('sed -i "s#/usr/local/bin#$PWD/bin#" matchday.service');
  assert.equal(operator.does('systemd-analyze verify --man=no ./matchday.service 2>&1'), '');
});

test('tracing.md: its settings are taken', (t) => {
  const operator = newcomer(t);
  const variables = variablesOf('tracing.env');

  const [byVariables, byFile] = [operator.does('matchday config', variables), operator.does('matchday --config tracing.toml config')];

  for (const name of Object.keys(variables)) assert.match(byVariables, new RegExp(`# ${name}$`, 'm'));
  assert.match(byFile, /^trusted_proxies = \["10\.0\.0\.0\/8"\] +# .*tracing\.toml$/m);
  assert.match(byFile, /^trust_traceparent = true +# .*tracing\.toml$/m);
});
