// The packages that snippets name are those of this folder; snippets have none beside them.

import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { withoutTypes } from './transpiled.mjs';

const here = new URL('./hooks.mjs', import.meta.url).href;

export async function resolve(specifier, context, next) {
  const isOfSnippet = context.parentURL?.includes('/docs/snippets/');
  const isPackage = !specifier.startsWith('.') && !specifier.startsWith('node:') && !specifier.includes('://');
  if (isOfSnippet && isPackage) return next(specifier, { ...context, parentURL: here });
  // Bundlers find the ending themselves.
  const isBare = isOfSnippet && specifier.startsWith('.') && !/\.\w+$/.test(specifier);
  return next(isBare ? `${specifier}.ts` : specifier, context);
}

export async function load(url, context, next) {
  if (!url.startsWith('file:') || !url.endsWith('.ts')) return next(url, context);
  const source = withoutTypes(await readFile(fileURLToPath(url), 'utf8'));
  return { format: 'module', source, shortCircuit: true };
}
