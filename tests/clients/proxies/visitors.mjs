// Visitors of a site behind a proxy: each comes from an address of its own, by TLS, and is told the site's name.

import assert from 'node:assert/strict';
import { connect as connectHttp2 } from 'node:http2';
import { request } from 'node:https';
import { connect } from 'node:tls';
import WebSocket from 'ws';

import { Heard } from '../heard.mjs';
import { HOST } from './site.mjs';

export const AVAILABILITY = 'subscription ($numbers: [Int!]) { availability(matchNumbers: $numbers) { matchNumber version } }';

/** Longer than from one heartbeat of a stream to the next. */
const SILENCE_SECONDS = 20;

const json = { 'content-type': 'application/json', accept: 'application/json' };

export class Visitor {
  constructor(proxy, ca, address = '127.0.0.1') {
    const [host, port] = proxy.bind.split(':');
    this.way = { host, port: Number(port), servername: HOST, ca, localAddress: address };
  }

  /** The answer's head, and its body as it comes; where it `goesOn`, more of the request's body is still to be sent. */
  opened(path, { method = 'GET', headers = {}, body, goesOn = false } = {}) {
    return new Promise((resolve, reject) => {
      const asked = request({ ...this.way, agent: false, path, method, headers: { host: HOST, ...headers } }, resolve);
      asked.once('error', reject);
      asked.setTimeout(SILENCE_SECONDS * 1000, () => asked.destroy(new Error(`nothing came for ${SILENCE_SECONDS} s`)));
      if (goesOn) asked.write(body);
      else asked.end(body);
    });
  }

  /** `{ status, headers, text }` of a whole answer. */
  async asked(path, options) {
    const answer = await this.opened(path, options);
    let text = '';
    for await (const piece of answer.setEncoding('utf8')) text += piece;
    return { status: answer.statusCode, headers: answer.headers, text };
  }

  /** The same of an operation, its `result` read. */
  async operates(query, variables = {}, headers = {}) {
    const answer = await this.asked('/graphql', { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ query, variables }) });
    return { ...answer, result: JSON.parse(answer.text) };
  }

  /** What an operation says, which has to go well. */
  async data(query, variables, token) {
    const { status, text, result } = await this.operates(query, variables, token ? { authorization: `Bearer ${token}` } : {});
    assert.ok(status === 200 && !result.errors, `${status}: ${text}`);
    return result.data;
  }

  /** The status of a query over HTTP/2. */
  async asksOverHttp2(query) {
    const socket = connect({ ...this.way, ALPNProtocols: ['h2'] });
    const session = connectHttp2(`https://${HOST}`, { createConnection: () => socket });
    try {
      return await new Promise((resolve, reject) => {
        session.once('error', reject);
        const stream = session.request({ ':method': 'POST', ':path': '/graphql', ...json });
        stream.once('response', (head) => resolve(head[':status']));
        stream.once('error', reject);
        stream.end(JSON.stringify({ query }));
      });
    } finally {
      session.destroy();
    }
  }

  /** A class of sockets that go this visitor's way, for clients that are given one. */
  sockets(headers = {}) {
    const visitor = this;
    return class extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols, { ...visitor.way, headers: { host: HOST, ...headers } });
      }
    };
  }

  get socketUrl() {
    const { host, port } = this.way;
    return `wss://${host}:${port}/graphql`;
  }

  /** Opens a socket that subscribes to a match; `heard` has its pings and messages. */
  async socket(matchNumber, headers) {
    const Socket = this.sockets(headers);
    const socket = new Socket(this.socketUrl, 'graphql-transport-ws');
    const heard = new Heard();
    socket.on('ping', () => heard.push({ ping: true }));
    socket.on('message', (text) => heard.push(JSON.parse(text)));
    socket.on('close', (code, reason) => heard.push({ closed: code, reason: String(reason) }));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await heard.until('connection_ack', ({ type }) => type === 'connection_ack');
    const payload = { query: AVAILABILITY, variables: { numbers: [matchNumber] } };
    socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
    await heard.until('the state', ({ type }) => type === 'next');
    return { heard, close: () => socket.close() };
  }

  /** Opens a stream of a subscription; `heard` has its pieces, and `{ closed }` at its end. */
  async stream(matchNumber, accept) {
    const body = JSON.stringify({ query: AVAILABILITY, variables: { numbers: [matchNumber] } });
    const answer = await this.opened('/graphql', { method: 'POST', headers: { ...json, accept }, body });
    assert.equal(answer.statusCode, 200);
    const heard = new Heard();
    answer.setEncoding('utf8').on('data', (piece) => heard.push({ piece }));
    answer.once('close', () => heard.push({ closed: true })).once('error', () => {});
    return { heard, close: () => answer.destroy() };
  }
}
