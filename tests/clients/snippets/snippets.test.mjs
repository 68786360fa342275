// The documents' code, in docs/snippets: its GraphQL is valid by schema.graphql, and its TypeScript compiles.
//
// GraphQL is each file *.graphql, and in other code each template after the comment /* GraphQL */, in which `${NAME}` is the text that
// the same file has as `const NAME = '…'`.
//
// TypeScript is compiled by `tsc --strict`, all folders together. A folder whose files import `./gql` is given what graphql-codegen's client
// preset makes of its documents: in its `gql/`, or `src/gql/` where it has `src`. What
// suites.txt leaves to a newcomer is a whole project, which ../newcomer compiles as its page says.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.resolve(here, '../../..');
const snippets = path.join(root, 'docs', 'snippets');
const build = path.join(here, 'build');
const contract = path.join(root, 'schema.graphql');
const SCALARS = { DateTime: 'string', Decimal: 'string' };

async function filesOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
  return files.filter((file) => !file.includes('node_modules')).sort();
}

/** The GraphQL of a file: `[what, text]`. */
export function documentsOf(file, text) {
  if (file.endsWith('.graphql')) return [[file, text]];
  const found = [...text.matchAll(/\/\* GraphQL \*\/\s*`([^`]*)`/g)];
  return found.map(([, document], number) => [`${file}, document ${number + 1}`, document.replace(/\$\{(\w+)\}/g, (whole, name) => {
    const constant = text.match(new RegExp(`const ${name} = '([^']*)'`));
    return constant ? constant[1] : whole;
  })]);
}

let schema;

/** What is wrong with a document by the contract. */
export async function faultsOf(text) {
  const { buildSchema, parse, specifiedRules, validate } = await import('graphql');
  schema ??= buildSchema(await readFile(contract, 'utf8'));
  // A file of a client may have operations and fragments that its code generator puts together.
  const rules = specifiedRules.filter(({ name }) => name !== 'NoUnusedFragmentsRule');
  try {
    return validate(schema, parse(text), rules).map(({ message }) => message);
  } catch (error) {
    return [error.message];
  }
}

test('GraphQL in the documents is valid', async () => {
  let seen = 0;
  for (const file of await filesOf(snippets)) {
    for (const [what, text] of documentsOf(file, await readFile(path.join(snippets, file), 'utf8'))) {
      seen += 1;
      assert.deepEqual(await faultsOf(text), [], what);
    }
  }
  assert.ok(seen > 0, 'there are documents');
});

test('GraphQL that is not valid is found, in a file and in code', async () => {
  const [[, file]] = documentsOf('a.graphql', '{ thereIsNoSuchField }');
  assert.match((await faultsOf(file)).join(), /thereIsNoSuchField/);
  const [[, code]] = documentsOf('a.ts', "const FIELDS = 'nothing';\nask(/* GraphQL */ `{ me { ${FIELDS} } }`);");
  assert.match((await faultsOf(code)).join(), /nothing/);
  assert.deepEqual(documentsOf('a.ts', 'const a = `{ b }`;'), []);
});

test('TypeScript in the documents compiles', async () => {
  await rm(build, { force: true, recursive: true });
  await mkdir(build);
  const files = await filesOf(snippets);
  const projects = await projectsOf();
  const sources = files.filter((file) => /\.tsx?$/.test(file) && !projects.some((project) => file.startsWith(project)));
  for (const file of sources) await cp(path.join(snippets, file), path.join(build, file));

  for (const folder of new Set(sources.map((file) => file.split(path.sep)[0]))) await generates(folder, sources);
  runs('tsc', '--project', '.');

  // The compiler does look at them.
  await writeFile(path.join(build, 'wrong.ts'), 'export const wrong: number = "text";\n');
  assert.match(tool('tsc', '--project', '.').stdout, /wrong\.ts.*TS2322/);
  await rm(build, { force: true, recursive: true });
});

/** The folders that newcomers compile. */
async function projectsOf() {
  const suites = await readFile(path.join(snippets, 'suites.txt'), 'utf8');
  return [...suites.matchAll(/^([\w-]+\/)[^\t\n]*\t+tests\/clients\/newcomer\//gm)].map(([, folder]) => folder);
}

/** Types of the documents of a folder whose code imports them. */
async function generates(folder, sources) {
  const own = sources.filter((file) => file.startsWith(folder + path.sep));
  const texts = await Promise.all(own.map((file) => readFile(path.join(build, file), 'utf8')));
  if (!texts.some((text) => /from '(?:\.|\.\.)\/gql'/.test(text))) return;
  const place = own.some((file) => file.startsWith(path.join(folder, 'src') + path.sep)) ? 'src/gql/' : 'gql/';
  const config = {
    schema: contract,
    documents: [`build/${folder}/**/*.{ts,tsx}`],
    generates: {
      [`build/${folder}/${place}`]: { preset: 'client', presetConfig: { fragmentMasking: false }, config: { scalars: SCALARS, useTypeImports: true } },
    },
  };
  const written = path.join(build, `${folder}.codegen.json`);
  await writeFile(written, JSON.stringify(config));
  runs('graphql-codegen', '--config', written);
}

function tool(name, ...words) {
  return spawnSync(path.join(here, 'node_modules', '.bin', name), words, { cwd: here, encoding: 'utf8', timeout: 300_000 });
}

function runs(name, ...words) {
  const { status, stdout, stderr, error } = tool(name, ...words);
  assert.equal(status, 0, `${name} ${words.join(' ')}: ${error ?? ''}\n${stdout}\n${stderr}`);
}
