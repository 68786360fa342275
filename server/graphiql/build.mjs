// Builds dist/ from src/ and node_modules/: the page, its assets (hashed names, gzip), the table of them that the
// program includes, and the licences of everything bundled. Run it by `npm ci && npm run build`.
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

import * as esbuild from 'esbuild';

const here = import.meta.dirname;
const dist = path.join(here, 'dist');
const assets = path.join(dist, 'assets');

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.ttf': 'font/ttf',
  '.woff': 'font/woff',
  '.woff2': 'font/woff2',
};
// Compressed already.
const PLAIN = new Set(['.woff', '.woff2']);

// `graphiql/style.css` carries Monaco's styles; the ones that its modules import would come a second time.
const monacoStyles = {
  name: 'monaco-styles',
  setup(build) {
    build.onLoad({ filter: /node_modules[\\/]monaco-editor[\\/].*\.css$/ }, () => ({ contents: '', loader: 'css' }));
  },
};

// GraphiQL's fonts are data URLs. As files they are fetched once and the policy needs no `data:` for them.
const fontFiles = {
  name: 'font-files',
  setup(build) {
    build.onLoad({ filter: /node_modules[\\/](@graphiql|graphiql)[\\/].*\.css$/ }, async ({ path: file }) => {
      const contents = await replaceAsync(
        await readFile(file, 'utf8'),
        /data:font\/(\w+);base64,([A-Za-z0-9+/=]+)/g,
        async ([, extension, base64]) => `./${await store('font', `.${extension}`, Buffer.from(base64, 'base64'))}`,
      );
      return { contents, loader: 'css' };
    });
    build.onResolve({ filter: /^\.\/font-[0-9a-f]+\.\w+$/ }, ({ path: name }) => ({ path: name, external: true }));
  },
};

const options = {
  absWorkingDir: here,
  assetNames: '[name]-[hash]',
  bundle: true,
  chunkNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"' },
  entryNames: '[name]-[hash]',
  format: 'esm',
  jsx: 'automatic',
  legalComments: 'none',
  loader: { '.graphql': 'text', '.ttf': 'file', '.woff': 'file', '.woff2': 'file' },
  logLevel: 'warning',
  metafile: true,
  minify: true,
  outdir: assets,
  plugins: [monacoStyles, fontFiles],
  splitting: true,
  target: ['chrome120', 'firefox121', 'safari17'],
  write: false,
};

await rm(dist, { force: true, recursive: true });
await mkdir(assets, { recursive: true });

const workers = await esbuild.build({
  ...options,
  entryPoints: {
    'editor-worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql-worker': 'monaco-graphql/esm/graphql.worker.js',
    'json-worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
});
const page = await esbuild.build({
  ...options,
  entryPoints: { page: 'src/main.jsx' },
  define: {
    ...options.define,
    EDITOR_WORKER: JSON.stringify(`./${output(workers, 'editor-worker', '.js')}`),
    GRAPHQL_WORKER: JSON.stringify(`./${output(workers, 'graphql-worker', '.js')}`),
    JSON_WORKER: JSON.stringify(`./${output(workers, 'json-worker', '.js')}`),
  },
});
// A style that no page asks for is the empty rest of Monaco's.
const files = [...workers.outputFiles, ...page.outputFiles].filter((file) => file.contents.length > 0);
for (const file of files) await writeAsset(path.basename(file.path), file.contents);

const names = {
  'icon.svg': await store('icon', '.svg', await readFile(path.join(here, 'src/icon.svg'))),
  'page.css': output(page, 'page', '.css'),
  'page.js': output(page, 'page', '.js'),
};
const html = await readFile(path.join(here, 'src/page.html'), 'utf8');
await writeFile(path.join(dist, 'page.html'), html.replace(/\{\{(.+?)\}\}/g, (_, name) => names[name]));

await writeFile(path.join(dist, 'assets.rs'), await table());
await writeFile(path.join(dist, 'LICENCES.txt'), await licences([workers.metafile, page.metafile]));
await report();

/** The name of the output that `entry` became. */
function output(built, entry, extension) {
  const pattern = new RegExp(`^${entry}-[A-Z0-9]+\\${extension}$`);
  const found = built.outputFiles.map((file) => path.basename(file.path)).filter((name) => pattern.test(name));
  if (found.length !== 1) throw new Error(`${entry}${extension} became ${found.length} files`);
  return found[0];
}

/** Writes an asset under a name that its contents decide, and returns the name. */
async function store(stem, extension, contents) {
  const hash = createHash('sha256').update(contents).digest('hex').slice(0, 12);
  const name = `${stem}-${hash}${extension}`;
  await writeAsset(name, contents);
  return name;
}

async function writeAsset(name, contents) {
  const plain = PLAIN.has(path.extname(name));
  await writeFile(path.join(assets, plain ? name : `${name}.gz`), plain ? contents : gzipSync(contents, { level: 9 }));
}

/** An expression of Rust: what is embedded, in the order of the names. */
async function table() {
  const rows = (await readdir(assets)).sort().map((file) => {
    const name = file.replace(/\.gz$/, '');
    const type = TYPES[path.extname(name)];
    if (!type) throw new Error(`${name} has no content type`);
    return `    Asset { name: "${name}", content_type: "${type}", gzip: ${file !== name}, body: include_bytes!("assets/${file}") },`;
  });
  return `// Written by build.mjs.\n[\n${rows.join('\n')}\n]\n`;
}

/** The licence texts of every package that a byte of the bundle comes from. */
async function licences(metafiles) {
  const inputs = metafiles.flatMap((metafile) => Object.keys(metafile.inputs));
  const folders = new Set(inputs.map((input) => /^(?:.*:)?(.*node_modules\/(?:@[^/]+\/)?[^/]+)/.exec(input)?.[1]).filter(Boolean));
  const packages = await Promise.all([...folders].map(describe));
  packages.sort((a, b) => (a.title < b.title ? -1 : 1));
  const fonts = await readFile(path.join(here, 'licences/fonts.txt'), 'utf8');
  const parts = [...packages.map(({ title, text }) => `${title}\n\n${text}`), fonts.trim()];
  const rule = `\n\n${'='.repeat(100)}\n`;
  return `The licences of what is bundled in assets/.${rule}${parts.join(rule)}\n`;
}

async function describe(folder) {
  const { name, version, license, author } = JSON.parse(await readFile(path.join(here, folder, 'package.json'), 'utf8'));
  const found = (await readdir(path.join(here, folder))).filter((file) => /^(licen[sc]e|copying|thirdpartynotices)/i.test(file)).sort();
  const texts = await Promise.all(found.map((file) => readFile(path.join(here, folder, file), 'utf8')));
  if (texts.length === 0) texts.push(await fallback(name, license, author));
  return { title: `${name} ${version} (${license})`, text: texts.map((text) => text.trim()).join('\n\n') };
}

/** Some packages leave the text out of what they publish: it is their repository's. */
async function fallback(name, license, author) {
  const holders = {
    '@graphiql/plugin-doc-explorer': 'GraphQL Contributors',
    '@graphiql/plugin-history': 'GraphQL Contributors',
    'react-compiler-runtime': 'Meta Platforms, Inc. and affiliates.',
    'react-remove-scroll-bar': 'Anton Korzunov',
  };
  if (license !== 'MIT' || !holders[name]) throw new Error(`${name} (${license}, ${author}) comes without its licence`);
  const mit = await readFile(path.join(here, 'licences/mit.txt'), 'utf8');
  return mit.replace('{{holder}}', holders[name]);
}

async function report() {
  const rows = await Promise.all(
    (await readdir(assets)).map(async (file) => (await readFile(path.join(assets, file))).length),
  );
  const kilobytes = Math.round(rows.reduce((sum, size) => sum + size, 0) / 1000);
  console.log(`${rows.length} assets, ${kilobytes} kB as they are sent`);
}

async function replaceAsync(text, pattern, replacement) {
  const matches = [...text.matchAll(pattern)];
  const replacements = await Promise.all(matches.map(replacement));
  return matches.reduceRight(
    (rest, match, index) => rest.slice(0, match.index) + replacements[index] + rest.slice(match.index + match[0].length),
    text,
  );
}
