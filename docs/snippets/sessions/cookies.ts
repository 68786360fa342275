import { RequestError, request } from '../errors/request';

const GRAPHQL = '/graphql';

const SIGN_IN = `mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password, cookies: true }) { user { id } }
}`;
const REFRESH = 'mutation Refresh { refreshSession(input: {}) { expiresAt } }';
const ME = 'query Me { me { id } }';
const SIGN_OUT = 'mutation SignOut { signOut { success } }';

export async function signIn(email: string, password: string): Promise<void> {
  await request(GRAPHQL, SIGN_IN, { email, password });
}

let refreshing: Promise<boolean> | undefined;

/** Goes on with the session that the browser's cookies keep; false where there is none, and the visitor has to sign in. */
export function refresh(): Promise<boolean> {
  refreshing ??= exchange().finally(() => (refreshing = undefined));
  return refreshing;
}

async function exchange(): Promise<boolean> {
  try {
    await request(GRAPHQL, REFRESH);
    return true;
  } catch (error) {
    // The session has ended, or the browser has no cookie of one.
    if (error instanceof RequestError && ['UNAUTHENTICATED', 'BAD_USER_INPUT'].includes(error.code)) return false;
    throw error;
  }
}

/** Sends an operation of a signed-in visitor; refreshes the session once where its cookie has expired. */
export async function ask<Data>(query: string, variables: object = {}): Promise<Data> {
  try {
    return await request<Data>(GRAPHQL, query, variables);
  } catch (error) {
    const isSignedOut = error instanceof RequestError && error.code === 'UNAUTHENTICATED';
    if (!isSignedOut || !(await refresh())) throw error;
    return request<Data>(GRAPHQL, query, variables);
  }
}

/** The user who is signed in; null where the visitor has to sign in. */
export async function whoIsHere(): Promise<{ id: string } | null> {
  const me = async () => (await request<{ me: { id: string } | null }>(GRAPHQL, ME)).me;
  // A cookie that has expired counts as none, so `me` is null then too.
  return (await me()) ?? ((await refresh()) ? me() : null);
}

export async function signOut(): Promise<void> {
  await ask(SIGN_OUT);
}
