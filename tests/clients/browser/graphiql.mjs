// One open GraphiQL page, in a person's words. It waits for what the page shows, never for time to pass.

const SECONDS = 20;

export class Person {
  #page;
  /** What went wrong in the page, and what it asked of other hosts: nothing, if all is well. */
  troubles = [];

  static async opens(browser, url, options = {}) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
    const person = new Person(await context.newPage(), url);
    await person.#page.goto(`${url}/graphiql`);
    // The schema has come once the documentation lists its roots.
    await person.#page.getByRole('button', { name: 'Show Documentation Explorer' }).click();
    await person.#page.locator('.graphiql-doc-explorer').getByRole('link', { name: 'Mutation' }).waitFor();
    await person.#page.getByRole('button', { name: 'Hide Documentation Explorer' }).click();
    await person.#page.locator('.graphiql-query-editor .view-line').first().waitFor();
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

  async tabs() {
    return this.#page.locator('.graphiql-tabs [role=tab]').allInnerTexts();
  }

  async opensTab(title) {
    await this.#page.getByRole('tab', { name: title, exact: true }).click();
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
    // Pasted, since the editor closes brackets and quotes that are typed.
    await this.#page.evaluate((pasted) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData('text/plain', pasted);
      const paste = new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData });
      document.activeElement.dispatchEvent(paste);
    }, text);
  }

  /** The answer, as soon as there is one that `holds`. */
  async reads(holds = () => true) {
    const shown = this.#page.locator('.result-window');
    await shown.locator('.view-line').first().waitFor();
    const deadline = Date.now() + SECONDS * 1000;
    for (;;) {
      const answer = await this.#answer();
      if (answer !== undefined && holds(answer)) return answer;
      if (Date.now() > deadline) throw new Error(`the answer never came; shown is ${JSON.stringify(answer)}`);
      await this.#page.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  // From the editor's model: what is out of sight is not in the document.
  async #answer() {
    const text = await this.#page.evaluate(() => {
      const models = globalThis.__MONACO.editor.getModels();
      return models.find((model) => model.uri.path.endsWith('response.json'))?.getValue();
    });
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }

  async reloads() {
    await this.#page.reload();
    await this.#page.locator('.graphiql-query-editor .view-line').first().waitFor();
  }

  /** Waits until the browser holds another value of a cookie that no script can read. */
  async seesAnother(cookie) {
    const value = async () => (await this.#page.context().cookies()).find(({ name }) => name === cookie)?.value;
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

  async signsOut() {
    await this.#page.getByRole('button', { name: 'Sign out' }).click();
    await this.#page.locator('.matchday-session').waitFor({ state: 'detached' });
  }

  async opensExample(title) {
    const closed = this.#page.getByRole('button', { name: 'Show Examples' });
    if (await closed.isVisible()) await closed.click();
    await this.#page.getByRole('region', { name: 'Examples' }).getByText(title, { exact: true }).click();
  }

  async photographs(path) {
    await this.#page.screenshot({ path });
  }
}
