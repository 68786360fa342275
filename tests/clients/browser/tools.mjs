// What the test needs of the machine: Debian's Chromium, installed where it is missing.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const CHROMIUM = '/usr/bin/chromium';
const here = fileURLToPath(new URL('.', import.meta.url));

// Headless as root, and silent: without these Chromium keeps calling hosts of its maker. A page that a test answers itself
// comes from no address, and newer versions let such a page open no sockets to this machine.
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-features=LocalNetworkAccessChecks,LocalNetworkAccessChecksWebSockets',
];

/** A Chromium with an empty profile of its own; `options` are more of Playwright's own. */
export async function startChromium(options = {}) {
  const { chromium } = await import('playwright-core');

  return chromium.launch({ executablePath: chromiumPath(), args: FLAGS, ...options });
}

/** Where Chromium is, on every machine. */
export function chromiumPath() {
  if (!existsSync(CHROMIUM)) installChromium();
  return CHROMIUM;
}

export async function graphqlOf() {
  return import('graphql');
}

function installChromium() {
  const root = process.getuid() === 0 ? [] : ['sudo'];
  const apt = (...words) => {
    const [command, ...rest] = [...root, 'apt-get', '-q', '-y', '-o', 'DPkg::Lock::Timeout=300', ...words];
    run(command, rest, here, { DEBIAN_FRONTEND: 'noninteractive' });
  };
  apt('update');
  apt('install', '--no-install-recommends', 'chromium', 'fonts-dejavu-core');
}

function run(command, words, cwd, env = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, words, { cwd, env: { ...process.env, ...env }, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')} failed: ${error ?? ''}\n${stdout}\n${stderr}`);
}
