// nginx, HAProxy and Caddy with the very files of docs/snippets/proxies, at ports of their own: what is replaced in a file is named here.

import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import path from 'node:path';

import { freeAddress } from '../program.mjs';
import { HOST, HOSTS, adapted, settingsOf, snippet } from './site.mjs';

const START_SECONDS = 20;

const pause = () => new Promise((resolve) => setTimeout(resolve, 50));

/** A certificate for the site, which is its own authority. */
export function certificate(folder) {
  const [key, chain] = [path.join(folder, 'site.key'), path.join(folder, 'site.pem')];
  const words = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=${HOST}`.split(' ');
  execFileSync('openssl', [...words, '-addext', `subjectAltName=DNS:${HOST}`, '-keyout', key, '-out', chain], { stdio: 'pipe' });
  const both = path.join(folder, 'both.pem');
  writeFileSync(both, readFileSync(chain, 'utf8') + readFileSync(key, 'utf8'));
  return { key, chain, both, ca: readFileSync(chain, 'utf8') };
}

/** Where the documents say that instances are, and where they are here. */
const instancesAt = ({ port }) => HOSTS.map((host) => [`10.0.0.${host.split('.')[3]}:8000`, `${host}:${port}`]);

const commands = {
  nginx: ({ site, bind, plain, tls, folder }) => {
    const config = path.join(folder, 'nginx.conf');
    const text = adapted('nginx.conf', [
      ...instancesAt(site),
      ['listen 80;', `listen ${plain};`],
      ['listen 443 ', `listen ${bind} `],
      ['/etc/ssl/tickets.example.pem', tls.chain],
      ['/etc/ssl/tickets.example.key', tls.key],
      ['/run/nginx.pid', path.join(folder, 'nginx.pid')],
      ['/var/log/nginx/access.log', path.join(folder, 'access.log')],
      ['/var/log/nginx/error.log', path.join(folder, 'error.log')],
    ]);
    writeFileSync(config, text);
    const rolls = (script, place) =>
      adapted(script, [
        ['/etc/nginx/nginx.conf', config],
        ['10.0.0.11:8000', `${HOSTS[place]}:${site.port}`],
        ['nginx -s reload', `nginx -s reload -c ${config}`],
      ]);
    return { words: ['nginx', '-c', config, '-g', 'daemon off;'], check: ['nginx', '-t', '-c', config], rolls };
  },
  haproxy: ({ site, bind, tls }) => {
    const words = ['haproxy', '-db', '-f', snippet('haproxy.cfg')];
    const env = settingsOf('haproxy.env', [
      ...instancesAt(site),
      [':443 ', `${bind} `],
      ['/etc/ssl/tickets.example.pem', tls.both],
      ['=9000', `=${site.adminPort}`],
    ]);
    return { words, check: [...words, '-c'], env };
  },
  caddy: ({ site, bind, tls, folder }) => {
    const config = path.join(folder, 'Caddyfile');
    const [address, port] = bind.split(':');
    const text = adapted('Caddyfile', [
      ...instancesAt(site),
      ['health_port 9000', `health_port ${site.adminPort}`],
      ['grace_period 20s', 'grace_period 20s\n\tadmin off\n\tauto_https disable_redirects'],
      ['tickets.example {', `https://tickets.example:${port} {\n\tbind ${address}\n\ttls ${tls.chain} ${tls.key}`],
    ]);
    writeFileSync(config, text);
    const given = ['--config', config, '--adapter', 'caddyfile'];
    return { words: ['caddy', 'run', ...given], check: ['caddy', 'validate', ...given], env: { HOME: folder } };
  },
};

export const PROXIES = Object.keys(commands);

/**
 * A proxy that listens; `stop` ends it. `output` is what it has printed so far. `takesOut` and `takesIn` do what an operator does before
 * an instance goes and once it is back: nothing where the proxy asks the instances itself.
 */
export async function startProxy(name, { site, tls, folder }) {
  const [bind, plain] = [await freeAddress(), await freeAddress()];
  const { words, check, env = {}, rolls } = commands[name]({ site, bind, plain, tls, folder });
  // Debian keeps some of them off the PATH of users.
  const settings = { env: { PATH: `${process.env.PATH}:/usr/sbin`, ...env }, cwd: folder };
  execFileSync(check[0], check.slice(1), { ...settings, stdio: 'pipe' });

  let output = '';
  const child = spawn(words[0], words.slice(1), { ...settings, stdio: ['ignore', 'pipe', 'pipe'] });
  process.once('exit', () => child.kill('SIGKILL'));
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output = (output + text).slice(-20_000)));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const deadline = Date.now() + START_SECONDS * 1000;
  while (!(await listens(bind))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`${name} did not start:\n${output}`);
    await pause();
  }
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  const runs = (script, place) => rolls && execFileSync('bash', ['-euc', rolls(script, place)], { ...settings, stdio: 'pipe' });
  return {
    name,
    bind,
    plain,
    stop,
    output: () => output,
    takesOut: (place) => runs('nginx-out.sh', place),
    takesIn: (place) => runs('nginx-in.sh', place),
  };
}

function listens(address) {
  const [host, port] = address.split(':');
  return new Promise((resolve) => {
    const socket = createConnection({ host, port: Number(port) }, () => socket.end(() => resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
