// A program and a browser for one file of tests, and other fans, who use the API.

import { randomUUID } from 'node:crypto';

import { freeAddress, startProgram, startStorefront } from '../../program.mjs';
import { startChromium } from '../tools.mjs';

/** `{ browser, url, restart, runs, mailedCode, leaves }`; `settings` are more of the program's environment. */
export async function opensShop(settings = {}) {
  const browser = await startChromium();
  const program = await startProgram({ MATCHDAY_SITE_NAME: 'Cup Tickets', ...settings });
  return {
    browser,
    url: program.url,
    restart: program.restart,
    runs: program.runs,
    /** The code of the newest mail of a kind to an email, once it is there. */
    mailedCode: (kind, email) =>
      until(`the mail ${kind}`, async () => {
        const mail = (await program.mails(kind)).findLast((text) => text.includes(`To: ${email}`));
        return mail?.match(/^ {4}([\w-]{43})\s*$/m)?.[1];
      }),
    leaves: async () => {
      await browser.close();
      await program.stop();
    },
  };
}

/** The same shop at an origin of its own, in front of an API elsewhere; `api` is its address, and `restart` that of the API. */
export async function opensShopElsewhere() {
  const browser = await startChromium();
  const bind = await freeAddress();
  const url = `http://${bind}`;
  const api = await startProgram({
    MATCHDAY_PUBLIC_URL: url,
    MATCHDAY_TRANSPORT_CONNECTIONS_TRUSTED_PROXIES: '127.0.0.1/32',
  });
  const storefront = await startStorefront({
    MATCHDAY_BIND: bind,
    MATCHDAY_PUBLIC_URL: url,
    MATCHDAY_SITE_NAME: 'Cup Tickets',
    MATCHDAY_WEB_API_URL: api.url,
  });
  return {
    browser,
    url,
    api: api.url,
    restart: api.restart,
    leaves: async () => {
      await browser.close();
      await storefront.stop();
      await api.stop();
    },
  };
}

/** Somebody elsewhere, with an account of their own. */
export class OtherFan {
  #url;
  #token;

  static async of({ url }, email = `${randomUUID()}@example.com`) {
    const fan = new OtherFan(url);
    const { signUp } = await fan.asks('mutation ($input: SignUpInput!) { signUp(input: $input) { accessToken } }', {
      input: { email, password: randomUUID() },
    });
    fan.#token = signUp.accessToken;
    return fan;
  }

  constructor(url) {
    this.#url = url;
  }

  async asks(query, variables = {}) {
    const response = await fetch(`${this.#url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
        ...(this.#token ? { authorization: `Bearer ${this.#token}` } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  async holds(matchNumber, { category = 1, quantity = 1 } = {}) {
    const input = { matchNumber, category, quantity };
    const { reserve } = await this.asks(
      'mutation ($input: ReserveInput!) { reserve(input: $input) { reservation { id } } }',
      { input },
    );
    return reserve.reservation.id;
  }

  /** Holds tickets and pays for them; answers with the ids of the tickets. */
  async buys(matchNumber, choice) {
    const reservationId = await this.holds(matchNumber, choice);
    const { payReservation } = await this.asks(
      `mutation ($input: PayReservationInput!) {
        payReservation(input: $input) { reservation { status tickets { id } } }
      }`,
      { input: { reservationId, paymentMethod: 'pm_card_visa' } },
    );
    if (payReservation.reservation.status !== 'RESERVED') throw new Error(JSON.stringify(payReservation));
    return payReservation.reservation.tickets.map(({ id }) => id);
  }

  async offers(ticketId, amount, title = 'Behind the goal') {
    const { createListing } = await this.asks(
      'mutation ($input: CreateListingInput!) { createListing(input: $input) { listing { id version } } }',
      { input: { ticketId, title, price: { amount } } },
    );
    return createListing.listing;
  }

  /** What is left of a category, as the API says. */
  async left(matchNumber, category = 1) {
    const { match } = await this.asks(
      'query ($matchNumber: Int!) { match(matchNumber: $matchNumber) { categories { category sellable } } }',
      { matchNumber },
    );
    return match.categories.find((known) => known.category === category).sellable;
  }
}

/** Waits until something holds, which is asked again and again; fails when the time is over. */
export async function until(what, holds, seconds = 15) {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await holds();
    if (found) return found;
    if (Date.now() > deadline) throw new Error(`${what} did not come within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
