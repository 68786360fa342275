// The session of this browser. Cookies that no script can read keep its tokens; this module keeps its user and the end of its access token.

import { ask, Refused } from './matchday';

const REFRESH_BEFORE_MS = 10_000;
const SESSION = 'user { id email } expiresAt';

export interface User {
  id: string;
  email: string | null;
}
/** null: there is no session; undefined: the server has not answered yet. */
type Viewer = User | null | undefined;

let user: Viewer;
let endsAt = 0;
let refreshing: Promise<void> | undefined;
const listeners = new Set<(before: Viewer) => void>();

export const currentUser = () => user;

/** Calls `listener` after each change of the user, with the user before; returns a function that ends this. */
export function onUserChange(listener: (before: Viewer) => void) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** Await this before each request and each connection. Calls at the same time share one refresh. */
export async function freshSession() {
  if (!needsRefresh()) return;
  await (refreshing ??= refresh().finally(() => (refreshing = undefined)));
}

export const needsRefresh = () => user !== null && Date.now() > endsAt - REFRESH_BEFORE_MS;

/** Has the next `freshSession` refresh, because the access token was refused or has ended. */
export const expireSession = () => void (endsAt = 0);

export const signUp = async (email: string, password: string) =>
  keep(await ask(/* GraphQL */ `mutation ($input: SignUpInput!) { session: signUp(input: $input) { ${SESSION} } }`, credentials(email, password)));

export const signIn = async (email: string, password: string) =>
  keep(await ask(/* GraphQL */ `mutation ($input: SignInInput!) { session: signIn(input: $input) { ${SESSION} } }`, credentials(email, password)));

export async function signOut() {
  await freshSession();
  await ask(/* GraphQL */ `mutation { signOut { success } }`);
  become(null);
}

const credentials = (email: string, password: string) => ({ input: { email, password, cookies: true } });

async function refresh() {
  try {
    keep(await ask(/* GraphQL */ `mutation { session: refreshSession(input: {}) { ${SESSION} } }`));
  } catch (error) {
    // The session has ended, or the browser has no cookie of one. After any other error the session may go on later.
    if (!(error instanceof Refused && ['UNAUTHENTICATED', 'BAD_USER_INPUT'].includes(error.code))) throw error;
    become(null);
  }
}

function keep({ data: { session }, now }: Awaited<ReturnType<typeof ask>>) {
  // The clock of the device may be wrong, so only the time that is left by the server's clock counts.
  endsAt = Date.now() + Date.parse(session.expiresAt) - now;
  become(session.user);
}

function become(next: User | null) {
  const before = user;
  user = next;
  if (before === undefined || before?.id !== next?.id) for (const listener of listeners) listener(before);
}
