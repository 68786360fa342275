// The example operations, in the order of the walk: they are the first tabs, and always at hand in the side bar.
import availability from './examples/availability.graphql';
import cancelReservation from './examples/cancel-reservation.graphql';
import createListing from './examples/create-listing.graphql';
import followReservation from './examples/follow-reservation.graphql';
import gate from './examples/gate.graphql';
import listings from './examples/listings.graphql';
import listingsChanged from './examples/listings-changed.graphql';
import matches from './examples/matches.graphql';
import myReservations from './examples/my-reservations.graphql';
import mySales from './examples/my-sales.graphql';
import myTickets from './examples/my-tickets.graphql';
import orderListing from './examples/order-listing.graphql';
import payReservation from './examples/pay-reservation.graphql';
import refundReservation from './examples/refund-reservation.graphql';
import reserve from './examples/reserve.graphql';
import revokedTickets from './examples/revoked-tickets.graphql';
import signIn from './examples/sign-in.graphql';
import signUp from './examples/sign-up.graphql';
import welcome from './examples/welcome.graphql';
import withdrawListing from './examples/withdraw-listing.graphql';

const json = (value) => JSON.stringify(value, null, 2);

export const EXAMPLES = [
  { title: 'Welcome', about: 'The walk, step by step', query: welcome },
  {
    title: 'Sign up',
    about: 'Open an account; from then on this page is signed in',
    query: signUp,
    variables: json({ email: 'you@example.com', password: 'a long passphrase' }),
  },
  {
    title: 'Sign in',
    about: 'With an account that you have',
    query: signIn,
    variables: json({ email: 'you@example.com', password: 'a long passphrase' }),
    extra: true,
  },
  {
    title: 'Matches',
    about: 'What is on sale, filtered and page by page',
    query: matches,
    variables: json({ filter: { team: 'Argentina' }, first: 3 }),
  },
  {
    title: 'Availability',
    about: 'What is left, live',
    query: availability,
    variables: json({ matchNumbers: [1] }),
  },
  {
    title: 'Reserve',
    about: 'Hold one or two tickets while you pay',
    query: reserve,
    variables: json({ input: { matchNumber: 1, category: 1, quantity: 2 } }),
  },
  {
    title: 'Cancel a reservation',
    about: 'Give the tickets back',
    query: cancelReservation,
    variables: json({ id: 'the id of a reservation of yours' }),
  },
  {
    title: 'Pay',
    about: 'Pay a reservation or an order by a test card',
    query: payReservation,
    variables: json({
      input: { reservationId: 'the id of a reservation of yours', paymentMethod: 'pm_card_visa' },
    }),
  },
  { title: 'My reservations', about: 'Yours and their tickets, newest first', query: myReservations },
  {
    title: 'Sell a ticket',
    about: 'Offer a paid ticket to other fans',
    query: createListing,
    variables: json({
      input: { ticketId: 'the id of a ticket of yours', title: 'Behind the goal', price: { amount: '80.00' } },
    }),
  },
  {
    title: 'Withdraw a listing',
    about: 'Take back what you offer; the ticket gets a new code',
    query: withdrawListing,
    variables: json({ id: 'the id of a listing of yours' }),
    extra: true,
  },
  {
    title: 'Refund a ticket',
    about: 'Give paid tickets back for their price',
    query: refundReservation,
    variables: json({
      input: {
        reservationId: 'the id of a paid reservation of yours',
        ticketIds: ['the id of a ticket of it'],
        reason: 'I am ill',
      },
    }),
  },
  {
    title: 'Listings',
    about: 'What fans offer, filtered and page by page',
    query: listings,
    variables: json({ filter: { team: 'Qatar' }, sort: 'PRICE_ASC' }),
  },
  {
    title: 'Order a listing',
    about: 'Buy what another fan offers; pay it like a reservation',
    query: orderListing,
    variables: json({ input: { listingId: 'the id of a listing', version: 1 } }),
  },
  {
    title: 'My sales',
    about: 'What you offer, and what you get for it',
    query: mySales,
    extra: true,
  },
  {
    title: 'Watch listings',
    about: 'The market, live',
    query: listingsChanged,
    variables: json({ matchNumbers: [1] }),
    extra: true,
  },
  {
    title: 'Follow a reservation',
    about: 'One of yours, live: held, paid, cancelled, expired',
    query: followReservation,
    variables: json({ id: 'the id of a reservation of yours' }),
    extra: true,
  },
  { title: 'My tickets', about: 'Paid, with their codes and pages to print', query: myTickets, extra: true },
  {
    title: 'At the gate',
    about: 'For stewards: let a visitor in',
    query: gate,
    variables: json({ input: { code: 'the code of a ticket', deviceId: 'gate-1', nonce: '1', matchNumber: 1 } }),
    extra: true,
  },
  {
    title: 'Revoked tickets',
    about: 'For stewards: what an offline device has to know',
    query: revokedTickets,
    extra: true,
  },
];

export const FIRST_TABS = EXAMPLES.filter(({ extra }) => !extra).map(({ query, variables }) => ({ query, variables }));
