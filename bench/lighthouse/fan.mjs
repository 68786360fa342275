// What needs a session: a fan who signs up, holds and pays, each by the pages themselves.

import { randomUUID } from 'node:crypto';

/** A fan in a tab, who presses what a person would. */
export class Fan {
  #tab;
  #url;

  constructor(tab, url) {
    this.#tab = tab;
    this.#url = url;
  }

  /** The path of an order that waits to be paid. */
  async holds(matchNumber) {
    await this.#tab.goto(`${this.#url}/en/sign-up`);
    await this.#tab.type('main [name="email"]', `${randomUUID()}@example.com`);
    await this.#tab.type('main [name="password"]', randomUUID());
    await this.#presses('form[action="/en/sign-up"] button');
    await this.#tab.goto(`${this.#url}/en/matches/${matchNumber}`);
    await this.#tab.click('.pick [name=category][value="1"]');
    await this.#presses('.pick button[data-when]');
    return new URL(this.#tab.url()).pathname;
  }

  /** The path of an order that has its ticket. */
  async buys(matchNumber) {
    const order = await this.holds(matchNumber);
    await this.#tab.click('[name=card][value="pm_card_visa"]');
    await this.#presses(`form[action="${order}/pay"] button`);
    await this.#tab.waitForSelector('.stub .qr svg');
    return order;
  }

  async #presses(selector) {
    await Promise.all([this.#tab.waitForNavigation(), this.#tab.click(selector)]);
  }
}
