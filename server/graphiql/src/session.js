// The session of this page: who signed up or in here last.
//
// With `cookies: true` the browser keeps it where no script can read it, so it outlives a reload; without, its tokens are
// in this page's memory and gone with the page. Either way it is refreshed before its access token ends.

/** How long before its end a session is refreshed, and how soon a refresh that failed is tried again. */
const AHEAD = 60_000;
const AGAIN = 5_000;

/** Where a page that was reloaded finds that the browser keeps a session, and whose. */
const KEPT = 'matchday-session';

const REFRESH = `mutation RefreshSession($input: RefreshSessionInput!) {
  refreshSession(input: $input) { user { email displayName } FIELDS expiresAt }
}`;

let session = null;
let timer;
let send = async () => ({});
const listeners = new Set();

/** `{ name, token?, refreshToken?, ends }`, or null; a session without a token is in cookies. */
export function current() {
  if (session?.token && !session.refreshToken && session.ends <= Date.now()) session = null;
  return session;
}

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Goes on with the session that the browser keeps, if there is one. `post` sends a request and returns the result. */
export function resume(post) {
  send = post;
  const name = localStorage.getItem(KEPT);
  if (name === null) return;
  change({ name, ends: 0 });
  void refresh();
}

/** Asks as anybody again; a session in cookies is ended, for the browser would go on sending it. */
export async function end() {
  if (session && !session.token) await send({ query: 'mutation SignOut { signOut { success } }' }).catch(() => {});
  change(null);
}

/** Takes the session from the answer of signUp, signIn or refreshSession, whatever alias they have. */
export function learn(result) {
  for (const [field, payload] of Object.entries(result?.data ?? {})) {
    if (field === 'signOut' && payload?.success) change(null);
    const hasToken = typeof payload?.accessToken === 'string';
    if (!hasToken && !(payload && ['signUp', 'signIn', 'refreshSession'].includes(field))) continue;
    change({
      name: payload.user?.displayName ?? payload.user?.email ?? session?.name ?? 'a fan',
      token: payload.accessToken ?? undefined,
      refreshToken: payload.refreshToken ?? undefined,
      ends: payload.expiresAt ? Date.parse(payload.expiresAt) : Infinity,
    });
    if (!hasToken) void check();
  }
}

/** Whether the browser has kept the session: some keep no cookie that came over plain HTTP. */
async function check() {
  const checked = session;
  const { data } = await send({ query: '{ me { email displayName } }' }).catch(() => ({}));
  if (session !== checked || !data) return;
  if (data.me) change({ ...checked, name: data.me.displayName ?? data.me.email ?? checked.name });
  else change(null);
}

/** The session is not accepted any more: refreshed if it can be, else forgotten. */
export async function refused() {
  if (session && !(await refresh())) change(null);
}

async function refresh() {
  clearTimeout(timer);
  const old = session;
  if (!old || (old.token && !old.refreshToken)) return false;
  const input = old.token ? { refreshToken: old.refreshToken } : {};
  const query = REFRESH.replace('FIELDS', old.token ? 'accessToken refreshToken' : '');
  try {
    // One tab at a time: a refresh token is used once.
    const result = await locked(() => send({ query, variables: { input } }));
    if (session !== old) return Boolean(session);
    if (result.data?.refreshSession) {
      learn(result);
      return true;
    }
    const code = result.errors?.[0]?.extensions?.code;
    if (code === 'UNAUTHENTICATED' || code === 'FORBIDDEN') {
      change(null);
      return false;
    }
  } catch {
    // The server is away for a moment.
  }
  timer = setTimeout(refresh, AGAIN);
  return true;
}

function locked(work) {
  return navigator.locks ? navigator.locks.request(KEPT, work) : work();
}

function change(next) {
  session = next;
  clearTimeout(timer);
  if (next && !next.token) localStorage.setItem(KEPT, next.name);
  else localStorage.removeItem(KEPT);
  if (next?.ends && Number.isFinite(next.ends) && (!next.token || next.refreshToken)) {
    timer = setTimeout(refresh, Math.max(next.ends - Date.now() - AHEAD, AGAIN));
  }
  for (const listener of listeners) listener();
}
