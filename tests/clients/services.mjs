// A site on the real services of scripts/services: a database, topics and a Redis prefix of its own.

import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const binary = path.resolve(
  process.env.MATCHDAY_BIN ?? fileURLToPath(new URL('../../target/debug/matchday', import.meta.url)),
);
const masterList = fileURLToPath(new URL('../../server/data/world-cup-2022.jsonl', import.meta.url));

/**
 * `{ name, settings, folder, sql, runs, drop }` of a site that is on sale and has no instance yet.
 *
 * `sql(statement, database)` runs a statement, in the site's database if no other is named; `runs(…words)` a role of the program by
 * the site's settings, in `folder`. `drop` deletes both the folder and the database, whatever is connected to it.
 */
export function prepareSite(kind) {
  for (const variable of ['DATABASE_URL', 'REDIS_URL', 'KAFKA_BROKERS']) {
    if (!process.env[variable]) throw new Error(`${variable} is unset: eval "$(scripts/services env)"`);
  }
  if (!existsSync(binary)) throw new Error(`there is no ${binary}: run cargo build, or name the program in MATCHDAY_BIN`);
  const name = `${kind}_${randomBytes(6).toString('hex')}`;
  const settings = {
    DATABASE_URL: urlOf(name),
    REDIS_URL: process.env.REDIS_URL,
    KAFKA_BROKERS: process.env.KAFKA_BROKERS,
    CLIENT_ID: name,
    MATCHDAY_REDIS_KEY_PREFIX: name,
    MATCHDAY_JWT_SECRET: randomBytes(48).toString('base64'),
    ...Object.fromEntries(
      ['MASTER_LIST', 'TICKET_SALES', 'AVAILABILITY', 'DEAD_LETTERS', 'RESALE', 'BOOKINGS'].map((topic) => [
        `MATCHDAY_KAFKA_${topic}_TOPIC_PREFIX`,
        `${name}-${topic.toLowerCase()}`,
      ]),
    ),
  };
  const sql = (statement, database = settings.DATABASE_URL) =>
    execFileSync('psql', [database, '-v', 'ON_ERROR_STOP=1', '-qAtc', statement], { encoding: 'utf8' }).trim();
  // What the roles of the program leave behind.
  const folder = mkdtempSync(path.join(tmpdir(), `matchday-${kind}-`));
  const runs = (...words) => {
    const env = { PATH: process.env.PATH, ...settings };
    const { status, stdout, stderr } = spawnSync(binary, words, { cwd: folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  };
  const drop = () => {
    sql(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`, process.env.DATABASE_URL);
    rmSync(folder, { force: true, recursive: true });
  };

  sql(`CREATE DATABASE ${name}`, process.env.DATABASE_URL);
  try {
    const list = path.join(folder, 'matches.jsonl');
    writeFileSync(list, soon());
    runs('masterlist', 'publish', list);
    rmSync(list);
  } catch (error) {
    drop();
    throw error;
  }
  return { name, settings, folder, sql, runs, drop };
}

/** The master list with its first match in two to three weeks, as the program's own start has it. */
function soon() {
  const lines = readFileSync(masterList, 'utf8').trim().split('\n').map((line) => JSON.parse(line));
  const week = 7 * 86_400_000;
  const weeks = Math.ceil((Date.now() - Date.parse(lines[0].dateUtc)) / week) + 2;
  const moved = (date) => new Date(Date.parse(date) + weeks * week).toISOString().replace('.000Z', 'Z');
  return lines.map((line) => `${JSON.stringify({ ...line, dateUtc: moved(line.dateUtc) })}\n`).join('');
}

/** The address of a database of this name on the server of the tests. */
export function urlOf(name) {
  const url = new URL(process.env.DATABASE_URL);
  url.pathname = `/${name}`;
  return url.href;
}
