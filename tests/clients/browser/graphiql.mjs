// One open GraphiQL page, in a person's words. It waits for what the page shows, never for time to pass.

import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SECONDS = 20;

export const artefacts = fileURLToPath(new URL('../../../artefacts', import.meta.url));
export const picture = (name) => path.join(artefacts, `graphiql-${name}.png`);

export const DESK = { width: 1440, height: 900 };
export const PHONE = { width: 390, height: 844 };

export class Person {
  #page;
  /** What went wrong in the page, and what it asked of other hosts: nothing, if all is well. */
  troubles = [];

  /** Opens a page in a browser of its own; `options` are Playwright's of a context. */
  static async opens(browser, url, options = {}) {
    return Person.opensIn(await browser.newContext({ viewport: DESK, ...options }), url);
  }

  /** Opens another window of a browser. */
  static async opensIn(context, url) {
    const person = new Person(await context.newPage(), url);
    await person.#page.goto(`${url}/graphiql`);
    await person.isReady();
    return person;
  }

  constructor(page, url) {
    this.#page = page;
    page.setDefaultTimeout(SECONDS * 1000);
    page.on('pageerror', (error) => this.troubles.push(`error: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(`console: ${message.text()}`);
    });
    page.on('request', (request) => {
      const asked = new URL(request.url());
      if (asked.protocol.startsWith('http') && asked.origin !== url) this.troubles.push(`request: ${request.url()}`);
    });
  }

  get page() {
    return this.#page;
  }

  get context() {
    return this.#page.context();
  }

  /** Waits until the editors and the schema, or why there is none, are there. */
  async isReady() {
    await this.#page.locator('.graphiql-query-editor .view-line').first().waitFor();
    await this.#page.locator('.result-window .monaco-editor').first().waitFor();
    await this.#page.getByRole('button', { name: 'Re-fetch GraphQL schema' }).and(this.#page.locator(':enabled')).waitFor();
  }

  async tabs() {
    return this.#page.locator('.graphiql-tabs [role=tab]').allInnerTexts();
  }

  async opensTab(title) {
    await this.#page.locator('.graphiql-tab-button').and(this.#page.getByTitle(title, { exact: true })).click();
    await this.#isAt(title);
  }

  async #isAt(title) {
    await this.#page.locator('.graphiql-tab-active .graphiql-tab-button').and(this.#page.getByTitle(title, { exact: true })).waitFor();
  }

  /** Opens an example of the side panel. */
  async opensExample(name) {
    await this.opensPanel('Examples');
    const panel = this.#page.getByRole('region', { name: 'Examples' });
    const button = panel.getByRole('button').filter({ has: this.#page.getByText(name, { exact: true }) });
    // Those that are no steps are behind a word of their group.
    if (!(await button.isVisible())) await panel.getByText(new RegExp(`^Also:.*\\b${name}\\b`)).click();
    await button.click();
    await this.#isAt(name);
  }

  async opensPanel(title) {
    const closed = this.#page.getByRole('button', { name: `Show ${title}` });
    if (await closed.isVisible()) await closed.click();
    await this.#page.getByRole('region', { name: title }).waitFor();
  }

  /** Goes to the step that the page proposes, which has to be this one. */
  async goesOn(name) {
    await this.#page.getByRole('button', { name: `Next: ${name}`, exact: true }).click();
    await this.#isAt(name);
  }

  /** Runs the operation of the open tab; `name` where the tab has several. */
  async runs(name) {
    const button = this.#page.locator('.graphiql-execute-button');
    // GraphiQL learns a moment after a change of tabs how many operations there are.
    const ready = name ? '[aria-haspopup=menu]' : ':not([aria-haspopup=menu])';
    await this.#page.locator(`.graphiql-execute-button${ready}`).waitFor();
    await button.click();
    if (name) await this.#page.getByRole('menuitem', { name, exact: true }).click();
  }

  async stops() {
    await this.#page.getByRole('button', { name: 'Stop query' }).click();
    await this.#page.getByRole('button', { name: 'Execute query' }).waitFor();
  }

  /** Replaces the text of the editor named Variables or Headers. */
  async types(editor, text) {
    await this.#page.getByRole('button', { name: editor, exact: true }).click();
    await this.#page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines').click();
    await this.#page.keyboard.press('ControlOrMeta+A');
    await this.#pastes(text);
  }

  // Pasted, since the editor closes brackets and quotes that are typed.
  async #pastes(text) {
    await this.#page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      const paste = new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData });
      document.activeElement.dispatchEvent(paste);
    }, text);
  }

  /** The variables of the open tab. */
  async variables() {
    return JSON.parse(await this.#text('variables.json'));
  }

  /** Waits until the variables of the open tab are such. */
  async hasVariables(holds) {
    const deadline = Date.now() + SECONDS * 1000;
    let shown;
    while (!(shown = parsed(await this.#text('variables.json'))) || !holds(shown)) {
      if (Date.now() > deadline) throw new Error(`the variables are ${JSON.stringify(shown)}`);
      await this.#page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  /** Opens a new tab with this operation. */
  async typesOperation(text) {
    await this.#page.getByRole('button', { name: 'New tab' }).click();
    await this.#page.locator('.graphiql-query-editor .view-lines').click();
    await this.#page.keyboard.press('ControlOrMeta+A');
    await this.#pastes(text);
  }

  /** The answer, as soon as there is one that `holds`. */
  async reads(holds = () => true) {
    const shown = this.#page.locator('.result-window');
    await shown.locator('.view-line').first().waitFor();
    const deadline = Date.now() + SECONDS * 1000;
    for (;;) {
      const answer = parsed(await this.answerText());
      if (answer !== undefined && holds(answer)) return answer;
      if (Date.now() > deadline) throw new Error(`the answer never came; shown is ${JSON.stringify(answer)}`);
      await this.#page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  /** The whole answer as the page has it, also what is folded or out of sight. */
  async answerText() {
    return this.#text('response.json');
  }

  // From the editor's model: what is out of sight is not in the document.
  async #text(name) {
    return this.#page.evaluate((name) => {
      const models = globalThis.__MONACO.editor.getModels();
      return models.find((model) => model.uri.path.endsWith(name))?.getValue();
    }, name);
  }

  /** Waits until the answer in sight has this text, or has it no more. */
  async seesInAnswer(text, isThere = true) {
    const line = this.#page.locator('.result-window .view-line').filter({ hasText: text }).first();
    await line.waitFor({ state: isThere ? 'visible' : 'detached' });
  }

  /** To its end, by the keyboard: Chromium's wheel turns by one notch, however far it is asked to. */
  async scrollsAnswer() {
    await this.#page.locator('.result-window .view-lines').click({ position: { x: 200, y: 10 } });
    await this.#page.keyboard.press('Control+End');
  }

  async boxOf(selector) {
    return box(this.#page.locator(selector));
  }

  async boxOfQueryLine(text) {
    return box(this.#page.locator('.graphiql-query-editor .view-line').filter({ hasText: text }));
  }

  /** Where a link of this text leads. */
  async linkOf(text) {
    return this.#page.getByRole('link', { name: text, exact: true }).evaluate(({ href }) => href);
  }

  /** Follows a link within the documentation explorer. */
  async followsInDocs(name) {
    await this.#page.locator('.graphiql-doc-explorer').getByRole('link', { name, exact: true }).first().click();
    await this.#page.locator('.graphiql-doc-explorer-title').getByText(name, { exact: true }).waitFor();
  }

  /** The command of the panel that gives a role. */
  async command(role) {
    return this.#page.locator('.matchday-plan code').filter({ hasText: `--role ${role}` }).innerText();
  }

  /** The steps that the panel marks as done. */
  async doneSteps() {
    return this.#page.locator('.matchday-plan li').filter({ has: this.#page.locator('.matchday-done') }).locator('strong').allInnerTexts();
  }

  async reloads() {
    await this.#page.reload();
    await this.isReady();
  }

  /** Waits until the browser holds another value of a cookie that no script can read. */
  async seesAnother(cookie) {
    const value = async () => (await this.context.cookies()).find(({ name }) => name === cookie)?.value;
    const [before, deadline] = [await value(), Date.now() + SECONDS * 1000];
    if (!before) throw new Error(`there is no cookie ${cookie}`);
    while ((await value()) === before) {
      if (Date.now() > deadline) throw new Error(`${cookie} stays as it is`);
      await this.#page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  async sees(text) {
    await this.#page.getByText(text).first().waitFor();
  }

  /** Opens an account of their own by the example, and returns its email. */
  async signsUp() {
    await this.opensExample('SignUp');
    const { email } = await this.variables();
    await this.runs();
    await this.isSignedIn(email);
    return email;
  }

  async isSignedIn(name) {
    await this.#page.locator('.matchday-session').filter({ hasText: name }).waitFor();
  }

  async isSignedOut() {
    await this.#page.locator('.matchday-session').waitFor({ state: 'detached' });
  }

  async signsOut() {
    await this.#page.getByRole('button', { name: 'Sign out' }).click();
    await this.isSignedOut();
  }

  async photographs(path) {
    await this.#page.screenshot({ path });
  }
}

/** Where an element is on the screen; Monaco may just be writing its lines anew. */
async function box(locator) {
  for (;;) {
    await locator.waitFor();
    const found = await locator.boundingBox();
    if (found) return found;
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
