// Random valid documents over a schema: lists, objects, interfaces and unions, aliases, fragments named and nested, repeated and
// by every type condition, and @skip and @include by literals, variables and defaults on every kind of selection.

import { getNamedType, getNullableType, isAbstractType, isCompositeType, isListType, isNonNullType, isUnionType, parse, validate } from 'graphql';

import { blockString } from './strings.mjs';

const MOST_SELECTIONS = 45;

/** Levels of objects below the root; a subscription is kept for long and may select less. */
export const DEEPEST = { query: 5, mutation: 5, subscription: 3 };

// What a directive's variable is: how it is declared, what is sent, and what it comes to.
const SWITCHES = [
  { name: 'isOn', declared: 'Boolean! = true' },
  { name: 'isOff', declared: 'Boolean = false' },
  { name: 'sentOn', declared: 'Boolean!', sent: true },
  { name: 'sentOff', declared: 'Boolean! = true', sent: false },
  { name: 'sentOver', declared: 'Boolean = false', sent: true },
];

/** Operations that stand beside the one that is asked for, by its name. */
const OTHERS = ['query Other { match(matchNumber: 1) { id } }', 'mutation Other { signOut { success } }', 'subscription Other { availability { version } }'];

/**
 * `{ text, variables, calls }` of an operation of this kind, and its `operationName` where others stand beside it. `calls` are
 * the fields at its root: what may be asked there is `roots`, a list of `{ field, args }` whose arguments are JSON values.
 */
export function randomDocument(random, schema, kind, roots) {
  for (;;) {
    const made = new Draft(random, schema, kind, roots).document();
    // Names that clash make a document invalid; another is made then.
    if (validate(schema, parse(made.text, { noLocation: true })).length === 0) return made;
  }
}

class Draft {
  constructor(random, schema, kind, roots) {
    Object.assign(this, { random, schema, kind, roots, root: schema.getRootType(kind) });
    this.left = 4 + random.below(MOST_SELECTIONS);
    this.unions = Object.values(schema.getTypeMap()).filter(isUnionType);
    this.fragments = [];
    this.declared = new Map();
    this.variables = {};
    this.calls = [];
    // Some documents leave out nearly nothing, some nearly everything.
    this.directives = random.pick([0, 0.1, 0.3, 0.7]);
  }

  document() {
    const { root } = this;
    if (this.kind === 'subscription') this.called = [this.call(this.random.pick(this.roots))];
    const body = this.kind === 'subscription' ? this.subscribed(root) : this.selection(root, DEEPEST[this.kind]);
    const declared = [...this.declared].map(([name, type]) => `$${name}: ${type}`).join(', ');
    const isOneOfSeveral = this.random.chance(0.15);
    const head = declared || isOneOfSeveral || this.random.chance(0.3) ? `${this.kind} Named${declared && `(${declared})`} ` : this.kind === 'query' ? '' : `${this.kind} `;
    const fragments = this.fragments.map(({ name, on, body }) => `fragment ${name} on ${on} ${body}`);
    if (this.random.chance(0.5)) fragments.reverse();
    const parts = [head + body, ...fragments];
    if (isOneOfSeveral) parts.splice(this.random.below(parts.length + 1), 0, this.random.pick(OTHERS));
    const { variables, calls } = this;
    return { text: parts.join('\n'), variables, calls, ...(isOneOfSeveral && { operationName: 'Named' }) };
  }

  /** One field of the root, perhaps in several pieces. No directive may stand there. */
  subscribed(root) {
    const [call] = this.called;
    const pieces = Array.from({ length: 1 + this.random.below(2) }, () => `${call.head} ${this.below(root, call.field, DEEPEST.subscription)}`);
    return `{ ${pieces.map((piece) => (this.random.chance(0.3) ? `... on ${root.name} { ${piece} }` : piece)).join(' ')} }`;
  }

  /** A selection set of this type, in braces. */
  selection(type, depth) {
    const parts = [];
    const wanted = 1 + this.random.below(6);
    while (parts.length < wanted && (parts.length === 0 || this.left > 0)) {
      this.left -= 1;
      parts.push(this.part(type, depth));
    }
    return `{ ${parts.join(' ')} }`;
  }

  part(type, depth) {
    const chosen = this.random.below(10);
    if (chosen === 0) return `...${this.directive()} ${this.selection(type, depth)}`;
    if (chosen === 1 || (isAbstractType(type) && chosen < 7)) {
      const on = this.random.pick(this.narrowed(type));
      return `... on ${on.name}${this.directive()} ${this.selection(on, depth)}`;
    }
    if (chosen === 2 || chosen === 3) return `...${this.fragment(type, depth)}${this.directive()}`;
    return this.field(type, depth);
  }

  /** Types that a fragment within this one may be on. */
  narrowed(type) {
    if (isAbstractType(type)) return [type, ...this.schema.getPossibleTypes(type)];
    return [type, ...type.getInterfaces(), ...this.unions.filter((union) => union.getTypes().includes(type))];
  }

  fragment(type, depth) {
    const fitting = this.fragments.filter(({ on, depth: needs }) => on === type.name && needs <= depth);
    if (fitting.length > 0 && this.random.chance(0.6)) return this.random.pick(fitting).name;
    const on = this.random.chance(0.7) ? type : this.random.pick(this.narrowed(type));
    const body = this.selection(on, depth);
    const name = `F${this.fragments.length}`;
    this.fragments.push({ name, on: on.name, depth, body });
    return name;
  }

  field(type, depth) {
    if (type === this.root) return this.rootField(type, depth);
    // A union has no other field.
    if (isUnionType(type) || this.random.chance(0.1)) return `${this.random.pick(['', '', 'kind: '])}__typename${this.directive()}`;
    const fields = Object.values(type.getFields()).filter((field) => depth > 1 || !isCompositeType(getNamedType(field.type)));
    const composite = fields.filter((field) => isCompositeType(getNamedType(field.type)));
    // Objects are rarer than leaves, and what merges is in them.
    const field = composite.length > 0 && this.left > 4 && this.random.chance(0.5) ? this.random.pick(composite) : this.random.pick(fields);
    return `${this.alias(type, field)}${field.name}${this.directive()}${this.below(type, field.name, depth)}`;
  }

  alias(type, field) {
    if (this.random.chance(0.75)) return '';
    // Another field's name, the same for all; or one that no other type's field has.
    return this.random.chance(0.2) ? `${this.random.pick(Object.keys(type.getFields()))}: ` : `${field.name}Of${type.name}: `;
  }

  rootField(type, depth) {
    if (this.kind === 'query' && this.random.chance(0.05)) return `__typename${this.directive()}`;
    // The same call again, as another component of a page would make it.
    const again = this.calls.length > 0 && this.random.chance(0.4);
    const call = again ? this.random.pick(this.calls) : this.call(this.random.pick(this.roots));
    return `${call.head}${this.directive()} ${this.below(type, call.field, depth)}`;
  }

  /** A root field with its arguments, in the same words whenever it is called. */
  call({ field, args }) {
    const known = this.calls.find((call) => call.field === field && call.args === args);
    if (known) return known;
    const alias = this.calls.some((call) => call.field === field) || this.random.chance(0.2) ? `${field}${this.calls.length}: ` : '';
    const definition = this.rootArguments(field);
    const said = Object.entries(args ?? {}).map(([name, value]) => `${name}: ${this.argument(definition.get(name), value)}`);
    const unsaid = [...definition].filter(([name, type]) => !(name in (args ?? {})) && !isNonNullType(type));
    if (unsaid.length > 0 && this.random.chance(0.1)) said.push(this.withoutValue(...this.random.pick(unsaid)));
    const call = { field, args, key: alias ? alias.slice(0, -2) : field, head: `${alias}${field}${said.length > 0 ? `(${said.join(', ')})` : ''}` };
    this.calls.push(call);
    return call;
  }

  rootArguments(field) {
    return new Map(this.root.getFields()[field].args.map((argument) => [argument.name, argument.type]));
  }

  /** A value in the document, with variables in it or without, as a variable, or as a variable's default. */
  argument(type, value) {
    const how = this.random.below(4);
    if (how === 0) return this.literal(type, value);
    if (how === 1) return this.literal(type, value, (inner, part) => (this.random.chance(0.5) ? this.variable(inner, part) : undefined));
    return how === 2 ? this.sent(type, value) : this.byDefault(type, value);
  }

  variable(type, value) {
    return this.random.chance(0.7) ? this.sent(type, value) : this.byDefault(type, value);
  }

  sent(type, value) {
    const name = this.declare(type);
    this.variables[name] = value;
    return `$${name}`;
  }

  /** A nullable variable with a default may stand where null may not. */
  byDefault(type, value) {
    return `$${this.declare(`${getNullableType(type)} = ${this.literal(type, value)}`)}`;
  }

  declare(type) {
    const name = `v${this.declared.size}`;
    this.declared.set(name, String(type));
    return name;
  }

  literal(type, value, variable) {
    return literal(type, value, { variable, text: (said) => (this.random.chance(0.3) ? blockString(said) : JSON.stringify(said)) });
  }

  /** An argument that is left out, by a variable that is not sent. */
  withoutValue(name, type) {
    return `${name}: $${this.declare(type)}`;
  }

  directive() {
    if (!this.random.chance(this.directives)) return '';
    const one = () => `@${this.random.pick(['skip', 'include'])}(if: ${this.truth()})`;
    const [first, second] = [one(), one()];
    return this.random.chance(0.15) && first.slice(0, 3) !== second.slice(0, 3) ? ` ${first} ${second}` : ` ${first}`;
  }

  truth() {
    if (this.random.chance(0.3)) return String(this.random.chance(0.5));
    const { name, declared, sent } = this.random.pick(SWITCHES);
    this.declared.set(name, declared);
    if (sent !== undefined) this.variables[name] = sent;
    return `$${name}`;
  }

  /** What is selected below a field: nothing, or a selection set. */
  below(type, name, depth) {
    const named = getNamedType(type.getFields()[name].type);
    return isCompositeType(named) ? ` ${this.selection(named, depth - 1)}` : '';
  }
}

/**
 * A JSON value in the document's language: enums without quotes, names of fields too. Parts of it are what `variable` makes
 * of them, if anything; texts are as `text` writes them.
 */
export function literal(type, value, { variable = () => undefined, text = JSON.stringify } = {}) {
  const named = getNamedType(type);
  const part = (of, inner) => variable(of, inner) ?? literal(of, inner, { variable, text });
  if (Array.isArray(value)) {
    const nullable = getNullableType(type);
    return `[${value.map((item) => part(isListType(nullable) ? nullable.ofType : type, item)).join(', ')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const fields = named.getFields();
    return `{ ${Object.entries(value).map(([name, inner]) => `${name}: ${part(fields[name].type, inner)}`).join(', ')} }`;
  }
  if (typeof value === 'string') return named.getValue?.(value) ? value : text(value);
  return JSON.stringify(value);
}
