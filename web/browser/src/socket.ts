/**
 * One socket a tab, by the protocol graphql-transport-ws. It is open while something live is on a page that is seen, and
 * subscribes again from the versions that the page has by then.
 */

import { waitBefore } from './backoff.js';
import { type Document, RefreshSession } from './documents.js';
import { connection } from './page.js';

const HIDDEN_MS = 30_000;
const ACK_MS = 10_000;
/** Silence after which a ping asks whether the other end is there. */
const SILENT_MS = 20_000;
const PONG_MS = 1_500;
const TICK_MS = 5_000;
const REFRESH_EACH_MS = 60_000;
/** Too many connections or requests, asked to wait, or a protocol that is not ours: no reason to hurry. */
const REFUSED = [1013, 4400, 4406, 4408, 4409, 4429];
/** The session is over: with cookies it goes on after a refresh. */
const SESSION_OVER = [4401, 4403];

/** What an element follows. */
export interface Feed<V, R> {
  document: Document<V, R>;
  /** Asked at each subscription, so that it resumes from what the page has. */
  variables(): V;
  next(data: R): void;
  /** It is over for good, with the code of the refusal where there is one. */
  over?(code: string | undefined): void;
}

interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}
interface Refusal {
  extensions?: { code?: string; retryAfter?: number };
}

const root = document.documentElement;
const feeds = new Map<string, Feed<unknown, unknown>>();
let ids = 0;
let socket: WebSocket | undefined;
let isReady = false;
let isAway = false;
let heardAt = 0;
let readyAt = 0;
let goodAt = Date.now();
let tries = 0;
let refreshedAt = -Infinity;
let retry: ReturnType<typeof setTimeout> | undefined;
let away: ReturnType<typeof setTimeout> | undefined;
let ticked = Date.now();

/** Follows a subscription until the function that it returns is called. */
export function follow<V, R>(feed: Feed<V, R>): () => void {
  const id = String((ids += 1));
  feeds.set(id, feed as Feed<unknown, unknown>);
  if (isReady) {
    subscribe(id);
  } else if (document.readyState === 'complete') {
    connect();
  }
  return () => {
    if (feeds.delete(id) && isReady) {
      send({ type: 'complete', id });
    }
  };
}

function send(message: Message): void {
  if (socket?.readyState === WebSocket.OPEN) {
    socket.send(JSON.stringify(message));
  }
}

function subscribe(id: string): void {
  const feed = feeds.get(id);
  if (feed && isReady) {
    send({ type: 'subscribe', id, payload: { query: feed.document.text, variables: feed.variables() } });
  }
}

function connect(): void {
  clearTimeout(retry);
  if (socket || isAway || feeds.size === 0) {
    return;
  }
  const url = new URL(root.dataset.socket ?? '/graphql', location.href);
  url.protocol = url.protocol.replace('http', 'ws');
  const opened = new WebSocket(url, 'graphql-transport-ws');
  socket = opened;
  heardAt = Date.now();
  opened.onopen = () => send({ type: 'connection_init' });
  opened.onmessage = ({ data }) => hear(JSON.parse(data));
  opened.onclose = ({ code }) => void lost(code);
  setTimeout(() => {
    if (socket === opened && !isReady) {
      drop();
    }
  }, ACK_MS);
}

/** Lets the socket go without waiting for an answer that a dead line never gives. */
function drop(): void {
  leave();
  void lost(1006);
}

function leave(): void {
  const left = socket;
  if (left) {
    left.onclose = left.onmessage = left.onopen = null;
    // Chromium writes an error for a socket that is closed before it has opened.
    if (left.readyState === WebSocket.CONNECTING) {
      left.onopen = () => left.close();
    } else {
      left.close();
    }
    socket = undefined;
  }
  isReady = false;
}

async function lost(code: number): Promise<void> {
  socket = undefined;
  isReady = false;
  connection(navigator.onLine ? 'reconnecting' : 'offline');
  if (SESSION_OVER.includes(code)) {
    await refresh();
  }
  const loss = { tries, lostFor: Date.now() - goodAt, refused: REFUSED.includes(code) };
  clearTimeout(retry);
  retry = setTimeout(connect, waitBefore(loss, Math.random()));
  tries += 1;
}

function hear({ type, id = '', payload }: Message): void {
  heardAt = Date.now();
  const feed = feeds.get(id);
  if (type === 'connection_ack') {
    isReady = true;
    readyAt = heardAt;
    connection('live');
    [...feeds.keys()].forEach(subscribe);
  } else if (type === 'ping') {
    send({ type: 'pong' });
  } else if (type === 'next' && feed) {
    const { data, errors } = payload as { data?: unknown; errors?: Refusal[] };
    if (data) {
      feed.next(data);
    } else {
      void refused(id, errors?.[0]);
    }
  } else if (type === 'error' && feed) {
    void refused(id, (payload as Refusal[])[0]);
  } else if (type === 'complete' && feed) {
    end(id, undefined);
  }
}

function end(id: string, code: string | undefined): void {
  const feed = feeds.get(id);
  feeds.delete(id);
  feed?.over?.(code);
  if (feeds.size === 0) {
    leave();
    connection('offline');
  }
}

async function refused(id: string, error: Refusal | undefined): Promise<void> {
  const { code, retryAfter = 5 } = error?.extensions ?? {};
  const session = code === 'UNAUTHENTICATED' ? await refresh() : undefined;
  if (session === 'renewed') {
    // The cookies of a socket are those of its handshake.
    drop();
  } else if (session === 'unknown' || ['RATE_LIMITED', 'SERVICE_UNAVAILABLE', 'INTERNAL'].includes(code ?? '')) {
    setTimeout(() => subscribe(id), retryAfter * (1_000 + 500 * Math.random()));
  } else {
    end(id, code);
  }
}

/** Goes on with the session of the cookies, once a minute at most. */
async function refresh(): Promise<'renewed' | 'over' | 'unknown'> {
  if (root.dataset.session === undefined || Date.now() - refreshedAt < REFRESH_EACH_MS) {
    return 'over';
  }
  refreshedAt = Date.now();
  try {
    const answer = await fetch(root.dataset.socket ?? '/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: RefreshSession.text }),
      signal: AbortSignal.timeout(ACK_MS),
    });
    const { data, errors } = (await answer.json()) as { data?: unknown; errors?: Refusal[] };
    if (data) {
      return 'renewed';
    }
    if (errors?.[0]?.extensions?.code === 'UNAUTHENTICATED') {
      return 'over';
    }
  } catch {
    // Not reached: it is asked again.
  }
  refreshedAt = -Infinity;
  return 'unknown';
}

/** Asks whether the other end is still there, and comes back at once if it is not. */
function check(): void {
  if (!socket) {
    tries = 0;
    connect();
    return;
  }
  const asked = socket;
  const before = heardAt;
  send({ type: 'ping' });
  setTimeout(() => {
    if (socket === asked && isReady && heardAt === before) {
      drop();
    }
  }, PONG_MS);
}

function awake(): void {
  if (!document.hidden) {
    clearTimeout(away);
    isAway = false;
    check();
  }
}

function sleep(): void {
  isAway = true;
  clearTimeout(retry);
  if (socket) {
    leave();
    connection('reconnecting');
  }
}

/** Begins at `pageshow`, once the page is loaded: what is live never delays what is seen. */
export function start(): void {
  addEventListener('pagehide', sleep);
  addEventListener('pageshow', awake);
  addEventListener('online', awake);
  addEventListener('offline', () => {
    if (socket) {
      drop();
    }
    connection('offline');
  });
  document.addEventListener('visibilitychange', () => {
    clearTimeout(away);
    if (document.hidden) {
      away = setTimeout(sleep, HIDDEN_MS);
    } else {
      awake();
    }
  });
  setInterval(() => {
    const now = Date.now();
    const hasSlept = now - ticked > 3 * TICK_MS;
    ticked = now;
    // A line is good once it has lasted: one that is closed after each hello is tried ever more slowly.
    if (isReady && now - readyAt >= TICK_MS) {
      tries = 0;
      goodAt = now;
    }
    if (socket && (hasSlept || now - heardAt > SILENT_MS)) {
      check();
    }
  }, TICK_MS);
}
