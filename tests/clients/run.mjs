// Runs every client's tests, each suite against a program of its own on embedded parts; `operators` and `proxies` on the services
// that `scripts/services env` names.
//
//   node run.mjs                 all suites, two at a time, since each waits for browsers and clocks most of its time
//   node run.mjs audits python   these suites
//
// What a suite says is printed when it has ended. MATCHDAY_BIN names the program, target/debug/matchday where it is unset. Installs the
// npm and pip packages itself, into node_modules and python/.venv. Exits with 1 if a suite fails or takes too long; the runners' own
// lines say what.

import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { copyFile, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { startProgram } from './program.mjs';

const INSTALL_SECONDS = 600;
const SUITES_AT_ONCE = 2;

const here = fileURLToPath(new URL('.', import.meta.url));
const venv = path.join(here, 'python', '.venv');
const python = path.join(venv, 'bin', 'python');
const node = (...files) => [process.execPath, ['--test', '--test-timeout=300000', ...files]];

// One after the other: each has a program and a Chromium of its own, and `states` alone takes minutes.
const shop = (...subjects) => [
  process.execPath,
  ['--test', '--test-concurrency=1', '--test-timeout=900000', ...subjects.map((subject) => `browser/shop/${subject}.test.mjs`)],
];

// Of the differential suite: more of them take longer.
const documents = Number(process.env.DIFFERENTIAL_DOCUMENTS ?? 0);
// Of the validation suite: more of them take longer.
const judged = Number(process.env.VALIDATION_DOCUMENTS ?? 0) / 20;

// `own` suites start a program themselves.
const suites = {
  audits: { run: node('http-audits/audits.test.mjs'), seconds: 120 },
  clients: { run: node('altcha.test.mjs', 'apollo.test.mjs', 'graphql-sse.test.mjs', 'graphql-ws.test.mjs', 'urql.test.mjs'), seconds: 300 },
  closes: { run: node('close-codes.test.mjs'), seconds: 60, own: true },
  differential: { run: [process.execPath, ['--test', 'differential/execution.test.mjs']], seconds: 600 + documents, own: true },
  validation: { run: [process.execPath, ['--test', 'differential/validation.test.mjs']], seconds: 600 + judged, own: true },
  guides: { run: [process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=400000', ...testsOf('guides')]], seconds: 1_500, own: true, packages: 'snippets' },
  // `cargo build -p analytics --example counts` comes before it.
  counts: { run: [python, ['-m', 'unittest', 'discover', '-v', '-s', 'counts']], seconds: 120, own: true },
  python: { run: [python, ['-m', 'unittest', 'discover', '-v', '-s', 'python']], seconds: 300 },
  // By DuckDB, on the files that the lake's own reader is tested on: no program is needed.
  lake: { run: [python, ['-m', 'unittest', 'discover', '-v', '-s', 'lake']], seconds: 120, own: true },
  operators: { run: node('operators.test.mjs'), seconds: 600, own: true },
  // Streams stay open for longer than the proxies' time-outs, and each proxy sees both instances go and come back.
  proxies: { run: [process.execPath, ['--test', '--test-timeout=600000', 'proxies.test.mjs']], seconds: 660, own: true },
  restarts: { run: node('restart.test.mjs'), seconds: 300, own: true },
  sessions: { run: node('sessions.test.mjs'), seconds: 240, own: true },
  stripe: { run: node('stripe.test.mjs'), seconds: 120, own: true },
  snippets: { run: node('snippets/snippets.test.mjs'), seconds: 300, own: true, packages: 'snippets' },
  newcomer: {
    run: [process.execPath, ['--test', '--test-concurrency=1', '--test-timeout=900000', ...testsOf('newcomer')]],
    seconds: 2_400,
    own: true,
  },
  browser: {
    run: node(...['arrivals', 'graphiql', 'graphiql-session', 'graphiql-walk', 'tabs'].map((subject) => `browser/${subject}.test.mjs`)),
    seconds: 900,
    own: true,
  },
  // One file, for which the time-out of a test counts, too.
  docs: { run: [process.execPath, ['--test', '--test-timeout=800000', 'browser/docs/docs.test.mjs']], seconds: 900, own: true },
  storefront: {
    run: shop('elsewhere', 'gifts', 'keyboard', 'live', 'purchase', 'resale', 'search', 'states', 'still', 'theme'),
    seconds: 1_500,
    own: true,
  },
};

const children = new Set();
let stopped = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    stopped = true;
    for (const child of children) end(child);
  });
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in suites));
if (unknown.length > 0) throw new Error(`there is no suite ${unknown.join(', ')}, but ${Object.keys(suites).join(', ')}`);
const names = asked.length > 0 ? asked : Object.keys(suites);

const inPython = ['python', 'lake', 'counts'];
if (names.some((name) => !inPython.includes(name))) await installNode();
for (const name of names) if (suites[name].packages) await installNode(suites[name].packages);
if (names.some((name) => inPython.includes(name))) await installPython();
let failed = 0;
// The longest first, so that none is left to run alone at the end.
const waiting = [...names].sort((one, other) => suites[other].seconds - suites[one].seconds);
await Promise.all(Array.from({ length: Math.min(SUITES_AT_ONCE, names.length) }, () => runsSuites(waiting)));
if (failed > 0 || stopped) process.exitCode = 1;

/** Runs suites from the front of the list until none is left. */
async function runsSuites(left) {
  for (let name = left.shift(); name && !stopped; name = left.shift()) {
    const began = Date.now();
    const said = [];
    const passed = await passes(suites[name], said);
    console.log(`\n=== ${name} (${Math.round((Date.now() - began) / 1_000)} s)\n${said.join('')}`);
    if (passed) continue;
    failed += 1;
    console.log(`=== ${name} failed`);
  }
}

async function passes({ run: [command, words], seconds, own }, said) {
  const program = own ? undefined : await startProgram();
  const env = program ? { MATCHDAY_URL: program.url } : {};
  const passed = await run(command, words, { env, seconds, said });
  try {
    await program?.stop();
  } catch (error) {
    said.push(`not ok - the program ends in order\n${error.message}\n`);
    return false;
  }
  return passed;
}

/** The packages of this folder, or of one in it. */
async function installNode(folder = '.') {
  await installed(path.join(folder, 'package-lock.json'), path.join(folder, 'node_modules'), () =>
    run('npm', ['ci', '--no-audit', '--no-fund', '--prefix', folder], { seconds: INSTALL_SECONDS }),
  );
}

/** Each page of docs/start that a newcomer follows, and each guide whose code runs, has a test in the folder. */
function testsOf(folder) {
  return readdirSync(path.join(here, folder)).filter((name) => name.endsWith('.test.mjs')).map((name) => `${folder}/${name}`);
}

// A Debian that is asked to install for all users refuses; the packages are this folder's own.
async function installPython() {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', 'python/requirements.txt'];
  await installed('python/requirements.txt', venv, async () => {
    await rm(venv, { force: true, recursive: true });
    return (
      (await run('python3', ['-m', 'venv', venv], { seconds: INSTALL_SECONDS })) &&
      (await run(python, pip, { seconds: INSTALL_SECONDS }))
    );
  });
}

// The folder keeps a copy of the list that it was installed from.
async function installed(list, folder, install) {
  const [wanted, copy] = [path.resolve(here, list), path.resolve(here, folder, 'installed-from')];
  const [now, then] = await Promise.all([readFile(wanted, 'utf8'), readFile(copy, 'utf8').catch(() => '')]);
  if (now === then) return;
  if (!(await install())) throw new Error(`what ${list} names could not be installed`);
  await copyFile(wanted, copy);
}

/** Whether a command ends well, and in time; what it says goes into `said`, or is printed at once. */
function run(command, words, { env = {}, seconds, said }) {
  const heard = said ? 'pipe' : 'inherit';
  // A group of its own, so that what it has started ends with it.
  const child = spawn(command, words, { cwd: here, env: { ...process.env, ...env }, stdio: ['ignore', heard, heard], detached: true });
  const says = (text) => (said ? said.push(String(text)) : console.log(text));
  if (said) for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => said.push(text));
  children.add(child);
  return new Promise((resolve) => {
    const late = setTimeout(() => {
      says(`\nnot ok - ${command} ended within ${seconds} s\n`);
      end(child);
    }, seconds * 1000);
    const ended = (passed) => {
      clearTimeout(late);
      children.delete(child);
      resolve(passed);
    };
    child.once('error', (error) => {
      says(`${command}: ${error.message}\n`);
      ended(false);
    });
    child.once('close', (code) => ended(code === 0));
  });
}

function end(child) {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
