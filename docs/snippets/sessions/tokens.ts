import { RequestError, request } from '../errors/request';

interface Tokens {
  accessToken: string;
  refreshToken: string;
}

const TOKENS = 'accessToken refreshToken';
const SIGN_IN = `mutation SignIn($input: SignInInput!) { signIn(input: $input) { ${TOKENS} } }`;
const REFRESH = `mutation Refresh($input: RefreshSessionInput!) { refreshSession(input: $input) { ${TOKENS} } }`;
const SIGN_OUT = 'mutation SignOut { signOut { success } }';

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

/** Whether an error says that the session has ended: show the sign-in page then. */
export const hasEnded = (error: unknown) => error instanceof RequestError && error.code === 'UNAUTHENTICATED';

/** A session of a program that keeps its tokens itself: an app, a script, a server. */
export class Session {
  readonly #url: string;
  #tokens: Tokens;
  #renewAt: number;
  #refreshing: Promise<void> | undefined;

  private constructor(url: string, tokens: Tokens) {
    this.#url = url;
    this.#tokens = tokens;
    this.#renewAt = renewalOf(tokens);
  }

  static async signIn(url: string, email: string, password: string): Promise<Session> {
    const { signIn } = await request<{ signIn: Tokens }>(url, SIGN_IN, { input: { email, password } });
    return new Session(url, signIn);
  }

  /** Goes on with a session of which a refresh token was kept, as after a restart of the app. */
  static async resume(url: string, refreshToken: string): Promise<Session> {
    const session = new Session(url, { accessToken: '', refreshToken });
    await session.refresh();
    return session;
  }

  /** An access token that does not end within the next moments. */
  async token(): Promise<string> {
    if (performance.now() >= this.#renewAt) await this.refresh();
    return this.#tokens.accessToken;
  }

  get refreshToken(): string {
    return this.#tokens.refreshToken;
  }

  /** Sends an operation; refreshes the session once where its token was refused. */
  async request<Data>(query: string, variables: object = {}, headers: Record<string, string> = {}): Promise<Data> {
    const send = async () => request<Data>(this.#url, query, variables, { ...bearer(await this.token()), ...headers });
    try {
      return await send();
    } catch (error) {
      if (!hasEnded(error)) throw error;
      await this.refresh();
      return send();
    }
  }

  /** One refresh at a time, however many requests wait for it. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#exchange().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async signOut(): Promise<void> {
    await this.request(SIGN_OUT);
  }

  async #exchange(): Promise<void> {
    const input = { refreshToken: this.#tokens.refreshToken };
    const { refreshSession } = await request<{ refreshSession: Tokens }>(this.#url, REFRESH, { input });
    this.#tokens = refreshSession;
    this.#renewAt = renewalOf(refreshSession);
  }
}

/** After two thirds of the token's life, by a clock that no setting of the device changes. */
function renewalOf({ accessToken }: Tokens): number {
  const [, claims] = accessToken.split('.');
  if (!claims) return 0;
  const { iat, exp } = JSON.parse(atob(claims.replaceAll('-', '+').replaceAll('_', '/'))) as { iat: number; exp: number };
  return performance.now() + ((exp - iat) * 2000) / 3;
}
