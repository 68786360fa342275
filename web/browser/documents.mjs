// Reads documents/*.graphql, holds them against schema.graphql, and says them as TypeScript: texts and types.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isInputObjectType,
  Kind,
  parse,
  stripIgnoredCharacters,
  typeFromAST,
  validate,
} from 'graphql';

const SCALARS = { ID: 'string', String: 'string', DateTime: 'string', Decimal: 'string', Int: 'number', Boolean: 'boolean' };

/** Each document: its name, the text that is sent and listed, and its operation. */
export function readDocuments(folder, schema) {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.graphql'))
    .sort()
    .map((file) => {
      const written = readFileSync(join(folder, file), 'utf8');
      const parsed = parse(written);
      const errors = validate(schema, parsed);
      const [operation, ...others] = parsed.definitions;
      if (errors.length > 0 || others.length > 0 || `${operation.name?.value}.graphql` !== file) {
        throw new Error(`${file} has to hold one valid operation of its own name: ${errors.join('; ')}`);
      }
      return { name: operation.name.value, text: stripIgnoredCharacters(written), operation };
    });
}

export function readSchema(file) {
  return buildSchema(readFileSync(file, 'utf8'));
}

/** The form that the program reads as trusted documents: texts by their SHA-256. */
export function manifest(documents) {
  const listed = documents.map(({ text }) => [`sha256:${createHash('sha256').update(text).digest('hex')}`, text]);
  return `${JSON.stringify(Object.fromEntries(listed.sort()), null, 2)}\n`;
}

export function typescript(documents, schema) {
  const parts = documents.map(({ name, text, operation }) => {
    const variables = operation.variableDefinitions.map(({ variable, type }) => {
      const named = typeFromAST(schema, type);
      return `${variable.name.value}${isNonNullType(named) ? '' : '?'}: ${typeOf(named, null)}`;
    });
    const root = schema.getRootType(operation.operation);
    return [
      `export const ${name}: Document<${braced(variables)}, ${selected(root, operation.selectionSet)}> = {`,
      `  text: ${JSON.stringify(text).replaceAll("'", "\\'").replace(/^"|"$/g, "'").replaceAll('\\"', '"')},`,
      '};',
    ].join('\n');
  });
  return `/** Made by documents.mjs of documents/*.graphql and schema.graphql. */

/** A text that is sent, the type of its variables, and that of its answer. */
export interface Document<V, R> {
  text: string;
  of?: [V, R];
}

${parts.join('\n\n')}
`;
}

function braced(fields) {
  return fields.length > 0 ? `{ ${fields.join('; ')} }` : 'Record<string, never>';
}

function typeOf(type, selectionSet) {
  if (isNonNullType(type)) {
    return bare(type.ofType, selectionSet);
  }
  return `${bare(type, selectionSet)} | null`;
}

function bare(type, selectionSet) {
  if (isListType(type)) {
    return `Array<${typeOf(type.ofType, selectionSet)}>`;
  }
  const named = getNamedType(type);
  if (isEnumType(named)) {
    return named.getValues().map(({ name }) => `'${name}'`).join(' | ');
  }
  if (isObjectType(named)) {
    return selected(named, selectionSet);
  }
  if (isInputObjectType(named)) {
    const fields = Object.values(named.getFields());
    return braced(fields.map((field) => `${field.name}${isNonNullType(field.type) ? '' : '?'}: ${typeOf(field.type, null)}`));
  }
  if (!(named.name in SCALARS)) {
    throw new Error(`It is not said what ${named.name} is in TypeScript.`);
  }
  return SCALARS[named.name];
}

function selected(type, selectionSet) {
  return braced(
    selectionSet.selections.map((selection) => {
      if (selection.kind !== Kind.FIELD || selection.alias) {
        throw new Error('The documents of the browser have fields only, without aliases.');
      }
      const field = type.getFields()[selection.name.value];
      return `${field.name}: ${typeOf(field.type, selection.selectionSet)}`;
    }),
  );
}
