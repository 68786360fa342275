import { spawn } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

const START_SECONDS = 60;

/** A Matchday of a test's own: an empty data folder, a free port, and what `settings` add to its environment. */
export async function startMatchday(settings = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), 'matchday-test-'));
  const child = spawn(process.env.MATCHDAY_BIN ?? 'matchday', [], {
    cwd: folder,
    env: { PATH: process.env.PATH, MATCHDAY_DATA_DIR: folder, MATCHDAY_BIND: '127.0.0.1:0', ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  // A run that is broken off leaves no program behind.
  process.once('exit', () => child.kill('SIGKILL'));

  const stop = async (signal = 'SIGTERM') => {
    child.kill(signal);
    await ended;
    await rm(folder, { recursive: true, force: true });
  };

  try {
    const url = await addressOf(child);
    await until(() => hasMatches(url), child);
    return { url, stop, mails: (kind) => mailsOf(folder, kind) };
  } catch (error) {
    await stop('SIGKILL');
    throw error;
  }
}

/** What the start screen says. */
function addressOf(child) {
  let screen = '';
  return new Promise((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (text) => {
        screen += text;
        const found = /GraphQL +(http:\S+)\/graphql/.exec(screen);
        if (found) resolve(found[1]);
      });
    }
    child.once('error', reject);
    child.once('close', () => reject(new Error(`Matchday did not start:\n${screen}`)));
  });
}

/** The bundled matches come in moments after the start. */
async function hasMatches(url) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ matches(first: 1) { totalCount } }' }),
  });
  return (await response.json()).data?.matches.totalCount === 64;
}

async function until(holds, child) {
  const deadline = Date.now() + START_SECONDS * 1000;
  while (!(await holds().catch(() => false))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error('Matchday did not become ready');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The mails of a kind, such as `verify-email`, oldest first. */
async function mailsOf(folder, kind) {
  const kept = path.join(folder, 'mails');
  const names = (await readdir(kept).catch(() => [])).filter((name) => name.endsWith(`-${kind}.eml`)).sort();
  return Promise.all(names.map((name) => readFile(path.join(kept, name), 'utf8')));
}
