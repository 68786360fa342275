// An operator at a shell, with the files of docs/snippets/operators in the working folder, and fans of the site.

import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { binary } from '../services.mjs';

const snippets = fileURLToPath(new URL('../../../docs/snippets/operators/', import.meta.url));

/** What a file of the documents says. */
export const documented = (name) => readFileSync(path.join(snippets, name), 'utf8');

export class Operator {
  /** At a site as `prepareSite` makes it. */
  constructor(site) {
    this.site = site;
    this.folder = path.join(site.folder, 'desk');
    cpSync(snippets, this.folder, { recursive: true });
    mkdirSync(path.join(this.folder, 'bin'));
    symlinkSync(binary, path.join(this.folder, 'bin', 'matchday'));
  }

  /** What a script of the documents prints; it has to succeed. `variables` come beside the site's settings. */
  runs(script, variables = {}) {
    return this.#shell(['-euo', 'pipefail', script], variables);
  }

  /** What `psql` prints of a file of the documents. */
  asks(file, variables, database = this.site.settings.DATABASE_URL) {
    const set = Object.entries(variables).map(([name, value]) => `--set ${name}='${value}'`);
    return this.does(`psql '${database}' --set ON_ERROR_STOP=1 -At ${set.join(' ')} --file ${file}`);
  }

  /** What a line at the shell prints. */
  does(line, variables = {}) {
    return this.#shell(['-euo', 'pipefail', '-c', line], variables);
  }

  #shell(words, variables) {
    const env = { ...this.site.settings, ...variables, PATH: `${this.folder}/bin:${process.env.PATH}` };
    const { status, stdout, stderr } = spawnSync('bash', words, { cwd: this.folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
    return stdout;
  }
}

const SESSION = 'accessToken refreshToken';

/** A client of one fan, who comes from an address that the proxy names. */
export class Fan {
  constructor(url, { email = `${randomUUID()}@example.com`, password = randomUUID(), address = '198.51.100.7' } = {}) {
    Object.assign(this, { url, email, password, headers: { 'x-forwarded-for': address } });
  }

  /** `{ status, data, code }` of an answer. */
  async asks(query, variables = {}, headers = {}) {
    const bearer = this.token ? { authorization: `Bearer ${this.token}` } : {};
    const answer = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.headers, ...bearer, ...headers },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await answer.json();
    return { status: answer.status, data, code: errors?.[0].extensions.code, errors };
  }

  /** The data of an answer without errors. */
  async does(query, variables) {
    const { data, errors } = await this.asks(query, variables);
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async #opens(field, input) {
    this.token = undefined;
    const type = `${field[0].toUpperCase()}${field.slice(1)}Input!`;
    const session = (await this.does(`mutation ($input: ${type}) { ${field}(input: $input) { ${SESSION} } }`, { input }))[field];
    this.token = session.accessToken;
    this.refreshToken = session.refreshToken;
    return this;
  }

  signsUp = () => this.#opens('signUp', { email: this.email, password: this.password });
  signsIn = () => this.#opens('signIn', { email: this.email, password: this.password });
  refreshes = () => this.#opens('refreshSession', { refreshToken: this.refreshToken });

  /** Holds tickets of category 1. */
  async holds(matchNumber, quantity = 1) {
    const mutation = 'mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }';
    return (await this.does(mutation, { input: { matchNumber, category: 1, quantity } })).reserve.reservation.id;
  }

  /** Pays what is held. */
  async pays(reservationId) {
    const mutation = 'mutation ($input: PayReservationInput!) { payReservation(input: $input) { reservation { status } } }';
    const input = { reservationId, paymentMethod: 'pm_card_visa' };
    return (await this.does(mutation, { input })).payReservation.reservation.status;
  }

  /** The codes of a reservation's tickets. */
  async codes(id) {
    const { reservation } = await this.does('query ($id: ID!) { reservation(id: $id) { tickets { code } } }', { id });
    return reservation.tickets.map(({ code }) => code);
  }
}

/** Of category 1 of a match: what is left, and what is held. */
export async function counts(url, matchNumber) {
  const query = 'query ($matchNumber: Int!) { match(matchNumber: $matchNumber) { categories { category available pending sellable } } }';
  const { match } = await new Fan(url).does(query, { matchNumber });
  return match.categories.find(({ category }) => category === 1);
}

/** Waits until something holds, and returns that. */
export async function eventually(what, holds, seconds = 20) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`gave up waiting for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
