// Connections that many operations share: sockets of both subprotocols, and reserved event streams.

import WebSocket from 'ws';

const SECONDS = 20;

/** Operations of one connection, by their ids. */
class Operations {
  operations = new Map();
  ids = 0;

  /** `{ id, next, end }` of an operation: `next` resolves to its next result, `end` forgets it. */
  added(what) {
    const id = String((this.ids += 1));
    const [heard, waiting] = [[], []];
    this.operations.set(id, (said) => {
      const wake = waiting.shift();
      if (wake) wake(said);
      else heard.push(said);
    });
    const next = () =>
      new Promise((resolve, reject) => {
        if (heard.length > 0) return resolve(heard.shift());
        const late = setTimeout(() => reject(new Error(`no message within ${SECONDS} s of ${what}`)), SECONDS * 1000);
        waiting.push((said) => (clearTimeout(late), resolve(said)));
      });
    return { id, next, end: () => this.operations.delete(id) };
  }

  said(id, result) {
    this.operations.get(id)?.(result);
  }
}

/** The payload as it came: what stands around it is the message's own. */
const payload = (text) => text.slice(text.indexOf('"payload":') + 10, -1);

export class Socket extends Operations {
  static async open(url, token, isLegacy) {
    const socket = new Socket();
    Object.assign(socket, { isLegacy, raw: new WebSocket(url.replace(/^http/, 'ws'), isLegacy ? 'graphql-ws' : 'graphql-transport-ws') });
    await new Promise((resolve, reject) => {
      socket.raw.once('error', reject);
      socket.raw.once('open', () => socket.send({ type: 'connection_init', payload: token ? { authorization: `Bearer ${token}` } : {} }));
      socket.raw.on('message', (data) => {
        const text = data.toString();
        const { type, id } = JSON.parse(text);
        if (type === 'connection_ack') resolve();
        else if (type === 'ping') socket.send({ type: 'pong' });
        else if (type === 'next' || type === 'data') socket.said(id, payload(text));
        // The legacy subprotocol tells of one error alone.
        else if (type === 'error') socket.said(id, isLegacy ? `{"errors":[${payload(text)}]}` : `{"errors":${payload(text)}}`);
      });
    });
    return socket;
  }

  send(message) {
    this.raw.send(JSON.stringify(message));
  }

  start(request) {
    const { id, next, end } = this.added(request.query);
    this.send({ type: this.isLegacy ? 'start' : 'subscribe', id, payload: request });
    return { next, end: () => (end(), this.send({ type: this.isLegacy ? 'stop' : 'complete', id })) };
  }

  end() {
    this.raw.close();
  }
}

/** The single connection of the graphql-sse protocol. */
export class EventStream extends Operations {
  static async open(url, headers) {
    const stream = new EventStream();
    const reserved = await fetch(`${url}/stream`, { method: 'PUT', headers });
    stream.url = `${url}/stream`;
    stream.headers = { ...headers, 'x-graphql-event-stream-token': await reserved.text(), 'content-type': 'application/json' };
    stream.ended = new AbortController();
    const response = await fetch(stream.url, { headers: { ...stream.headers, accept: 'text/event-stream' }, signal: stream.ended.signal });
    stream.hear(response).catch(() => {
      // It was ended; whoever still waits is told so by the time that it takes.
    });
    return stream;
  }

  async hear(response) {
    let heard = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const events = (heard + chunk).split('\n\n');
      heard = events.pop();
      for (const event of events) {
        const text = /^event: next\ndata: (.*)$/.exec(event)?.[1];
        if (text) this.said(JSON.parse(text).id, payload(text));
      }
    }
  }

  async start(request) {
    const { id, next, end } = this.added(request.query);
    const body = JSON.stringify({ ...request, extensions: { operationId: id } });
    const answer = await fetch(this.url, { method: 'POST', headers: this.headers, body });
    if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
    const stop = () => fetch(`${this.url}?operationId=${id}`, { method: 'DELETE', headers: this.headers }).catch(() => undefined);
    return { next, end: () => (end(), void stop()) };
  }

  end() {
    this.ended.abort();
  }
}
