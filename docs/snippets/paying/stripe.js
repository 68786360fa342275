import { loadStripe } from '@stripe/stripe-js';

/** @param {string} publishableKey */
async function stripeOf(publishableKey) {
  const stripe = await loadStripe(publishableKey);
  if (!stripe) throw new Error('Stripe.js runs in browsers only');
  return stripe;
}

// #part element
/**
 * Shows Stripe's card form. The function that it returns pays, and returns why it could not.
 *
 * @param {string} publishableKey
 * @param {string} clientSecret
 * @param {HTMLElement} place
 * @param {string} returnUrl
 */
export async function showCardForm(publishableKey, clientSecret, place, returnUrl) {
  const stripe = await stripeOf(publishableKey);
  const elements = stripe.elements({ clientSecret });
  elements.create('payment').mount(place);
  return async () => {
    // Stripe leaves for the bank's page or for `returnUrl`; what comes back here is why it did not.
    const { error } = await stripe.confirmPayment({ elements, confirmParams: { return_url: returnUrl } });
    return error.message;
  };
}
// #end element

// #part consent
/**
 * Lets the payer's bank ask for consent (3-D Secure); returns why it was not given.
 *
 * @param {string} publishableKey
 * @param {string} clientSecret
 */
export async function askForConsent(publishableKey, clientSecret) {
  const stripe = await stripeOf(publishableKey);
  const { error } = await stripe.handleNextAction({ clientSecret });
  return error?.message;
}
// #end consent
