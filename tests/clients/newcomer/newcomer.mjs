// What a newcomer does with a page of docs/start: writes its files into an empty folder, and runs its commands in the page's order.
//
// A block `file=NAME/PATH` of the page docs/start/NAME.md is the file PATH of the folder, whichever page's NAME it is. A page shows each
// of its files whole; a part of one may be shown beside it. Where a page says "Copy `PATH` and `PATH` from [Title](OTHER.md#anchor)",
// these files of that page are written, too.
//
// A file `*.sh`, or a part of one, is commands: they run in the folder, line by line, and end. Servers are left to tests: `follows` is
// given their files as `later`, and `starts` starts one. A part is named as `steps.sh#run`.
//
// Addresses that a page names, as 127.0.0.1:8000, become the test's own in files and commands: `addresses` says which.
// `npm install` installs what locks/NAME pins, once it is sure that the page names the same packages by their major versions, in
// the command or in the page's package.json; so a new release of a package breaks no test. Of other installers `instead` says what
// runs in their place: `[[pattern, act]]`, where `act(command, newcomer)` gets each command that the pattern matches.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const INSTALL_SECONDS = 600;
const COMMAND_SECONDS = 300;
const SERVE_SECONDS = 60;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const locks = fileURLToPath(new URL('locks', import.meta.url));

const NPM_INSTALL = /^npm install( |$)/;
const MARK = /^[ \t]*(?:(?:\/\/|#|--) #(?:part|end) [\w-]+|<!-- #(?:part|end) [\w-]+ -->)[ \t]*\n/gm;
const COPY = /^Copy ((?:`[^`]+`(?:, | and )?)+)\s+from \[[^\]]+\]\((\w+)\.md[^)]*\)/gm;

/** The blocks of a page that are files, in its order, and what it copies: `{ place, part, text }`. */
export async function blocksOf(name) {
  const page = await readFile(path.join(root, 'docs', 'start', `${name}.md`), 'utf8');
  const infos = [...page.matchAll(/^ *```([^\n`]*\S[^\n`]*)$/gm)].map(([, info]) => Object.fromEntries(info.split(/\s+/).map((word) => word.split('='))));
  const blocks = await Promise.all(infos.filter(({ file }) => file).map(({ file, part }) => blockOf(file, part)));
  for (const [, places, other] of page.matchAll(COPY)) {
    const theirs = await blocksOf(other);
    for (const [, place] of places.matchAll(/`([^`]+)`/g)) {
      blocks.push(theirs.find((block) => block.place === place && !block.part) ?? assert.fail(`${other}.md has no ${place}, which ${name}.md copies`));
    }
  }
  return blocks;
}

async function blockOf(file, part) {
  const text = await readFile(path.join(root, 'docs', 'snippets', file), 'utf8');
  const place = file.slice(file.indexOf('/') + 1);
  if (!place.endsWith('.sh')) return { place, part, text: text.replace(MARK, '') };
  const lines = text.split('\n');
  const of = part ? lines.slice(lines.indexOf(`# #part ${part}`) + 1, lines.indexOf(`# #end ${part}`)).join('\n') : text;
  return { place: part ? `${place}#${part}` : place, commands: commandsOf(of) };
}

export class Newcomer {
  #addresses;
  #instead;
  #children = new Set();
  #isInstalled = false;
  #endAll = () => this.#children.forEach(end);

  constructor(name, folder, blocks, { addresses = {}, instead = [] }) {
    Object.assign(this, { name, folder, blocks });
    this.#addresses = Object.entries(addresses);
    this.#instead = [...instead, [NPM_INSTALL, () => this.#npmInstall()]];
    // A test run that is broken off leaves no server behind.
    process.once('exit', this.#endAll);
  }

  /** A newcomer before an empty folder, who has the page before them. */
  static async of(name, options = {}) {
    const blocks = await blocksOf(name);
    const folder = await mkdtemp(path.join(tmpdir(), `newcomer-${name}-`));
    return new Newcomer(name, folder, blocks, options);
  }

  /** Does what the page says, but for the commands that tests start themselves: `later` are their files, as `serve.sh`. */
  async follows({ later = [] } = {}) {
    const files = this.blocks.filter(({ commands, part }) => !commands && part === undefined);
    const shown = new Set(files.map(({ place }) => place));
    for (const { commands, part, place } of this.blocks) {
      assert.ok(commands || part === undefined || shown.has(place), `${this.name}.md shows ${part} of ${place}, and never all of it`);
    }
    await this.#assertPinned();
    for (const { place, text } of files) await this.writes(place, text);
    for (const { place, commands } of this.blocks) {
      if (commands && !later.includes(place)) await this.#commands(commands);
    }
  }

  /** A file of the folder, with the test's addresses. */
  async writes(place, text) {
    const target = path.join(this.folder, place);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, this.#here(text));
  }

  /** Runs a command in the folder to its end, and resolves with what it printed. */
  async runs(command, { seconds = COMMAND_SECONDS, env = {} } = {}) {
    const { child, output, ended } = this.#spawned(command, env);
    const late = setTimeout(() => end(child), seconds * 1000);
    const code = await ended;
    clearTimeout(late);
    assert.equal(code, 0, `${command} ended with ${code} (after ${seconds} s it is ended):\n${output()}`);
    return output();
  }

  /**
   * Starts the commands of one of the page's files, as `serve.sh`, and resolves once `isReady(output)` holds: `{ output, stop }`.
   * `isReady` is asked again and again until then.
   */
  async starts(place, isReady, { env = {} } = {}) {
    const { commands } = this.blocks.find((block) => block.place === place) ?? assert.fail(`${this.name}.md has no ${place}`);
    const { child, output, ended } = this.#spawned(commands.join(' && '), env);
    let hasEnded = false;
    void ended.then(() => (hasEnded = true));
    const deadline = Date.now() + SERVE_SECONDS * 1000;
    while (!(await Promise.resolve(isReady(output())).catch(() => false))) {
      assert.ok(!hasEnded && Date.now() < deadline, `${place} of ${this.name}.md was not ready after ${SERVE_SECONDS} s:\n${output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const stop = async () => {
      end(child);
      await ended;
    };
    return { output, stop };
  }

  /** Ends what was started, and removes the folder. */
  async leaves() {
    this.#endAll();
    process.off('exit', this.#endAll);
    await rm(this.folder, { force: true, recursive: true, maxRetries: 10, retryDelay: 50 });
  }

  #here(text) {
    return this.#addresses.reduce((text, [page, test]) => text.replaceAll(page, test), text);
  }

  async #commands(commands) {
    for (const command of commands) {
      const instead = this.#instead.find(([pattern]) => pattern.test(command));
      await (instead ? instead[1](command, this) : this.runs(command));
    }
  }

  /** In a group of its own, so that what it has started ends with it; and without services that other tests run on. */
  #spawned(command, more) {
    const { PATH, HOME, LANG } = process.env;
    const env = { PATH, HOME, LANG, NO_COLOR: '1', CI: '1', ...more };
    const words = ['-euo', 'pipefail', '-c', this.#here(command)];
    const child = spawn('bash', words, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output = (output + text).slice(-20_000)));
    this.#children.add(child);
    const ended = new Promise((resolve) => child.once('close', (code, signal) => {
      this.#children.delete(child);
      resolve(signal ?? code);
    }));
    return { child, output: () => output, ended };
  }

  /** What the page installs is what the lock pins: the same packages of the same kind, by their major versions. */
  async #assertPinned() {
    const commands = this.blocks.flatMap(({ commands }) => commands ?? []).filter((command) => NPM_INSTALL.test(command));
    if (commands.length === 0) return;
    const own = JSON.parse(this.blocks.find(({ place }) => place === 'package.json')?.text ?? '{}');
    const named = { dependencies: { ...own.dependencies }, devDependencies: { ...own.devDependencies } };
    for (const command of commands) {
      const kind = / (--save-dev|-D)( |$)/.test(command) ? 'devDependencies' : 'dependencies';
      for (const word of command.split(/\s+/).slice(2).filter((word) => !word.startsWith('-'))) {
        const [, name, range] = word.match(/^(@?[^@]+)@(.+)$/) ?? assert.fail(`${word} of ${this.name}.md names no version`);
        named[kind][name] = range;
      }
    }
    const pinned = await this.#pinned();
    for (const kind of Object.keys(named)) assert.deepEqual(majors(named[kind]), majors(pinned[kind]), `${kind} of ${this.name}.md are those of its lock`);
  }

  /** Installs what the lock pins, once for all commands of the page. */
  async #npmInstall() {
    if (this.#isInstalled) return;
    this.#isInstalled = true;
    const manifest = path.join(this.folder, 'package.json');
    const { dependencies, devDependencies } = await this.#pinned();
    await writeFile(manifest, JSON.stringify({ ...JSON.parse(await readFile(manifest, 'utf8')), dependencies, devDependencies }, null, 2));
    await copyFile(path.join(locks, this.name, 'package-lock.json'), path.join(this.folder, 'package-lock.json'));
    await this.runs('npm ci --no-audit --no-fund --prefer-offline', { seconds: INSTALL_SECONDS });
  }

  async #pinned() {
    return JSON.parse(await readFile(path.join(locks, this.name, 'package.json'), 'utf8'));
  }
}

/** Packages with their major versions; of 0.x the second number is the major one. */
const majors = (packages = {}) =>
  Object.fromEntries(Object.entries(packages).map(([name, range]) => [name, range.match(/^\D*(0\.\d+|\d+)/)?.[1]]).sort());

/** Lines of a shell, those that end in `\` joined to the next, without comments. */
const commandsOf = (text) => text.replaceAll(/\\\n\s*/g, '').split('\n').map((line) => line.replace(/(^|\s)#.*$/, '').trim()).filter(Boolean);

function end(child) {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
