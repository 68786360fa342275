// Ways: how a document can be asked, each resolving to the result as it came, to the letter.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';

import { EventStream, Socket } from './connections.mjs';

const SECONDS = 20;

/** Documents that are longer are not registered. */
const LONGEST_REGISTERED = 16 * 1024;

/** Ways by the kind of what they can be asked: all but the first of each are tried beside a plain request. */
export const WAYS = {
  query: ['post', 'get', 'batch', 'registered', 'events', 'multipart', 'stream', 'socket', 'legacy'],
  mutation: ['post', 'batch', 'events', 'multipart', 'stream', 'socket', 'legacy'],
  subscription: ['socket', 'legacy', 'events', 'multipart', 'stream'],
};

export class Ways {
  constructor(url) {
    this.url = `${url}/graphql`;
    this.open = new Map();
    /** How often each was asked. */
    this.asked = {};
    // Counted here, so that none is forgotten.
    for (const way of new Set(Object.values(WAYS).flat())) {
      const ask = this[way].bind(this);
      this.asked[way] = 0;
      this[way] = (document, token) => ((this.asked[way] += 1), ask(document, token));
    }
    /** How often a document was known by its hash. */
    this.recalled = 0;
  }

  headers(token, more) {
    return { ...(token && { authorization: `Bearer ${token}` }), ...more };
  }

  async fetched(init, search = '') {
    return fetch(this.url + search, { signal: AbortSignal.timeout(SECONDS * 1000), ...init });
  }

  posted(body, token, accept = 'application/json') {
    const headers = this.headers(token, { 'content-type': 'application/json', accept });
    return this.fetched({ method: 'POST', headers, body: JSON.stringify(body) });
  }

  async post(document, token) {
    return (await this.posted(request(document), token)).text();
  }

  async get(document, token) {
    const { variables, ...others } = request(document);
    const search = new URLSearchParams({ ...others, variables: JSON.stringify(variables) });
    return (await this.fetched({ headers: this.headers(token, { accept: 'application/json' }) }, `?${search}`)).text();
  }

  /** The second of three in one request. */
  async batch(document, token) {
    const other = { query: '{ match(matchNumber: 1) { id } }' };
    const answer = await (await this.posted([other, request(document), other], token)).text();
    const [first, second] = JSON.parse(answer);
    const found = JSON.stringify(second);
    // Where it is to the letter what it parses to, it can be cut out.
    assert.ok(answer.includes(found), `the batch holds ${found}: ${answer}`);
    assert.ok(first.data.match, answer);
    return found;
  }

  /** By its hash, once it was sent with it twice. */
  async registered(document, token) {
    const { query, ...others } = request(document);
    const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
    const whole = { ...others, query, extensions };
    await (await this.posted(whole, token)).text();
    const second = await (await this.posted(whole, token)).text();
    const third = await (await this.posted({ ...others, extensions }, token)).text();
    if (!third.includes('"PERSISTED_QUERY_NOT_FOUND"')) {
      this.recalled += 1;
      return third;
    }
    assert.ok(Buffer.byteLength(query) > LONGEST_REGISTERED, `it is not registered: ${query}`);
    return second;
  }

  /** The first message of an event stream. */
  async events(document, token) {
    const response = await this.posted(request(document), token, 'text/event-stream');
    return read(response, document, /event: next\r?\ndata: ?(.*)\r?\n/);
  }

  /** The first part of a multipart response, or the plain response of what is no subscription. */
  async multipart(document, token) {
    const response = await this.posted(request(document), token, 'multipart/mixed;subscriptionSpec=1.0, application/json');
    if (response.headers.get('content-type').startsWith('application/json')) return response.text();
    return read(response, document, /\r\n\r\n\{"payload":(.*)\}\r\n--graphql/);
  }

  /** The first message by a stream that all operations of a token share. */
  stream(document, token) {
    return this.firstOf('stream', document, token);
  }

  /** The first message by socket. */
  socket(document, token) {
    return this.firstOf('socket', document, token);
  }

  /** The first message by a socket of the legacy subprotocol. */
  legacy(document, token) {
    return this.firstOf('legacy', document, token);
  }

  async firstOf(kind, document, token) {
    const followed = await this.follow(document, token, kind);
    try {
      return await followed.next();
    } finally {
      followed.end();
    }
  }

  /** `{ next, end }` of an operation on the connection of this kind and token. */
  async follow(document, token, kind = 'socket') {
    const connection = await this.opened(kind, token);
    return connection.start(request(document));
  }

  opened(kind, token) {
    const key = `${kind} ${token}`;
    if (!this.open.has(key)) {
      const opened = kind === 'stream' ? EventStream.open(this.url, this.headers(token)) : Socket.open(this.url, token, kind === 'legacy');
      this.open.set(key, opened);
    }
    return this.open.get(key);
  }

  async close() {
    for (const connection of this.open.values()) (await connection).end();
  }
}

/** What is sent of a document. */
const request = ({ text, variables, operationName }) => ({ query: text, variables, ...(operationName && { operationName }) });

/** What a pattern finds first in a response that goes on. */
async function read(response, { text }, pattern) {
  let heard = '';
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    heard += chunk;
    const found = pattern.exec(heard);
    if (found) return found[1];
  }
  throw new Error(`no message in ${JSON.stringify(heard)} of ${text}`);
}
