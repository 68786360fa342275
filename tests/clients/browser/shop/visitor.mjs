// One person at one device, who notices whatever a page does that it should not.

import assert from 'node:assert/strict';

import { guardsMissing } from './guards.mjs';

const SECONDS = 15;

export class Visitor {
  /** What went wrong: nothing, if all is well. */
  troubles = [];
  #url;
  #expected = [];
  #document;

  /** `options` are Playwright's own of a context; the language is that of the paths. */
  static async arrives({ browser, url }, { locale = 'en', width = 1280, height = 800, scheme = 'light', ...options } = {}) {
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      locale,
      timezoneId: 'Europe/Madrid',
      ...options,
    });
    const visitor = new this(context, url, locale);
    await visitor.opensTab();
    return visitor;
  }

  constructor(context, url, locale) {
    this.context = context;
    this.locale = locale;
    this.#url = url;
    context.on('page', (page) => this.#watches(page));
    context.setDefaultTimeout(SECONDS * 1000);
  }

  async opensTab() {
    this.page = await this.context.newPage();
    return this.page;
  }

  #watches(page) {
    page.on('pageerror', (error) => this.#notes(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      // The browser writes the status of a page that is itself the answer, and that a test looks at.
      if (message.text().startsWith('Failed to load resource') && message.location().url === page.url()) return;
      this.#notes(`console: ${message.text()} (${message.location().url})`);
    });
    page.on('request', (request) => {
      const asked = new URL(request.url());
      if (asked.protocol.startsWith('http') && asked.origin !== this.#url) this.#notes(`request: ${request.url()}`);
    });
    page.on('response', (response) => {
      if (response.request().resourceType() !== 'document' || new URL(response.url()).origin !== this.#url) return;
      if (response.request().frame() === page.mainFrame()) this.#document = response;
      const { pathname } = new URL(response.url());
      // Stands for a bank, which is elsewhere.
      if (pathname.startsWith('/sandbox/')) return;
      for (const missing of guardsMissing(response)) this.#notes(`header of ${pathname}: ${missing}`);
    });
  }

  #notes(trouble) {
    if (!this.#expected.some((pattern) => pattern.test(trouble))) this.troubles.push(trouble);
  }

  /** From now on troubles like this are part of the test, such as the lines of a socket that finds no server. */
  expects(pattern) {
    this.#expected.push(pattern);
  }

  link(path) {
    return `${this.#url}/${this.locale}${path}`;
  }

  /** Opens a path below the language's, which has to answer with this status. */
  async goes(path, { status = 200 } = {}) {
    const response = await this.page.goto(this.link(path));
    assert.equal(response.status(), status, `${response.url()}`);
    return response;
  }

  /** The path that the page has, below the language's. */
  path() {
    const { pathname, search } = new URL(this.page.url());
    return `${pathname.slice(1 + this.locale.length)}${search}`;
  }

  /** The page as the server sent it. */
  async source() {
    return this.#document.text();
  }

  status() {
    return this.#document.status();
  }

  /** Waits until the page says what matches, wherever it does. */
  async sees(text) {
    await this.page.getByText(text).first().waitFor();
  }

  /** Presses a button that posts its form, and waits for the page that comes of it. */
  async presses(button) {
    const locator = typeof button === 'string' ? this.page.locator(button) : button;
    await Promise.all([this.page.waitForEvent('load'), locator.click()]);
  }

  async leaves() {
    await this.context.close();
    assert.deepEqual(this.troubles, []);
  }
}
