type Act = { paymentMethod: string } | { consent: boolean };

/** Does at the sandbox what Stripe's script does at Stripe: gives a card, or the payer's consent. */
export async function confirmInSandbox(
  site: string,
  clientSecret: string,
  act: Act,
): Promise<{ status: string; declineCode: string | null }> {
  const [id] = clientSecret.split('_secret_');
  const response = await fetch(`${site}/sandbox/payment_intents/${id}/confirm`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ clientSecret, ...act }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}
