// A reader of the documentation, whose pages have no language in their paths.

import { Visitor } from '../shop/visitor.mjs';

export class Reader extends Visitor {
  #url;

  constructor(context, url, locale) {
    super(context, url, locale);
    this.#url = url;
  }

  link(path) {
    return `${this.#url}${path}`;
  }

  /** The paths of all pages, as the list of all documents has them. */
  async paths() {
    return this.page.locator('nav.tree a').evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  }
}
