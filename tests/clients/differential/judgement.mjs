// How graphql-js judges documents over the schema, whose own scalars it is told of.

import { Kind, OperationTypeNode, buildSchema, parse, specifiedRules, validate, visit } from 'graphql';

/** The schema with its scalars. */
export function contract(sdl) {
  const schema = buildSchema(sdl);
  const decimal = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
  scalar(schema, 'DateTime', (value) => typeof value === 'string' && time.test(value), (node) => node.kind === Kind.STRING && time.test(node.value));
  scalar(schema, 'Decimal', (value) => typeof value === 'number' || (typeof value === 'string' && decimal.test(value)),
    (node) => [Kind.INT, Kind.FLOAT].includes(node.kind) || (node.kind === Kind.STRING && decimal.test(node.value)));
  return schema;
}

function scalar(schema, name, isValue, isLiteral) {
  const type = schema.getType(name);
  const checked = (is) => (value) => {
    if (!is(value)) throw new TypeError(`it is not a ${name}`);
    return value;
  };
  Object.assign(type, { parseValue: checked(isValue), parseLiteral: checked(isLiteral) });
}

/** The kind of a document's operation; of several, the one that may do least. */
export function kindOf(text) {
  const kinds = parse(text).definitions.map(({ operation }) => operation);
  return ['mutation', 'subscription', 'query'].find((kind) => kinds.includes(kind));
}

/** Whether graphql-js 16 lets a document in, but for where it does not do as the specification of September 2025 says. */
export function letIn(schema, text) {
  let document;
  try {
    document = parse(text);
  } catch {
    return false;
  }
  // At the root of a subscription no selection may be conditional. It lets them in.
  if (document.definitions.some((of) => of.operation === OperationTypeNode.SUBSCRIPTION && isConditional(document, of.selectionSet))) return false;
  // Texts are the same if their values are. It compares how they are written: a block string is none but itself.
  const unblocked = visit(document, { StringValue: (node) => (node.block ? { ...node, block: false } : undefined) });
  return validate(schema, unblocked, specifiedRules).length === 0;
}

/** Whether a selection of this set depends on a condition, those of its fragments included. */
function isConditional(document, { selections }, spread = new Set()) {
  return selections.some((selection) => {
    if (selection.directives.some((directive) => ['skip', 'include'].includes(directive.name.value))) return true;
    if (selection.kind === Kind.INLINE_FRAGMENT) return isConditional(document, selection.selectionSet, spread);
    if (selection.kind !== Kind.FRAGMENT_SPREAD || spread.has(selection.name.value)) return false;
    spread.add(selection.name.value);
    const fragment = document.definitions.find((of) => of.kind === Kind.FRAGMENT_DEFINITION && of.name.value === selection.name.value);
    return fragment !== undefined && isConditional(document, fragment.selectionSet, spread);
  });
}
