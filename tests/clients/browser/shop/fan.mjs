// A fan at a device: what they do on the shop's pages, by the fields and buttons that are there in every language.

import { randomUUID } from 'node:crypto';

import { Visitor } from './visitor.mjs';

export const PASSWORD = 'a long passphrase';

export class Fan extends Visitor {
  email = `${randomUUID()}@example.com`;

  async fills(fields) {
    for (const [name, value] of Object.entries(fields)) await this.page.locator(`main [name="${name}"]`).last().fill(value);
  }

  /** Opens an account; `path` is where the fan was sent to do so. */
  async signsUp(path = '/sign-up') {
    await this.goes(path);
    await this.fills({ email: this.email, password: PASSWORD });
    await this.sends('/sign-up');
  }

  async signsIn(email = this.email, password = PASSWORD, path = '/sign-in') {
    this.email = email;
    await this.goes(path);
    await this.fills({ email, password });
    await this.sends('/sign-in');
  }

  /** Sends the form of an address below the language's. */
  async sends(path, button = 'button') {
    await this.presses(this.page.locator(`form[action="/${this.locale}${path}"] ${button}`).first());
  }

  async chooses({ category = 1, quantity = 1 }) {
    await this.page.locator(`.pick [name=category][value="${category}"]`).check();
    await this.page.locator(`.pick label:has([name=quantity][value="${quantity}"])`).click();
  }

  /** Holds tickets of a match on its page, and answers with the path of the order. */
  async holds(matchNumber, choice = {}) {
    await this.goes(`/matches/${matchNumber}`);
    await this.chooses(choice);
    await this.presses('.pick button[data-when]');
    return this.path();
  }

  /** Pays the order that is open. */
  async pays(card = 'pm_card_visa') {
    // Where a card was declined, the page stands at the address that it was sent to.
    const order = this.path().replace(/\/pay$/, '');
    await this.page.locator(`[name=card][value="${card}"]`).check();
    await this.sends(`${order}/pay`);
  }

  async buys(matchNumber, choice) {
    const order = await this.holds(matchNumber, choice);
    await this.pays();
    await this.hasTickets();
    return order;
  }

  /** Waits for the tickets of the order that is open: they are issued soon after it is paid. */
  async hasTickets(number = 1) {
    await this.page.locator('.stub .qr svg').nth(number - 1).waitFor();
  }
}
