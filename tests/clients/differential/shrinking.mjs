// Shrinking: the smallest document, made from one that fails, that still fails.

import { Kind, getOperationAST, parse, print, validate, visit } from 'graphql';

const MOST_TRIES = 400;

/** Tries smaller documents for as long as `fails(document)` says so of one; `document` is `{ text, variables, … }`. */
export async function shrunk(schema, document, fails) {
  let smallest = document;
  let tries = 0;
  for (let went = true; went && tries < MOST_TRIES; ) {
    went = false;
    for (let place = 0; tries < MOST_TRIES; place += 1) {
      const smaller = without(smallest, place);
      if (smaller === undefined) break;
      if (smaller === null || validate(schema, parse(smaller.text)).length > 0) continue;
      tries += 1;
      if (!(await fails(smaller))) continue;
      smallest = smaller;
      went = true;
      // What stands here now is another part.
      place -= 1;
    }
  }
  return smallest;
}

/** The document without its part at a place: undefined where there is none, null where it can't be left out. */
function without(document, place) {
  let met = -1;
  let changed = false;
  const here = () => (met += 1) === place && (changed = true);
  // A call is known by its key.
  const isCall = (name) => document.calls.some(({ key }) => key === name);
  const whole = parse(document.text, { noLocation: true });
  const edited = visit(whole, {
    SelectionSet: {
      leave: (node) => {
        const selections = node.selections.flatMap((inner) => {
          const isPlain = inner.kind !== Kind.FIELD && inner.directives.length === 0;
          return isPlain && here() ? contents(whole, inner) : [inner];
        });
        return { ...node, selections };
      },
    },
    Directive: () => (here() ? null : undefined),
    Field: (node) => (here() ? null : node.alias && !isCall(node.alias.value) && here() ? { ...node, alias: undefined } : undefined),
    FragmentSpread: () => (here() ? null : undefined),
    InlineFragment: (node) => (here() ? null : node.typeCondition && here() ? { ...node, typeCondition: undefined } : undefined),
  });
  if (!changed) return undefined;
  const tidy = tidied(edited, document.operationName);
  if (!tidy) return tidy;
  const calls = document.calls.filter((call) => isCalled(tidy.document, call));
  return { ...document, text: print(tidy.document), variables: pick(document.variables, tidy.variables), calls };
}

function isCalled(document, { key, field }) {
  let found = false;
  visit(document, { Field: ({ name, alias }) => void (found ||= name.value === field && (alias ?? name).value === key) });
  return found;
}

/** What a fragment selects, in its place. */
function contents(document, { kind, name, selectionSet }) {
  if (kind === Kind.INLINE_FRAGMENT) return selectionSet.selections;
  const fragment = document.definitions.find((of) => of.kind === Kind.FRAGMENT_DEFINITION && of.name.value === name.value);
  return [{ kind: Kind.INLINE_FRAGMENT, typeCondition: fragment.typeCondition, directives: [], selectionSet: fragment.selectionSet }];
}

/** Without fragments, variables and operations that are not used any more; null where a selection set is empty. */
function tidied(document, operationName) {
  const [spread, used] = [new Set(), new Set()];
  let isWhole = true;
  const look = (node) =>
    visit(node, {
      FragmentSpread: ({ name }) => {
        if (spread.has(name.value)) return;
        spread.add(name.value);
        const fragment = document.definitions.find((of) => of.kind === Kind.FRAGMENT_DEFINITION && of.name.value === name.value);
        if (fragment) look(fragment);
      },
      SelectionSet: ({ selections }) => (selections.length === 0 ? void (isWhole = false) : undefined),
      VariableDefinition: () => false,
      Variable: ({ name }) => void used.add(name.value),
    });
  const operation = getOperationAST(document, operationName);
  look(operation);
  if (!isWhole) return null;
  const variableDefinitions = operation.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value));
  const fragments = document.definitions.filter((of) => of.kind === Kind.FRAGMENT_DEFINITION && spread.has(of.name.value));
  return { document: { ...document, definitions: [{ ...operation, variableDefinitions }, ...fragments] }, variables: used };
}

const pick = (variables, names) => Object.fromEntries(Object.entries(variables).filter(([name]) => names.has(name)));
