// Builds dist/ of src/, documents/ and schema.graphql: hashed names, the same bytes every time. `node build.mjs FOLDER`
// builds elsewhere, which is how the test sees whether dist/ is fresh.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { manifest, readDocuments, readSchema, typescript } from './documents.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const dist = resolve(here, process.argv[2] ?? 'dist');

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

/** Bundles one entry; its name carries the hash of what is in it. */
async function bundle(entry, name, options) {
  const built = await esbuild.build({
    absWorkingDir: here,
    bundle: true,
    charset: 'utf8',
    entryPoints: [entry],
    legalComments: 'none',
    logLevel: 'warning',
    minify: true,
    write: false,
    ...options,
  });
  const [stem, extension] = name.split('.');
  const text = built.outputFiles[0].text;
  return { name, file: `${stem}-${sha256(text).slice(0, 10)}.${extension}`, text };
}

const schema = readSchema(join(root, 'schema.graphql'));
const documents = readDocuments(join(here, 'documents'), schema);
writeFileSync(join(here, 'src/documents.ts'), typescript(documents, schema));

const script = { format: 'esm', target: 'es2022' };
const style = await bundle('src/main.css', 'matchday.css', {});
const worker = await bundle('src/pow-worker.ts', 'pow.js', script);
const search = await bundle('src/search.ts', 'search.js', script);
const beside = { WORKER: JSON.stringify(worker.file), SEARCH: JSON.stringify(search.file) };
const main = await bundle('src/main.ts', 'matchday.js', { ...script, define: beside });
const docsStyle = await bundle('src/docs-main.css', 'docs.css', {});
const docsScript = await bundle('src/docs.ts', 'docs.js', script);
const assets = [style, main, worker, search, docsStyle, docsScript];

/** Everything that a build reads, by its path from the root of the repository. */
function sources() {
  const ours = ['build.mjs', 'documents.mjs', 'package.json', 'package-lock.json', 'tsconfig.json'];
  const folders = ['documents', 'src'].flatMap((folder) => readdirSync(join(here, folder)).map((file) => `${folder}/${file}`));
  const files = [...ours, ...folders].map((file) => join(here, file));
  const listed = [join(root, 'schema.graphql'), ...files].map((file) => [relative(root, file), sha256(readFileSync(file))]);
  return Object.fromEntries(listed.sort());
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const constants = [
  ['STYLE', style],
  ['SCRIPT', main],
  ['WORKER', worker],
  ['SEARCH', search],
  ['DOCS_STYLE', docsStyle],
  ['DOCS_SCRIPT', docsScript],
].map(([name, { file }]) => `pub(crate) const ${name}: (&str, &str) = ("${file}", include_str!("${file}"));\n`);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
for (const { file, text } of assets) {
  writeFileSync(join(dist, file), text);
}
writeFileSync(join(dist, 'documents.json'), manifest(documents));
writeFileSync(join(dist, 'assets.json'), json(Object.fromEntries(assets.map(({ name, file }) => [name, file]))));
writeFileSync(
  join(dist, 'assets.rs'),
  `// Made by build.mjs, for include!: what the browser is given, each as its name and its text.\n${constants.join('')}` +
    'pub(crate) const DOCUMENTS: &str = include_str!("documents.json");\n',
);
writeFileSync(join(dist, 'sources.json'), json(sources()));
