// One site with two instances, as docs/run/proxies.md has them.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { freeAddress, startProgram } from '../program.mjs';
import { prepareSite } from '../services.mjs';

/** What visitors call the site. */
export const HOST = 'tickets.example';

/** As in the documents, in this machine's own network: the last numbers are theirs. */
export const HOSTS = ['127.0.0.11', '127.0.0.12'];

/** Where a file of docs/snippets/proxies is. */
export const snippet = (name) => fileURLToPath(new URL(`../../../docs/snippets/proxies/${name}`, import.meta.url));

/** The text of such a file with other words in it; what is to be replaced has to be there. */
export function adapted(name, replacements) {
  const text = readFileSync(snippet(name), 'utf8');
  return replacements.reduce((adapted, [from, to]) => {
    if (!adapted.includes(from)) throw new Error(`${name} has no ${from}`);
    return adapted.replaceAll(from, to);
  }, text);
}

/** The settings of such a file, likewise. */
export function settingsOf(name, replacements) {
  const lines = adapted(name, replacements).trim().split('\n');
  return Object.fromEntries(lines.map((line) => /^(\w+)="?([^"]*)"?$/.exec(line).slice(1)));
}

const freePort = async () => Number((await freeAddress()).split(':')[1]);

/** The site with `instances`, which listen at `port` and `adminPort` of their hosts. */
export async function startSite(settings) {
  const [port, adminPort] = [await freePort(), await freePort()];
  const site = prepareSite('proxies');
  const instances = [];
  const stop = async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    site.drop();
  };
  try {
    // One after the other: the first makes the tables.
    for (const [index, host] of HOSTS.entries()) {
      const documented = settingsOf('instance.env', [
        ['10.0.0.11:8000', `${host}:${port}`],
        ['10.0.0.11:9000', `${host}:${adminPort}`],
        ['10.0.0.10', '127.0.0.1'],
      ]);
      const own = { MATCHDAY_KAFKA_INSTANCE_ID: `${site.name}-${index}` };
      instances.push(await startProgram({ ...site.settings, ...documented, ...own, ...settings }));
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { instances, port, adminPort, stop };
}
