// The program: on embedded parts, or as a storefront in front of another. A port and a folder of its own, ended by its process id.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const START_SECONDS = 60;
const STOP_SECONDS = 20;

const built = fileURLToPath(new URL('../../target/debug/matchday', import.meta.url));

/**
 * `{ url, stop, restart, runs, mails }` of a program that is ready and has all matches; `settings` are more of its environment, or say it
 * of its `url`.
 *
 * `runs(…words)` runs one of its other roles beside it, on the same data. `restart(signal)` ends the program and starts it again
 * on its port and its data, with settings `changed` if given, and resolves when it is ready.
 *
 * `mails(kind)` are the texts of the mails of a kind that it has kept so far, the oldest first.
 */
export function startProgram(settings = {}) {
  return start([], settings, allMatches);
}

/** The same of a program that serves the pages alone; `settings` say where the API is that it asks. */
export function startStorefront(settings) {
  return start(['storefront'], settings, reachesApi);
}

async function start(words, settings, isReady) {
  const binary = path.resolve(process.env.MATCHDAY_BIN ?? built);
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: run cargo build, or name the program in MATCHDAY_BIN`);
  const folder = await mkdtemp(path.join(tmpdir(), 'matchday-clients-'));
  const bind = settings.MATCHDAY_BIND ?? (await freeAddress());
  const url = `http://${bind}`;
  const more = typeof settings === 'function' ? settings(url) : settings;
  // Nothing else of the environment: services that the other tests run on must not come along.
  const env = { PATH: process.env.PATH, MATCHDAY_BIND: bind, MATCHDAY_DATA_DIR: path.join(folder, 'data'), ...more };
  let log = '';
  let child;
  let ended;

  // A test run that is broken off leaves no program behind.
  process.once('exit', () => child?.kill('SIGKILL'));

  const launch = async () => {
    child = spawn(binary, words, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (log = (log + text).slice(-20_000)));
    ended = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
    try {
      await until(() => isReady(url), child, START_SECONDS);
    } catch (cause) {
      child.kill('SIGKILL');
      await ended;
      await rm(folder, { force: true, recursive: true });
      throw new Error(`the program did not start:\n${log}`, { cause });
    }
  };

  const end = async (signal) => {
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_SECONDS * 1000);
    const how = await ended;
    clearTimeout(late);
    const wanted = signal === 'SIGTERM' ? 0 : signal;
    if (how !== wanted) throw new Error(`the program ended with ${how}:\n${log}`);
  };

  const stop = async () => {
    try {
      await end('SIGTERM');
    } finally {
      await rm(folder, { force: true, recursive: true });
    }
  };

  const restart = async (signal, changed = {}) => {
    await end(signal);
    Object.assign(env, changed);
    await launch();
  };

  const runs = (...words) => {
    const { status, stdout, stderr } = spawnSync(binary, words, { cwd: folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  };

  const mails = async (kind) => {
    const kept = path.join(folder, 'data', 'mails');
    const names = (await readdir(kept).catch(() => [])).filter((name) => name.endsWith(`-${kind}.eml`)).sort();
    const mails = await Promise.all(names.map((name) => readFile(path.join(kept, name), 'utf8')));
    return mails.map(decoded);
  };

  await launch();
  return { url, stop, restart, runs, mails };
}

async function allMatches(url) {
  const query = '{ matches(first: 1) { totalCount } }';
  const answer = await fetch(`${url}/graphql?${new URLSearchParams({ query })}`, { headers: { accept: 'application/json' } });
  return (await answer.json()).data?.matches.totalCount === 64;
}

async function reachesApi(url) {
  const { parts } = await (await fetch(`${url}/readyz`)).json();
  return parts.find(({ name }) => name === 'api').ready;
}

async function until(holds, child, seconds) {
  const deadline = Date.now() + seconds * 1000;
  while (!(await holds().catch(() => false))) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it ended');
    if (Date.now() > deadline) throw new Error(`not ready after ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** An address at which no other program listens. */
export function freeAddress() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(`127.0.0.1:${port}`));
    });
  });
}

/** A mail with its parts in base64, as texts in Arabic come, made readable. */
function decoded(mail) {
  const parts = /(Content-Transfer-Encoding: base64\r\n(?:[^\r\n]+\r\n)*\r\n)([A-Za-z0-9+/=\r\n]+?)(?=\r\n--)/g;
  return mail.replace(parts, (_, head, text) => head + Buffer.from(text, 'base64').toString('utf8'));
}
