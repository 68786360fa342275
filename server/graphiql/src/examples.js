// The example operations: a walk through the shop in its order, in groups, with others beside its steps.
import acceptTicketTransfer from './examples/accept-ticket-transfer.graphql';
import availability from './examples/availability.graphql';
import buyerTickets from './examples/buyer-tickets.graphql';
import cancelReservation from './examples/cancel-reservation.graphql';
import cancelTicketTransfer from './examples/cancel-ticket-transfer.graphql';
import createListing from './examples/create-listing.graphql';
import extendReservation from './examples/extend-reservation.graphql';
import followReservation from './examples/follow-reservation.graphql';
import gate from './examples/gate.graphql';
import listings from './examples/listings.graphql';
import listingsChanged from './examples/listings-changed.graphql';
import matches from './examples/matches.graphql';
import me from './examples/me.graphql';
import myReservations from './examples/my-reservations.graphql';
import mySales from './examples/my-sales.graphql';
import myTickets from './examples/my-tickets.graphql';
import orderListing from './examples/order-listing.graphql';
import payOrder from './examples/pay-order.graphql';
import payReservation from './examples/pay-reservation.graphql';
import reconciliation from './examples/reconciliation.graphql';
import refundReservation from './examples/refund-reservation.graphql';
import removeAddressRule from './examples/remove-address-rule.graphql';
import reserve from './examples/reserve.graphql';
import reserveAgain from './examples/reserve-again.graphql';
import revokedTickets from './examples/revoked-tickets.graphql';
import securityEvents from './examples/security-events.graphql';
import setAddressRule from './examples/set-address-rule.graphql';
import signIn from './examples/sign-in.graphql';
import signInSeller from './examples/sign-in-seller.graphql';
import signOut from './examples/sign-out.graphql';
import signUp from './examples/sign-up.graphql';
import signUpBuyer from './examples/sign-up-buyer.graphql';
import transferTicket from './examples/transfer-ticket.graphql';
import verifyEmail from './examples/verify-email.graphql';
import welcome from './examples/welcome.graphql';
import withdrawListing from './examples/withdraw-listing.graphql';
import { Known, PASSPHRASE as PASSWORD, fills, walk } from './walk.js';

const NETWORK = '192.0.2.0/24';

/** A step of the walk; `variables` makes its variables of what earlier answers contained. */
const step = (about, query, variables) => ({ ...beside(about, query, variables), isStep: true });

/** An example that the walk does not need. */
function beside(about, query, variables = () => undefined) {
  return { name: /^(?:query|mutation|subscription) (\w+)/m.exec(query)[1], about, query, variables };
}

export const GROUPS = [
  {
    title: 'Account',
    examples: [
      step('Open an account', signUp, (known) => ({ email: known.spareEmail(), password: PASSWORD })),
      beside('Use an account that exists', signIn, (known) => ({ email: known.lastEmail(), password: PASSWORD })),
      beside('Who is signed in, and their limits', me),
      beside('Confirm the email by the mailed code', verifyEmail, () => ({ code: 'the code from the mail' })),
      beside('End the session', signOut),
    ],
  },
  {
    title: 'Watch',
    examples: [
      step('What is on sale', matches, () => ({ filter: { team: 'Argentina' }, first: 3 })),
      step('What is left, live', availability, (known) => ({ matchNumbers: [known.match()] })),
    ],
  },
  {
    title: 'Reserve',
    examples: [
      step('Hold two tickets', reserve, (known) => ({ input: hold(known) })),
      step('Ask for more time to pay', extendReservation, (known) => ({
        input: { reservationId: known.reservation(), expiresAt: known.expiresAt() },
      })),
      step('Give the tickets back', cancelReservation, (known) => ({ id: known.reservation() })),
      beside('Follow a reservation, live', followReservation, (known) => ({ id: known.anyReservation() })),
    ],
  },
  {
    title: 'Pay',
    examples: [
      step('Hold two more', reserveAgain, (known) => ({ input: hold(known) })),
      step('Pay by a test card', payReservation, (known) => ({
        input: { reservationId: known.reservation('ReserveAgain'), paymentMethod: 'pm_card_visa' },
      })),
    ],
  },
  {
    title: 'Tickets',
    examples: [
      step('Reservations and their tickets', myReservations),
      step('Codes for the gate, PDFs to print', myTickets),
    ],
  },
  {
    title: 'Refund',
    examples: [
      step('Give one ticket back for its price', refundReservation, (known) => ({
        input: { reservationId: known.paid(), ticketIds: [known.ticket()], reason: 'I am ill' },
      })),
    ],
  },
  {
    title: 'Resale',
    examples: [
      step('Offer a ticket to other fans', createListing, (known) => ({
        input: { ticketId: known.ticket(), title: 'Behind the goal', price: { amount: '80.00' } },
      })),
      step('What fans offer', listings, (known) => ({ filter: { matchNumber: known.match() }, sort: 'PRICE_ASC' })),
      step('Open a second account', signUpBuyer, (known) => ({ email: known.spareEmail(), password: PASSWORD })),
      step('Order the listing', orderListing, (known) => ({
        input: { listingId: known.listing(), version: known.listingVersion() },
      })),
      step('Pay the order', payOrder, (known) => ({
        input: { reservationId: known.order(), paymentMethod: 'pm_card_visa' },
      })),
      step('The ticket of the buyer, with its new code', buyerTickets),
      beside('The market, live', listingsChanged, (known) => ({ matchNumbers: [known.match()] })),
      beside('Go back to the account of the seller', signInSeller, (known) => ({
        email: known.sellerEmail(),
        password: PASSWORD,
      })),
      beside('What was sold, and the payout', mySales),
      beside('Take a listing back', withdrawListing, (known) => ({ id: known.listing() })),
    ],
  },
  {
    title: 'Gift',
    examples: [
      step('Give a ticket to a friend', transferTicket, (known) => ({
        input: { ticketId: known.ticket(), email: 'friend@example.com' },
      })),
      step('Take the gift back', cancelTicketTransfer, (known) => ({ id: known.gift() })),
      beside('Accept a gift by the mailed code', acceptTicketTransfer, () => ({ code: 'the code from the mail' })),
    ],
  },
  {
    title: 'Gate',
    role: 'steward',
    examples: [
      step('Let a visitor in', gate, (known) => ({
        input: { ...known.scannable(), deviceId: 'gate-1', nonce: 'scan-1' },
      })),
      beside('Codes that an offline device refuses', revokedTickets),
    ],
  },
  {
    title: 'Admin',
    role: 'admin',
    examples: [
      step('Payments that need a decision', reconciliation),
      step('Block a network', setAddressRule, () => ({
        input: { network: NETWORK, effect: 'BLOCK', reason: 'an example' },
      })),
      step('Let it in again', removeAddressRule, () => ({ network: NETWORK })),
      beside('What was refused, live', securityEvents),
    ],
  },
];

export const STEPS = GROUPS.flatMap(({ examples }) => examples).filter(({ isStep }) => isStep);

const BY_NAME = new Map(GROUPS.flatMap(({ examples }) => examples).map((example) => [example.name, example]));

export const FIRST_TABS = [{ query: welcome }];

export function named(name) {
  return BY_NAME.get(name);
}

/** The step to run after the one of this name; after what is no step, the first that is not done. */
export function after(name, done) {
  const index = STEPS.findIndex((step) => step.name === name);
  return index < 0 ? STEPS.find((step) => !done.includes(step.name)) : STEPS[index + 1];
}

/** The text of an example, with the email that is signed in. */
export function queryOf({ query }) {
  return query.replace('EMAIL', walk.current().me ?? 'EMAIL');
}

/**
 * The variables of an example as its tab is opened, where `shown` are those that it has: what a person has written stays,
 * as does what is known where something of the new is not.
 */
export function variablesOf({ name, variables }, shown) {
  const known = new Known();
  const made = variables(known);
  const text = made === undefined ? '' : JSON.stringify(made, null, 2);
  const filled = walk.current().filled[name];
  const isOurs = shown === undefined || shown === '' || shown === filled;
  if (!isOurs || (known.missing && shown)) return shown;
  if (text !== filled) fills(name, text);
  return text;
}

function hold(known) {
  return { matchNumber: known.match(), category: 1, quantity: 2 };
}
