// What a page of docs/start has to survive, seen on what it shows: a restart of the program, the end of an access token, and two tabs
// of one cookie session that refresh it at once.
//
// Each page shows the same: a form with an email and a password; for each match its teams, "N left" and a button that holds a ticket;
// and the viewer's hold with its status and a button that cancels it.

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { startChromium } from '../browser/tools.mjs';
import { freeAddress, startProgram } from '../program.mjs';
import { Newcomer } from './newcomer.mjs';

// Pages refresh a session ten seconds before its end.
export const TOKEN_SECONDS = 20;
export const SIGNALS = ['SIGTERM', 'SIGKILL'];
const PATIENCE_MS = 60_000;
const RELOADS = 3;
// The category that pages hold.
const RESERVE = 'mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }';
const SIGN_UP = 'mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }';

/**
 * Follows a page of docs/start, and sees that what it makes survives. `server` is the file of its commands that serves the page.
 * `also(newcomer, program)` tries what else the page makes, by the commands in `later`.
 */
export async function survives(name, { server = 'serve.sh', later = [], also = async () => {} } = {}) {
  const browser = await startChromium();
  const program = await startProgram({ MATCHDAY_ACCOUNTS_ACCESS_TOKEN_SECONDS: String(TOKEN_SECONDS) });
  const port = (await freeAddress()).split(':')[1];
  const { host } = new URL(program.url);
  const newcomer = await Newcomer.of(name, { addresses: { '127.0.0.1:8000': host, 'localhost:8000': host, 5173: port } });
  try {
    await newcomer.follows({ later: [server, ...later] });
    const url = `http://localhost:${port}/`;
    const served = await newcomer.starts(server, async () => (await fetch(url)).ok);

    await survivesInTabs(browser, program, url);

    await served.stop();
    await also(newcomer, program);
  } finally {
    await browser.close();
    await newcomer.leaves();
    await program.stop();
  }
}

async function survivesInTabs(browser, program, url) {
  const context = await browser.newContext();
  const first = await Tab.of(context, url);
  const email = `${randomUUID()}@example.test`;

  await first.signsUp(email);
  await first.shows('60 left');
  await first.holds();
  await first.shows('59 left', 'PENDING');
  const second = await Tab.of(context, url);
  const tabs = [first, second];
  const all = (act) => Promise.all(tabs.map(act));
  await second.shows(email, '59 left', 'PENDING');

  // Each asks for the next session as it loads, with the same cookie.
  for (let round = 0; round < RELOADS; round += 1) {
    await all((tab) => tab.page.reload());
    await all((tab) => tab.shows(email, '59 left', 'PENDING'));
  }

  let left = 59;
  for (const signal of SIGNALS) {
    await program.restart(signal);
    await anotherFanHolds(program.url);
    left -= 1;
    await all((tab) => tab.shows(email, `${left} left`, 'PENDING'));
  }

  // What is open now was opened with a token that ends in this time; only a new connection with a new token sees what follows.
  const over = Date.now() + TOKEN_SECONDS * 1000;
  const opened = tabs.map((tab) => tab.connections);
  await all((tab, number) => tab.until('a new connection after the end of the token', () => Date.now() > over && tab.connections > opened[number]));
  await first.cancels();
  await all((tab) => tab.shows(email, `${left + 1} left`, 'CANCELLED'));
  await context.close();
}

export async function signsUp(url, input = { email: `${randomUUID()}@example.test`, password: randomUUID() }) {
  return (await post(url, SIGN_UP, { input })).signUp.accessToken;
}

/** Takes a ticket of match 1, so that one less is left. */
export async function anotherFanHolds(url) {
  const token = await signsUp(url);
  await post(url, RESERVE, { input: { matchNumber: 1, category: 1, quantity: 1 } }, { authorization: `Bearer ${token}` });
}

async function post(url, query, variables, headers) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query, variables }) };
  const { data, errors } = await (await fetch(`${url}/graphql`, request)).json();
  assert.equal(errors, undefined, JSON.stringify(errors));
  return data;
}

class Tab {
  /** How often it has connected to what is live: its sockets and event streams. */
  connections = 0;
  log = [];

  constructor(page) {
    this.page = page;
    page.on('websocket', (socket) => (this.connections += socket.url().endsWith('/graphql') ? 1 : 0));
    page.on('response', (response) => (this.connections += response.headers()['content-type']?.startsWith('text/event-stream') ? 1 : 0));
    page.on('console', (message) => this.log.push(message.text()));
    page.on('pageerror', (error) => this.log.push(String(error)));
  }

  static async of(context, url) {
    const tab = new Tab(await context.newPage());
    await tab.page.goto(url);
    return tab;
  }

  get #firstMatch() {
    return this.page.getByRole('listitem').filter({ hasText: 'Qatar – Ecuador' });
  }

  async signsUp(email) {
    await this.#may(async () => {
      await this.page.getByLabel('Email').fill(email);
      await this.page.getByLabel('Password').fill(randomUUID());
      await this.page.getByRole('button', { name: 'Sign up' }).click();
      await this.page.getByText(email).waitFor();
    });
  }

  holds() {
    return this.#may(() => this.#firstMatch.getByRole('button', { name: 'Hold' }).click());
  }

  cancels() {
    return this.#may(() => this.page.getByRole('button', { name: 'Cancel' }).click());
  }

  /** Waits until the page shows all of these: of "N left" for the first match, what else anywhere. */
  async shows(...texts) {
    await this.until(texts.join(' and '), async () => {
      const [match, page] = [await this.#firstMatch.innerText({ timeout: 1_000 }), await this.page.locator('body').innerText()];
      return texts.every((text) => (text.endsWith(' left') ? match : page).includes(text));
    });
  }

  async until(what, holds) {
    const deadline = Date.now() + PATIENCE_MS;
    while (!(await Promise.resolve(holds()).catch(() => false))) {
      if (Date.now() > deadline) await this.#fails(`never came to ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #may(act) {
    this.page.setDefaultTimeout(PATIENCE_MS);
    await act().catch((error) => this.#fails(error.message));
  }

  async #fails(what) {
    assert.fail(`the page ${what}; it shows\n${await this.page.locator('body').innerText()}\nand has said\n${this.log.slice(-20).join('\n')}`);
  }
}
