// The headers by which every answer of the shop is guarded: a page, and a file to keep, which may do nothing at all.

const POLICY = {
  'default-src': "'none'",
  'script-src': "'self'",
  'connect-src': "'self'",
  'img-src': "'self'",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
  'require-trusted-types-for': "'script'",
};

/** What an answer to a browser lacks; `response` is Playwright's. */
export function guardsMissing(response) {
  const headers = response.headers();
  return headers['content-disposition']?.startsWith('attachment') ? missingOfFile(headers) : missing(headers);
}

function missingOfFile(headers) {
  const found = Object.entries({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    .filter(([name, value]) => headers[name] !== value)
    .map(([name]) => `${name} is ${headers[name] ?? 'not there'}`);
  const policy = parsed(headers['content-security-policy'] ?? '');
  for (const directive of ['default-src', 'base-uri', 'form-action', 'frame-ancestors']) {
    if (policy.get(directive) !== "'none'") found.push(`${directive} of the policy is ${policy.get(directive)}`);
  }
  return found;
}

export function missing(headers) {
  const found = [];
  const wants = (name, holds) => {
    if (!holds(headers[name] ?? '')) found.push(`${name} is ${headers[name] ?? 'not there'}`);
  };
  wants('x-content-type-options', (value) => value === 'nosniff');
  wants('referrer-policy', (value) => value === 'strict-origin-when-cross-origin' || value === 'no-referrer');
  wants('cross-origin-opener-policy', (value) => value === 'same-origin');
  wants('permissions-policy', (value) => value.includes('camera=()'));
  wants('cache-control', (value) => value !== '');
  const policy = parsed(headers['content-security-policy'] ?? '');
  for (const [directive, value] of Object.entries(POLICY)) {
    if (policy.get(directive) !== value) found.push(`${directive} of the policy is ${policy.get(directive)}`);
  }
  for (const [directive, value] of policy) {
    if (/unsafe|\*|data:|https?:/.test(value)) found.push(`the policy allows ${directive} ${value}`);
  }
  return found;
}

function parsed(policy) {
  const directives = policy.split(';').map((directive) => directive.trim()).filter(Boolean);
  return new Map(directives.map((directive) => {
    const [name, ...values] = directive.split(/\s+/);
    return [name, values.join(' ')];
  }));
}
