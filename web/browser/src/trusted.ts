/** The two addresses of scripts that the module makes, behind one policy of Trusted Types. */

interface Policy {
  createScriptURL(url: string): string;
}
interface Factory {
  createPolicy(name: string, rules: Policy): Policy;
}

declare const WORKER: string;

const STRIPE = 'https://js.stripe.com/';
const rules: Policy = {
  createScriptURL(url) {
    const { href, origin } = new URL(url, location.href);
    if (origin !== location.origin && !href.startsWith(STRIPE)) {
      throw new TypeError(`${url} is not a script of ours`);
    }
    return href;
  },
};
const { trustedTypes } = globalThis as { trustedTypes?: Factory };
const policy = trustedTypes?.createPolicy('matchday', rules) ?? rules;

/** The worker that solves captchas, which is served beside the module. */
export function worker(): Worker {
  return new Worker(policy.createScriptURL(new URL(WORKER, import.meta.url).href), { type: 'module' });
}

/** Loads Stripe's script, or what stands for it. */
export function loadScript(url = `${STRIPE}v3/`): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.onload = () => resolve();
    script.onerror = reject;
    script.src = policy.createScriptURL(url);
    document.head.append(script);
  });
}
