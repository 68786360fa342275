// The reference: what graphql-js answers a document with, over data that one plain question for everything has read.

import {
  GraphQLError, buildSchema, executeSync, getNamedType, getNullableType, getOperationAST, isAbstractType, isCompositeType, isLeafType,
  isListType, isNonNullType, parse, print,
} from 'graphql';

/** What is another at each request: that something is there is compared, and not what. */
const VOLATILE = new Set([
  'AddressRule.createdAt', 'AltchaChallenge.challenge', 'AltchaChallenge.salt', 'AltchaChallenge.signature',
  'DeleteAccountPayload.deletedAt', 'ExportMyDataPayload.createdAt', 'ExportMyDataPayload.fileName', 'ExportMyDataPayload.json', 'Query.now',
  'RateLimit.remaining', 'RateLimit.resetAt', 'RateLimitBucket.remaining', 'RateLimitBucket.resetAt', 'RevokedTicketConnection.until', 'SecurityEvent.count',
  'SecurityEvent.lastAt', 'SessionPayload.accessToken', 'SessionPayload.expiresAt', 'SessionPayload.refreshToken', 'Ticket.passUrl',
]);

/** Stands for a value that is not compared. */
export const SOME = { toJSON: () => 'some' };

export class Reference {
  constructor(sdl) {
    this.schema = buildSchema(sdl);
    // Without errors that spread: what fails is then known field by field.
    this.lenient = lenient(buildSchema(sdl));
    for (const schema of [this.schema, this.lenient]) {
      for (const type of Object.values(schema.getTypeMap())) if (isLeafType(type)) type.serialize = (value) => value;
    }
  }

  /** A selection of everything, without fragments but those that an interface needs; none of a leaf. */
  everything(type, levels) {
    if (isLeafType(type)) return '';
    if (isAbstractType(type)) {
      const of = (object) => `... on ${object.name} ${this.fields(object, levels, `${object.name}_`)}`;
      return `{ __typename ${this.schema.getPossibleTypes(type).map(of).join(' ')} }`;
    }
    return this.fields(type, levels, '');
  }

  fields(type, levels, prefix) {
    const selected = Object.values(type.getFields()).flatMap(({ name, type: of }) => {
      const named = getNamedType(of);
      const alias = prefix && `${prefix}${name}: `;
      if (!isCompositeType(named)) return [`${alias}${name}`];
      return levels > 1 ? [`${alias}${name} ${this.everything(named, levels - 1)}`] : [];
    });
    return `{ ${selected.join(' ')} }`;
  }

  /** What everything of a root field was answered with. */
  rootData(kind, field, value) {
    const root = this.schema.getRootType(kind);
    return VOLATILE.has(`${root.name}.${field}`) ? SOME : this.data(root.getFields()[field].type, value);
  }

  /** What everything of a type was answered with, by the names of its fields. */
  data(type, value) {
    if (value === null || value === undefined) return value;
    if (Array.isArray(value)) return value.map((item) => this.data(type, item));
    const named = getNamedType(type);
    const object = isAbstractType(named) ? this.schema.getType(value.__typename) : named;
    const prefix = isAbstractType(named) ? `${object.name}_` : '';
    const known = { __typename: object.name };
    for (const { name, type: of } of Object.values(object.getFields())) {
      const found = value[`${prefix}${name}`];
      if (found === undefined) continue;
      const isVolatile = found !== null && VOLATILE.has(`${object.name}.${name}`);
      known[name] = isVolatile ? SOME : isCompositeType(getNamedType(of)) ? this.data(of, found) : found;
    }
    return known;
  }

  /** The document with what `selected` says of each of its calls asked for once more, under the call's own key. */
  besides({ text, calls, operationName }, selected) {
    const document = parse(text);
    const operation = getOperationAST(document, operationName);
    const asked = parse(`mutation { ${calls.map(({ head, field }) => `${head} ${selected(field)}`).join(' ')} }`);
    operation.selectionSet.selections.push(...asked.definitions[0].selectionSet.selections);
    return print(document);
  }

  /** Anything that a field of this type may come to, where it is not known and not shown. */
  anything(type) {
    if (!isNonNullType(type)) return null;
    const of = type.ofType;
    if (isListType(of)) return [];
    if (!isCompositeType(of)) return SOME;
    const object = isAbstractType(of) ? this.schema.getPossibleTypes(of)[0] : of;
    const fields = Object.values(object.getFields()).map(({ name, type: inner }) => [name, () => this.anything(inner)]);
    return Object.fromEntries([['__typename', object.name], ...fields]);
  }

  /**
   * `{ data, errors, calls }` of a document. `answer(key)` is what the root field of this key comes to: data, or a thrown error;
   * `calls` are the keys that were asked for it, in their order.
   */
  answer({ text, variables, operationName }, answer) {
    const document = parse(text);
    const names = ['query', 'mutation', 'subscription'].flatMap((kind) => Object.keys(this.schema.getRootType(kind).getFields()));
    const run = (schema) => {
      const calls = [];
      const called = (_args, _context, { path }) => (calls.push(path.key), answer(path.key));
      const rootValue = Object.fromEntries(names.map((name) => [name, called]));
      const typeResolver = ({ __typename }) => __typename;
      return { ...executeSync({ schema, document, operationName, rootValue, variableValues: variables, typeResolver }), calls };
    };
    const { data, errors, calls } = run(this.schema);
    // The fields of a mutation are executed one after the other, up to the first that fails; of a query all at once, so that
    // all that fail are told.
    const isSerial = getOperationAST(document, operationName).operation === 'mutation';
    const found = isSerial ? errors : run(this.lenient).errors;
    return { data, errors: (found ?? []).map(told), calls };
  }
}

/** The schema with roots of which every field may be null. */
function lenient(schema) {
  for (const kind of ['query', 'mutation', 'subscription']) {
    for (const field of Object.values(schema.getRootType(kind).getFields())) field.type = getNullableType(field.type);
  }
  return schema;
}

/** What of an error is compared. */
export function told({ message, path, locations, extensions }) {
  return { message, path: [...(path ?? [])], locations: (locations ?? []).map(({ line, column }) => ({ line, column })), code: extensions?.code };
}

/** An error of the server, as a resolver throws it. */
export const thrown = ({ message, extensions }) => new GraphQLError(message, { extensions });

/** Where two results differ: nowhere, or a path and both sides. Volatile values are alike if they are there. */
export function difference(expected, found, path = []) {
  const differ = () => ({ at: path.join('.') || 'data', expected, found });
  if (expected === SOME) return found === null || found === undefined ? differ() : undefined;
  if (expected === null || typeof expected !== 'object') return expected === found ? undefined : differ();
  if (found === null || typeof found !== 'object' || Array.isArray(expected) !== Array.isArray(found)) return differ();
  const [keys, others] = [Object.keys(expected), Object.keys(found)];
  if (keys.join() !== others.join()) return differ();
  for (const key of keys) {
    const inner = difference(expected[key], found[key], [...path, key]);
    if (inner) return inner;
  }
  return undefined;
}
