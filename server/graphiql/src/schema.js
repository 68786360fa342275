// Why GraphiQL has no schema, in words.
import { pageOf } from './docs.jsx';
import { createStore } from './store.js';

/** `{ code, message }`, or null while there is a schema. */
export const schemaRefusal = createStore(null);

/** Takes the answer to introspection, and returns what GraphiQL is to do with it: a text takes the place of the answer. */
export function introspected(result) {
  const [error] = result.errors ?? [];
  const refusal = result.data || !error ? null : { code: error.extensions?.code, message: error.message };
  schemaRefusal.set(refusal);
  if (!refusal) return result;
  const lines = [...explained(refusal), `The reference describes every type: ${pageOf('reference/schema')}`];
  return lines.map((line) => `// ${line}`).join('\n');
}

/** The sentences that say it. */
export function explained({ code, message }) {
  switch (code) {
    case 'INTROSPECTION_DISABLED':
      return [
        'This site does not show its schema: introspection is off, as it is by default in production.',
        'Operations run all the same. Only completion and the documentation explorer are missing.',
        'An operator switches introspection on by MATCHDAY_INTROSPECTION=true.',
      ];
    case 'DOCUMENT_NOT_TRUSTED':
      return [
        'This site runs the documents of its manifest only, and introspection is not one of them.',
        'Operations that are not in the manifest are refused with the same error.',
      ];
    default:
      return [`The schema could not be read: ${message}`];
  }
}
