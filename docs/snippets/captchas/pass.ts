import { RequestError, request } from '../errors/request';
import { type Altcha, solve } from './solve';

interface Captcha {
  provider: 'ALTCHA' | 'SITEVERIFY';
  level: number;
  altcha?: Altcha;
  siteKey?: string;
}

const SOLVE = 'mutation Solve($payload: String!) { solveCaptcha(input: { payload: $payload }) { pass expiresAt } }';

let pass: string | undefined;

/** Sends an operation; where a captcha is asked for, solves it and sends the operation once more, with the pass. */
export async function requestWithPass<Data>(
  url: string,
  query: string,
  variables: object,
  headers: Record<string, string> = {},
): Promise<Data> {
  const send = () => request<Data>(url, query, variables, { ...headers, ...(pass && { 'captcha-pass': pass }) });
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'CAPTCHA_REQUIRED') throw error;
    const captcha = error.failures[0]?.extensions['captcha'] as Captcha;
    if (!captcha.altcha) throw error;
    // The same session as before: a pass is its user's, or the address's where no user is signed in.
    const payload = await solve(captcha.altcha);
    const { solveCaptcha } = await request<{ solveCaptcha: { pass: string } }>(url, SOLVE, { payload }, headers);
    pass = solveCaptcha.pass;
    return send();
  }
}
