// The session of this page: who signed up or in here last, kept in memory only and gone with the page.

let session = null;
const listeners = new Set();

/** `{ token, name }` while its access token is valid, else null. */
export function current() {
  if (session?.ends <= Date.now()) session = null;
  return session;
}

export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function forget() {
  change(null);
}

/** Takes the session from the answer of signUp, signIn or refreshSession, whatever alias they have. */
export function learn(result) {
  for (const [field, payload] of Object.entries(result?.data ?? {})) {
    if (field === 'signOut' && payload?.success) forget();
    if (typeof payload?.accessToken !== 'string') continue;
    change({
      token: payload.accessToken,
      name: payload.user?.displayName ?? payload.user?.email ?? session?.name ?? 'a fan',
      ends: payload.expiresAt ? Date.parse(payload.expiresAt) : Infinity,
    });
  }
}

function change(next) {
  session = next;
  for (const listener of listeners) listener();
}
