// Matchday beside graphql-js: documents over the whole schema, made from valid ones by one or two random changes, are let
// in or refused by both alike, and so are the values of variables.
//
//   DIFFERENTIAL_SEED       where the random numbers begin; the suite's own where it is unset
//   VALIDATION_DOCUMENTS    documents; half as many sets of variables
//
// A document that is judged otherwise is made smaller for as long as it is, and printed with its seed.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  getNamedType, getNullableType, getVariableValues, isCompositeType, isEnumType, isInputObjectType,
  isAbstractType, isListType, isNonNullType, isUnionType, Kind, parse, print, visit,
} from 'graphql';

import { startProgram } from '../program.mjs';
import { contract, kindOf, letIn } from './judgement.mjs';
import { seeded } from './seeded.mjs';
import { blockString } from './strings.mjs';
import { Ways } from './ways.mjs';

const SEED = Number(process.env.DIFFERENTIAL_SEED ?? 20221120);
const DOCUMENTS = Number(process.env.VALIDATION_DOCUMENTS ?? 3000);
const AT_ONCE = 12;
const MOST_SHRINKS = 400;

// What the program says of limits is no judgement on a document, nor what it says of the characters of a text.
const LIMITS = ['QUERY_TOO_COMPLEX', 'INTROSPECTION_DISABLED'];
const CHARACTERS = 'the control character';

// By these a document that is right changes nothing, and is not waited for: others are refused before they run.
const HARMLESS = { query: ['get', 'post', 'batch', 'socket', 'legacy', 'stream'], mutation: ['get'], subscription: ['get', 'post'] };
const ANY = [...HARMLESS.query, 'events', 'multipart'];
const UNLIMITED = 'anonymous=1000000000,customer=1000000000,steward=1000000000,admin=1000000000,address=1000000000';

let program;
let ways;
let schema;

before(async () => {
  program = await startProgram({
    MATCHDAY_LIMITS_CAPACITY: UNLIMITED, MATCHDAY_LIMITS_REFILL: UNLIMITED, MATCHDAY_BOTS_ENABLED: 'false',
  });
  ways = new Ways(program.url);
  schema = contract(await (await fetch(`${program.url}/schema.graphql`)).text());
});
after(async () => {
  await ways?.close();
  await program?.stop();
});

test(`documents are let in and refused as graphql-js judges them, from seed ${SEED}`, { timeout: 60_000 + DOCUMENTS * 40 }, async () => {
  const counts = { let: 0, refused: 0, limited: 0 };
  await all(DOCUMENTS, async (random) => {
    const printed = changed(random, valid(random));
    // Printed, a control character is an escape; as it is, it is none of the specification's white space.
    const text = random.chance(0.5) ? printed.replaceAll('\\u0007', '\u0007') : printed;
    const way = random.below(100);
    const wrong = await differs(text, way);
    counts[wrong.ours === undefined ? 'limited' : wrong.ours ? 'let' : 'refused'] += 1;
    return wrong.ours !== undefined && wrong.ours !== wrong.theirs ? shrunk(text, way) : undefined;
  });
  console.log(`${counts.let} were let in, ${counts.refused} refused, ${counts.limited} beyond a limit`);
  assert.ok(Math.min(counts.let, counts.refused) > DOCUMENTS / 10, 'both kinds are tried');
});

test(`values of variables are let in and refused as graphql-js judges them, from seed ${SEED}`, { timeout: 60_000 + DOCUMENTS * 40 }, async () => {
  const fields = ['Query', 'Mutation', 'Subscription'].flatMap((root) => Object.values(schema.getType(root).getFields()).map((field) => ({ root, field })));
  const withInputs = fields.filter(({ field }) => field.args.length > 0);
  await all(DOCUMENTS / 2, async (random) => {
    const { root, field } = random.pick(withInputs);
    const { type, name } = random.pick(field.args);
    const others = field.args.filter((other) => other.name !== name && isNonNullType(other.type));
    const passed = others.map((other) => `${other.name}: ${literal(random, other.type)}`);
    const selection = isCompositeType(getNamedType(field.type)) ? ' { __typename }' : '';
    const text = `${root.toLowerCase()} ($v: ${type}) { ${field.name}(${[`${name}: $v`, ...passed]})${selection} }`;
    const variables = random.chance(0.05) ? {} : { v: spoiled(random, value(random, type)) };
    const { definitions } = parse(text);
    const theirs = getVariableValues(schema, definitions[0].variableDefinitions, variables).errors === undefined;
    const answer = JSON.parse(await ways[random.pick(theirs ? HARMLESS[root.toLowerCase()] : ANY)]({ text, variables }));
    if (answer.errors?.some(({ message }) => message.includes(CHARACTERS))) return undefined;
    const ours = !answer.errors?.some(({ extensions, path }) => extensions?.code === 'BAD_USER_INPUT' && path === undefined);
    return ours === theirs ? undefined : `${text}\n${JSON.stringify(variables)}\n${JSON.stringify(answer)}`;
  });
});

/** Judges so many, some at once; fails with the first that is judged otherwise. */
async function all(count, judge) {
  let next = 0;
  const worker = async () => {
    while (next < count) {
      const place = (next += 1);
      const wrong = await judge(seeded(SEED * 100_003 + place));
      if (wrong !== undefined) assert.fail(`seed ${SEED}, number ${place}:\n${wrong}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Whether each lets a document in, by one of the ways that are harmless; `ours` is undefined where it is beyond a limit. */
async function differs(text, way) {
  const theirs = letIn(schema, text);
  const may = theirs ? HARMLESS[kindOf(text)] : ANY;
  const answer = JSON.parse(await ways[may[way % may.length]]({ text, variables: {} }));
  const errors = answer.errors ?? [];
  const isOf = (error, ...codes) => codes.includes(error.extensions?.code);
  if (errors.some((error) => isOf(error, ...LIMITS))) return { theirs };
  const ours = !errors.some((error) => isOf(error, 'GRAPHQL_PARSE_FAILED', 'GRAPHQL_VALIDATION_FAILED'));
  if (ours && errors.some(({ message }) => message.includes(CHARACTERS))) return { theirs };
  return { ours, theirs, answer };
}

/** The document without what it does not need to be judged otherwise. */
async function shrunk(text, way) {
  let [smallest, tries] = [text, 0];
  for (let found = true; found && tries < MOST_SHRINKS; ) {
    found = false;
    for (const smaller of withoutOne(smallest)) {
      if ((tries += 1) > MOST_SHRINKS) break;
      const { ours, theirs } = await differs(smaller, way);
      if (ours === undefined || ours === theirs) continue;
      [smallest, found] = [smaller, true];
      break;
    }
  }
  const { theirs, answer } = await differs(smallest, way);
  return `${smallest}\ngraphql-js ${theirs ? 'lets it in' : 'refuses it'}, the answer is ${JSON.stringify(answer)}`;
}

function* withoutOne(text) {
  let document;
  try {
    document = parse(text, { noLocation: true });
  } catch {
    return;
  }
  let count = 0;
  const nodes = (node) => visit(node, { enter: () => void (count += 1) });
  nodes(document);
  for (let place = 1; place < count; place += 1) {
    let at = -1;
    try {
      yield print(visit(document, { enter: () => ((at += 1) === place ? null : undefined) }));
    } catch {
      // It can't be left out.
    }
  }
}

// --- documents

/** A valid document with arguments, variables, fragments and directives. */
function valid(random) {
  for (let tries = 0; ; tries += 1) {
    const text = new Draft(random).document();
    if (letIn(schema, text)) return text;
    if (tries > 50) throw new Error(`no valid document is made:\n${text}`);
  }
}

class Draft {
  constructor(random) {
    Object.assign(this, { random, declared: [], fragments: [], left: 12 });
  }

  document() {
    const { random } = this;
    const kind = random.pick(['query', 'query', 'query', 'mutation', 'subscription']);
    const root = schema.getRootType(kind);
    const body = kind === 'subscription' ? `{ ${this.field(root, 2)} }` : this.selection(root, 3);
    const declared = this.declared.length > 0 ? `(${this.declared.join(', ')})` : '';
    return [`${kind} Named${declared} ${body}`, ...this.fragments].join('\n');
  }

  selection(type, depth) {
    const parts = Array.from({ length: 1 + this.random.below(3) }, () => this.part(type, depth));
    return `{ ${parts.join(' ')} }`;
  }

  part(type, depth) {
    const { random } = this;
    this.left -= 1;
    const on = random.chance(0.2) && type.getInterfaces?.().length > 0 ? type.getInterfaces()[0] : type;
    if (random.chance(0.12)) return `... on ${on.name} ${this.directive()}${this.selection(on, depth)}`;
    if (random.chance(0.12)) {
      const name = `F${this.fragments.length}`;
      this.fragments.push('');
      this.fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${this.selection(type, depth)}`;
      return `...${name}${this.directive()}`;
    }
    if (isAbstractType(type) && random.chance(0.5)) {
      const possible = random.pick(schema.getPossibleTypes(type));
      return `... on ${possible.name} ${this.selection(possible, depth)}`;
    }
    return isUnionType(type) || random.chance(0.1) ? `__typename${this.directive()}` : this.field(type, depth);
  }

  field(type, depth) {
    const { random } = this;
    const fields = Object.values(type.getFields());
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const chosen = (depth <= 1 || this.left < 0) && leaves.length > 0 ? leaves : fields;
    const field = random.pick(chosen);
    const given = field.args.filter((argument) => isNonNullType(argument.type) || random.chance(0.4));
    const passed = given.map((argument) => `${argument.name}: ${this.argument(argument)}`);
    const alias = random.chance(0.15) ? `${random.pick(['a', 'b', random.pick(fields).name])}: ` : '';
    const named = getNamedType(field.type);
    const below = isCompositeType(named) ? ` ${this.selection(named, depth - 1)}` : '';
    const directive = type === schema.getSubscriptionType() ? '' : this.directive();
    return `${alias}${field.name}${passed.length > 0 ? `(${passed.join(', ')})` : ''}${directive}${below}`;
  }

  argument({ type, defaultValue }) {
    const { random } = this;
    if (random.chance(0.6)) return literal(random, type, (inner) => this.variable(inner));
    if (isNonNullType(type) && defaultValue === undefined && random.chance(0.3)) {
      return this.variable(getNullableType(type), ` = ${literal(random, type)}`);
    }
    return this.variable(type, random.chance(0.2) ? ` = ${literal(random, type)}` : '');
  }

  variable(type, value = '') {
    const name = `v${this.declared.length}`;
    this.declared.push(`$${name}: ${type}${value}`);
    return `$${name}`;
  }

  directive() {
    const { random } = this;
    if (!random.chance(0.12)) return '';
    const condition = random.chance(0.5) ? 'true' : this.variable('Boolean', ' = false');
    return ` @${random.pick(['skip', 'include'])}(if: ${condition})`;
  }
}

/** A value in the language of documents, some of it by `variable`. */
function literal(random, type, variable) {
  if (isNonNullType(type)) return literal(random, type.ofType, variable);
  if (variable && random.chance(0.1)) return variable(`${type}!`);
  if (isListType(type)) return random.chance(0.2) ? literal(random, type.ofType, variable) : `[${literal(random, type.ofType, variable)}]`;
  if (isInputObjectType(type)) {
    const given = Object.values(type.getFields()).filter((field) => (isNonNullType(field.type) && field.defaultValue === undefined) || random.chance(0.3));
    return `{ ${given.map((field) => `${field.name}: ${literal(random, field.type, variable)}`).join(', ')} }`;
  }
  if (isEnumType(type)) return random.pick(type.getValues()).name;
  const said = leaf(random, type);
  return typeof said === 'string' && random.chance(0.3) ? blockString(said) : JSON.stringify(said);
}

/** A value in JSON. */
function value(random, type) {
  if (isNonNullType(type)) return value(random, type.ofType);
  if (random.chance(0.1)) return null;
  if (isListType(type)) return random.chance(0.2) ? value(random, type.ofType) : [value(random, type.ofType)];
  if (isInputObjectType(type)) {
    const given = Object.values(type.getFields()).filter((field) => isNonNullType(field.type) || random.chance(0.4));
    return Object.fromEntries(given.map((field) => [field.name, value(random, field.type)]));
  }
  return isEnumType(type) ? random.pick(type.getValues()).name : leaf(random, type);
}

function leaf(random, { name }) {
  switch (name) {
    case 'Int': return random.pick([0, 1, 7, -1]);
    case 'Boolean': return random.chance(0.5);
    case 'DateTime': return '2022-11-20T16:00:00Z';
    case 'Decimal': return random.pick(['80.00', 75, 12.5]);
    case 'ID': return random.pick(['TWF0Y2g6MQ', 'TWF0Y2g6MQ', 5, 5, 'a \u0007']);
    default: return random.pick(['a', 'some text', '', 'a \u0007']);
  }
}

/** JSON with perhaps one thing changed anywhere in it. */
function spoiled(random, whole) {
  if (random.chance(0.3)) return whole;
  const wrong = () => random.pick([null, 5, 1.5, 2147483648, 3.0, 'x', '', true, [], {}, [[1]], { nothing: 1 }]);
  if (whole === null || typeof whole !== 'object' || random.chance(0.2)) return wrong();
  const copy = Array.isArray(whole) ? [...whole] : { ...whole };
  const keys = Object.keys(copy);
  if (keys.length === 0) return wrong();
  const key = random.pick(keys);
  if (!Array.isArray(copy) && random.chance(0.2)) delete copy[key];
  else if (!Array.isArray(copy) && random.chance(0.1)) copy.unheardOf = 1;
  else copy[key] = spoiled(random, copy[key]);
  return copy;
}

// --- changes

/** A document with one or two random changes, of which some leave it valid. */
function changed(random, text) {
  let document = parse(text, { noLocation: true });
  for (let changes = random.below(3); changes > 0; changes -= 1) document = changedOnce(random, document);
  return print(document);
}

function changedOnce(random, document) {
  const names = { kinds: new Map() };
  visit(document, { enter: (node) => void names.kinds.set(node.kind, [...(names.kinds.get(node.kind) ?? []), node]) });
  const nodes = [...names.kinds.values()].flat();
  const change = random.pick(CHANGES);
  for (let tries = 0; tries < 20; tries += 1) {
    const node = random.pick(nodes);
    const replaced = change(random, node, names.kinds);
    if (replaced === undefined) continue;
    let isDone = false;
    return visit(document, {
      enter(found) {
        // What takes its place may hold it again.
        if (isDone || found !== node) return undefined;
        isDone = true;
        return replaced;
      },
    });
  }
  return document;
}

const name = (value) => ({ kind: Kind.NAME, value });
const anyType = (random) => random.pick(Object.keys(schema.getTypeMap()).filter((known) => !known.startsWith('__')));
const anyValue = (random) => parseValueOf(random.pick(['null', '1', '1.5', '"x"', 'true', 'OPEN', '[]', '[1]', '{}', '{a: 1}', '$v0', '99999999999', '"2022-11-20T16:00:00Z"']));
const parseValueOf = (text) => parse(`{ a(b: ${text}) }`, { noLocation: true }).definitions[0].selectionSet.selections[0].arguments[0].value;

const CHANGES = [
  // A field's name, an alias, an argument's name.
  (random, node) => (node.kind === Kind.FIELD ? { ...node, name: name(random.pick(['id', 'nothing', 'nodes', 'match', '__typename', 'amount', 'category'])) } : undefined),
  (random, node) => (node.kind === Kind.FIELD ? { ...node, alias: name(random.pick(['a', 'b', 'id', 'category'])) } : undefined),
  (random, node) => (node.kind === Kind.FIELD ? { ...node, selectionSet: node.selectionSet ? undefined : parse('{ id __typename }').definitions[0].selectionSet } : undefined),
  (random, node) => (node.kind === Kind.ARGUMENT ? { ...node, name: name(random.pick(['first', 'nothing', 'input', 'if'])) } : undefined),
  (random, node) => (node.kind === Kind.ARGUMENT ? null : undefined),
  (random, node) => (node.kind === Kind.ARGUMENT ? { ...node, value: anyValue(random) } : undefined),
  (random, node) => (node.kind === Kind.OBJECT_FIELD ? { ...node, value: anyValue(random) } : undefined),
  (random, node) => (node.kind === Kind.OBJECT_FIELD ? (random.chance(0.5) ? null : { ...node, name: name('nothing') }) : undefined),
  (random, node) => (node.kind === Kind.OBJECT ? { ...node, fields: [...node.fields, ...node.fields.slice(0, 1)] } : undefined),
  (random, node) => (node.kind === Kind.LIST ? { ...node, values: [...node.values, anyValue(random)] } : undefined),
  // Types of variables and fragments.
  (random, node) => (node.kind === Kind.VARIABLE_DEFINITION ? null : undefined),
  (random, node) => (node.kind === Kind.VARIABLE_DEFINITION ? { ...node, defaultValue: random.chance(0.3) ? undefined : parseValueOf(random.pick(['null', '1', '"x"', 'true', '{}', '[1]', 'OPEN'])) } : undefined),
  (random, node) => (node.kind === Kind.VARIABLE_DEFINITION ? { ...node, type: node.type.kind === Kind.NON_NULL_TYPE ? node.type.type : random.chance(0.5) && node.type.kind === Kind.NAMED_TYPE ? { kind: Kind.LIST_TYPE, type: node.type } : { kind: Kind.NON_NULL_TYPE, type: node.type } } : undefined),
  (random, node) => (node.kind === Kind.NAMED_TYPE ? { ...node, name: name(random.chance(0.1) ? 'Nothing' : anyType(random)) } : undefined),
  (random, node, kinds) => (node.kind === Kind.OPERATION_DEFINITION && kinds.has(Kind.VARIABLE_DEFINITION) ? { ...node, variableDefinitions: [...node.variableDefinitions, random.pick(kinds.get(Kind.VARIABLE_DEFINITION))] } : undefined),
  (random, node) => (node.kind === Kind.VARIABLE ? { ...node, name: name(random.pick(['v0', 'v1', 'nothing'])) } : undefined),
  // Fragments: unknown, unused, in a circle; selections twice or of another place.
  (random, node) => (node.kind === Kind.FRAGMENT_SPREAD ? { ...node, name: name(random.pick(['F0', 'F1', 'Nothing'])) } : undefined),
  (random, node) => (node.kind === Kind.FRAGMENT_DEFINITION ? null : undefined),
  (random, node) => (node.kind === Kind.DOCUMENT ? { ...node, definitions: [...node.definitions, random.pick(node.definitions)] } : undefined),
  (random, node, kinds) => (node.kind === Kind.SELECTION_SET ? { ...node, selections: [...node.selections, ...random.pick(kinds.get(Kind.SELECTION_SET)).selections] } : undefined),
  (random, node, kinds) => (node.kind === Kind.SELECTION_SET && kinds.has(Kind.FRAGMENT_SPREAD) ? { ...node, selections: [...node.selections, random.pick(kinds.get(Kind.FRAGMENT_SPREAD))] } : undefined),
  // Directives, and the operation itself.
  (random, node) => ('directives' in node ? { ...node, directives: parse(`{ a ${random.pick(['@skip(if: true)', '@include(if: $v0)', '@nothing', '@skip', '@include(if: 1)', '@include(if: true) @include(if: true)', '@deprecated', '@skip(if: false, if: true)', '@specifiedBy(url: "x")'])} }`, { noLocation: true }).definitions[0].selectionSet.selections[0].directives } : undefined),
  (random, node) => (node.kind === Kind.OPERATION_DEFINITION ? { ...node, operation: random.pick(['query', 'mutation', 'subscription']) } : undefined),
  (random, node) => (node.kind === Kind.OPERATION_DEFINITION ? { ...node, name: random.chance(0.5) ? undefined : name('Named') } : undefined),
  (random, node) => (node.kind === Kind.DOCUMENT ? { ...node, definitions: [...node.definitions, ...parse('query Other { me { id } }', { noLocation: true }).definitions] } : undefined),
];
