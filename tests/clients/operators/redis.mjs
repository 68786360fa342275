// A Redis of a test's own, whose users have passwords.

import { spawn, spawnSync } from 'node:child_process';

import { freeAddress } from '../program.mjs';
import { eventually } from './desk.mjs';

/** `{ url, accepts, stop }`: `url` is an operator's, who needs no password; `user` has one. */
export async function startRedis({ user, password }) {
  const [host, port] = (await freeAddress()).split(':');
  const url = `redis://${host}:${port}`;
  const words = ['--bind', host, '--port', port, '--save', '', '--user', user, 'on', `>${password}`, '~*', '&*', '+@all'];
  const child = spawn('redis-server', words, { stdio: 'ignore' });
  process.once('exit', () => child.kill('SIGKILL'));
  const ended = new Promise((resolve) => child.once('close', resolve));
  const says = (...words) => spawnSync('redis-cli', ['-u', url, ...words], { encoding: 'utf8' }).stdout.trim();
  await eventually('Redis', () => says('PING') === 'PONG');
  return {
    url,
    accepts: (name, given) => says('AUTH', name, given) === 'OK',
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
}
