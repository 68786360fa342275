/** The words of the page, which the server prints in its language. */

export type Word = string | Readonly<Partial<Record<Intl.LDMLPluralRule, string>>>;
export type Values = Readonly<Record<string, string | number>>;

export class Words {
  readonly #words: Readonly<Record<string, Word>>;
  readonly #plurals: Intl.PluralRules;
  readonly #numbers: Intl.NumberFormat;

  constructor(
    words: Readonly<Record<string, Word>>,
    readonly locale: string,
  ) {
    this.#words = words;
    this.#plurals = new Intl.PluralRules(locale);
    this.#numbers = new Intl.NumberFormat(locale);
  }

  /** A word with its values in place; undefined where the page does not have it. A plural goes by `n`. */
  say(name: string, values: Values = {}): string | undefined {
    const word = this.#words[name];
    if (word === undefined) {
      return undefined;
    }
    const text = typeof word === 'string' ? word : (word[this.#plurals.select(Number(values.n))] ?? word.other);
    return text?.replace(/\{(\w+)\}/g, (hole, key: string) => {
      const value = values[key];
      return typeof value === 'number' ? this.#numbers.format(value) : (value ?? hole);
    });
  }
}
