// The session of this page: who signed up or in here last.
//
// With `cookies: true` the browser keeps it where no script can read it: it outlives a reload, and all tabs share it.
// Without, its tokens are in this page's memory and end with the page. Either is refreshed before its access token ends.

import { createStore } from './store.js';

/** How long before its end a session is refreshed, and how soon a refresh that failed is tried again. */
const AHEAD = 60_000;
const AGAIN = 5_000;
/** A request is not sent with a token that ends within this time: the session is refreshed first. */
const MARGIN = 2_000;

/** Where a page finds that the browser keeps a session, whose, and until when: `{ name, ends }`. */
const KEPT = 'matchday-session';

const NOT_KEPT =
  'The browser kept no session: it refuses cookies of this address, or `cookies: true` was left out. Without cookies, ' +
  'select `accessToken` and `refreshToken`.';

const REFRESH = `mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) { user { email displayName } FIELDS expiresAt }
}`;

/** What the page shows: who is signed in, or why there is no session although an answer began one. */
export const shown = createStore({ name: null, problem: null });

/** `{ name, token?, refreshToken?, ends }`, or null; a session without a token is in cookies. */
let session = null;
let timer;
let running = null;
let send = async () => ({});

export function current() {
  if (session?.token && !session.refreshToken && session.ends <= Date.now()) change(null);
  return session;
}

/** Goes on with the session that the browser keeps, if there is one. `post` sends a request and returns the result, always. */
export function resume(post) {
  send = post;
  addEventListener('storage', ({ key }) => key === KEPT && follow());
  const kept = restored();
  if (!kept) return;
  change(kept);
  if (kept.ends - Date.now() < AHEAD) void refresh();
  else void check();
}

/** Ends the session; one in cookies at the server, because the browser would go on sending it. */
export async function end() {
  if (session && !session.token) await send({ query: 'mutation SignOut { signOut { success } }' });
  change(null);
}

/** Takes the session from an answer that came at `now` of the server's clock, whatever alias its field has. */
export function learn(result, now = Date.now()) {
  for (const [field, payload] of Object.entries(result?.data ?? {})) {
    if (field === 'signOut' && payload?.success) change(null);
    const hasToken = typeof payload?.accessToken === 'string';
    if (!hasToken && !(payload && ['signUp', 'signIn', 'refreshSession'].includes(field))) continue;
    change({
      name: payload.user?.displayName ?? payload.user?.email ?? session?.name ?? 'a fan',
      token: payload.accessToken ?? undefined,
      refreshToken: payload.refreshToken ?? undefined,
      // By this device's clock, which may be wrong by hours.
      ends: payload.expiresAt ? Date.now() + Date.parse(payload.expiresAt) - now : Infinity,
    });
    if (!hasToken) void check(field !== 'refreshSession');
  }
}

/** Waits for a refresh where the access token has ended, as after a laptop's sleep. */
export async function fresh() {
  if (running || (session && session.ends - Date.now() < MARGIN)) await refresh();
}

/** Whether the browser sends a session that the server accepts; some browsers keep no cookie that came over plain HTTP. */
export async function check(isNew = false) {
  const checked = session;
  const { data } = await send({ query: '{ me { email displayName } }' });
  if (session !== checked || !checked || checked.token || !data) return;
  if (data.me) return rename(data.me.displayName ?? data.me.email ?? checked.name);
  change(null);
  if (isNew) show(NOT_KEPT);
}

/** The session is not accepted any more: refreshed if it can be, else forgotten. */
export async function refused() {
  if (session && !(await refresh())) change(null);
}

/** Whether there is a session afterwards; what asks while one is under way gets its outcome. */
function refresh() {
  running ??= renewed().finally(() => (running = null));
  return running;
}

async function renewed() {
  clearTimeout(timer);
  const old = session;
  if (!old || (old.token && !old.refreshToken)) return false;
  const input = old.token ? { refreshToken: old.refreshToken } : {};
  const query = REFRESH.replace('FIELDS', old.token ? 'accessToken refreshToken' : '');
  const result = await locked(async () => {
    // Another tab may have done it meanwhile.
    const kept = old.token ? null : restored();
    if (kept && kept.ends - Date.now() >= AHEAD && kept.ends > old.ends) return { kept };
    return send({ query, variables: { input } });
  });
  if (session !== old) return Boolean(session);
  if (result.kept) change(result.kept);
  if (result.kept || result.data?.refreshSession) return true;
  const code = result.errors?.[0]?.extensions?.code;
  if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') {
    change(null);
    return false;
  }
  // The server is away for a moment.
  timer = setTimeout(refresh, AGAIN);
  return true;
}

/** One tab at a time. */
function locked(work) {
  return navigator.locks ? navigator.locks.request(KEPT, work) : work();
}

/** Another tab has signed in or out, or has refreshed the session. */
function follow() {
  if (session?.token) return;
  session = restored();
  schedule();
  show();
}

function rename(name) {
  if (name !== session.name) change({ ...session, name });
}

function restored() {
  try {
    const { name, ends } = JSON.parse(localStorage.getItem(KEPT)) ?? {};
    return name ? { name, ends: ends ?? Infinity } : null;
  } catch {
    return null;
  }
}

function change(next) {
  const wasInCookies = session && !session.token;
  session = next;
  if (next && !next.token) localStorage.setItem(KEPT, JSON.stringify({ name: next.name, ends: next.ends }));
  // A session of tokens leaves the one in cookies to other tabs.
  else if (!next && wasInCookies) localStorage.removeItem(KEPT);
  schedule();
  show();
}

function show(problem = null) {
  shown.set({ name: session?.name ?? null, problem });
}

function schedule() {
  clearTimeout(timer);
  if (session && Number.isFinite(session.ends) && (!session.token || session.refreshToken)) {
    timer = setTimeout(refresh, Math.max(session.ends - Date.now() - AHEAD, AGAIN));
  }
}
