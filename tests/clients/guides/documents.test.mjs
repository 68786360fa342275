// docs/guides/documents.md: documents by their hashes, which clients register or the operator lists.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { createClient } from 'graphql-ws';
import WebSocket from 'ws';

import { workshop } from './tools.mjs';
import { opensSite, snippet, snippetText, withFetch } from './world.mjs';

const SETTING = 'MATCHDAY_TRANSPORT_DOCUMENTS_TRUSTED_MANIFEST';
const COUNT = '{ matches(first: 1) { totalCount } }';

const sha256 = (text) => createHash('sha256').update(text).digest('hex');

let site;

before(async () => {
  site = await opensSite();
}, { timeout: 120_000 });
after(() => site?.stop());

async function post(url, body) {
  const request = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const result = await (await fetch(url, request)).json();
  return result.data ?? result.errors[0].extensions.code;
}

test('a document is kept when it comes for the second time, and found by its hash', async () => {
  const byHash = JSON.parse(await snippetText('documents/by-hash.json'));
  const hash = sha256(COUNT);
  assert.equal(byHash.extensions.persistedQuery.sha256Hash, hash, 'the guide shows the hash of a document');
  const ask = (body) => post(site.graphql, body);
  const answer = { matches: { totalCount: 64 } };

  assert.equal(await ask(byHash), 'PERSISTED_QUERY_NOT_FOUND');
  assert.deepEqual(await ask({ ...byHash, query: COUNT }), answer);
  assert.equal(await ask(byHash), 'PERSISTED_QUERY_NOT_FOUND');
  assert.deepEqual(await ask({ ...byHash, query: COUNT }), answer);
  assert.deepEqual(await ask(byHash), answer);
  assert.deepEqual(await ask({ documentId: hash }), answer);
  assert.deepEqual(await ask({ documentId: `sha256:${hash}` }), answer);
  assert.equal(await ask({ ...byHash, query: '{ now }' }), 'BAD_USER_INPUT');

  const long = `{ now } # ${'x'.repeat(16 * 1024)}`;
  const persistedQuery = { version: 1, sha256Hash: sha256(long) };
  for (let time = 0; time < 3; time += 1) assert.ok((await ask({ query: long, extensions: { persistedQuery } })).now);
  assert.equal(await ask({ extensions: { persistedQuery } }), 'PERSISTED_QUERY_NOT_FOUND');
});

/** How a client's requests go, from one that does not know the site on. */
async function requestsOf(ask) {
  const requests = [];
  const seen = async (own, url, options = {}) => {
    const response = await own(url, options);
    requests.push({ method: options.method ?? 'GET', hasQuery: String(options.body ?? url).includes('totalCount'), tag: response.headers.get('etag') });
    return response;
  };
  for (let time = 0; time < 4; time += 1) await withFetch(seen, ask);
  return requests;
}

test('Apollo Client registers its documents, and sends hashes by GET from then on', async () => {
  const { gql } = await import('@apollo/client');
  const { client } = await snippet('documents/apollo.ts');
  const query = gql('query Apollo { matches(first: 0) { totalCount } }');

  const requests = await requestsOf(async () => {
    // Each a page of its own: what a client once got it does not ask for again.
    const { data } = await client(site.graphql).query({ query });
    assert.equal(data.matches.totalCount, 64);
  });

  const { method, hasQuery, tag } = requests.at(-1);
  assert.deepEqual([method, hasQuery, tag !== null], ['GET', false, true], JSON.stringify(requests));
  assert.equal(requests.filter((request) => request.hasQuery).length, 2);
});

test('urql registers its documents, and sends hashes by GET from then on', async () => {
  const { gql } = await import('@urql/core');
  const { client } = await snippet('documents/urql.ts');
  const query = gql`query Urql { matches(first: 0) { totalCount } }`;

  const requests = await requestsOf(async () => {
    const { data, error } = await client(site.graphql).query(query, {}).toPromise();
    assert.equal(error, undefined);
    assert.equal(data.matches.totalCount, 64);
  });

  const { method, hasQuery } = requests.at(-1);
  assert.deepEqual([method, hasQuery], ['GET', false], JSON.stringify(requests));
});

test('the manifest that graphql-codegen writes is one of trusted documents', async () => {
  const shop = await workshop('documents', site);
  let trusting;
  try {
    shop.runs(await snippetText('documents/build.sh'));
    const manifest = path.join(shop.folder, 'src/gql/persisted-documents.json');
    const [[hash, text]] = Object.entries(JSON.parse(await readFile(manifest, 'utf8')));
    assert.match(await snippetText('documents/run.sh'), new RegExp(`${SETTING}=`));
    trusting = await opensSiteWith(manifest);
    const { ask, MATCHES } = await compiled(shop.folder);

    assert.equal((await ask(trusting.graphql, MATCHES, { first: 2 })).matches.nodes.length, 2);
    const variables = { first: 2 };
    assert.ok((await post(trusting.graphql, { documentId: hash, query: '{ now }', variables })).matches, 'the query beside it is ignored');
    assert.ok((await post(trusting.graphql, { query: text, variables })).matches);
    assert.ok((await post(trusting.graphql, { extensions: { persistedQuery: { version: 1, sha256Hash: hash.replace('sha256:', '') } }, variables })).matches);

    const introspection = '{ __schema { types { name } } }';
    for (const query of [`${text} `, '{ now }', introspection]) assert.equal(await post(trusting.graphql, { query }), 'DOCUMENT_NOT_TRUSTED', query);
    assert.equal(await post(trusting.graphql, { documentId: sha256('other') }), 'DOCUMENT_NOT_TRUSTED');
    assert.equal(await refusedOnSocket(trusting.socket), 'DOCUMENT_NOT_TRUSTED');
    for (const page of ['/', '/schema.graphql']) assert.equal((await fetch(trusting.url + page)).status, 200, page);
  } finally {
    await trusting?.stop();
    await shop.leaves();
  }
});

/** A program cannot be asked for its matches before it is ready, so the manifest has what the tests' start asks, too. */
async function opensSiteWith(manifest) {
  const [query, signUp] = [COUNT, 'mutation ($input: SignUpInput!) { signUp(input: $input) { user { id } } }'];
  const listed = JSON.parse(await readFile(manifest, 'utf8'));
  await writeFile(manifest, JSON.stringify({ ...listed, ready: query, signUp }));
  return opensSite({ [SETTING]: manifest });
}

/** The snippet as it is once its document is a hash. */
async function compiled(folder) {
  const { withoutTypes } = await import('./transpiled.mjs');
  const source = path.join(folder, 'src');
  const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.ts'));
  for (const file of files) {
    const text = withoutTypes(await readFile(path.join(source, file), 'utf8'));
    // Bundlers find the endings, and the index of a folder, themselves.
    const named = text.replace(/from (['"])(\.[^'"]*)\1/g, (_, quote, from) => `from '${from === './gql' && file === 'ask.ts' ? './gql/index' : from}.mjs'`);
    await writeFile(path.join(source, file.replace(/\.ts$/, '.mjs')), named);
  }
  return import(pathToFileURL(path.join(source, 'ask.mjs')).href);
}

function refusedOnSocket(url) {
  const socket = createClient({ url, webSocketImpl: WebSocket });
  const refused = new Promise((resolve) => {
    socket.subscribe({ query: 'subscription { availability { version } }' }, { next: resolve, complete() {}, error: resolve });
  });
  return refused.then(([error]) => error.extensions.code).finally(() => socket.dispose());
}

test('a manifest that is wrong ends the start with a line that names it', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'matchday-manifest-'));
  const starts = async (name, text) => {
    const manifest = path.join(folder, name);
    if (text !== undefined) await writeFile(manifest, text);
    const env = { PATH: process.env.PATH, MATCHDAY_BIND: '127.0.0.1:0', MATCHDAY_DATA_DIR: path.join(folder, 'data'), [SETTING]: manifest };
    const binary = path.resolve(process.env.MATCHDAY_BIN ?? new URL('../../../target/debug/matchday', import.meta.url).pathname);
    const { status, stdout, stderr } = spawnSync(binary, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
    assert.ok(status > 0, `${status}: ${stdout}${stderr}`);
    return stdout + stderr;
  };
  try {
    assert.match(await starts('absent.json'), /absent\.json/);
    assert.match(await starts('list.json', '[]'), /list\.json are not a JSON object/);
    assert.match(await starts('stale.json', '{"old": "{ thereIsNoSuchField }"}'), /trusted document old/);
  } finally {
    await rm(folder, { force: true, recursive: true });
  }
});
