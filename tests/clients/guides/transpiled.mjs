import ts from 'typescript';

const options = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022, verbatimModuleSyntax: true };

/** A module in TypeScript as JavaScript. */
export const withoutTypes = (text) => ts.transpileModule(text, { compilerOptions: options }).outputText;
