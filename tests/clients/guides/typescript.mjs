// Node's loader of TypeScript, for the documents' snippets: their types are removed as they are read. What is wrong with the types, the
// suite `snippets` finds.

import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
