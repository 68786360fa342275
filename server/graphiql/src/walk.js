// What the examples remember of answers: the ids that the next steps ask for, and which steps are done.
//
// It is kept in the browser, so that a second window and a reload go on with it.

import { createStore } from './store.js';

const KEPT = 'matchday-walk';

/** Of the accounts that the examples open. */
export const PASSPHRASE = 'a long passphrase';

const NOTHING = {
  /** For the next account: no account has it yet. */
  spare: freshEmail(),
  /** The email that is signed in, and those that were before, the newest last. */
  me: null,
  fans: [],
  /** Who offered the newest listing. */
  seller: null,
  /** How often SignUp was run: each walk buys tickets of another match than the one before. */
  round: 0,
  matches: [],
  reservation: null,
  paid: null,
  order: null,
  listing: null,
  gift: null,
  tickets: [],
  done: [],
  /** The variables that each example was given. */
  filled: {},
};

export const walk = createStore(restored());

/** Takes what an answer says to `request`, and that its step is done. */
export function learn({ operationName, variables }, { data, errors }) {
  if (!data || errors) return;
  const next = { ...walk.current() };
  for (const [field, payload] of Object.entries(data)) {
    if (payload) LESSONS[field]?.(next, payload, { operationName, input: variables?.input ?? {} });
  }
  if (operationName && !next.done.includes(operationName)) next.done = [...next.done, operationName];
  change(next);
}

/** Remembers which variables an example was given: as long as its tab has them, they may be replaced. */
export function fills(name, variables) {
  const next = walk.current();
  change({ ...next, filled: { ...next.filled, [name]: variables } });
}

/** What the variables of examples are made of; `missing` says that a step before has to be run first. */
export class Known {
  missing = false;
  #walk = walk.current();

  #ask(found, step) {
    this.missing ||= found === undefined;
    return found ?? `run ${step} first`;
  }

  #own(thing) {
    return thing?.owner === this.#walk.me ? thing : undefined;
  }

  spareEmail() {
    return this.#walk.spare;
  }

  lastEmail() {
    return this.#walk.fans.at(-1) ?? 'you@example.com';
  }

  sellerEmail() {
    return this.#ask(this.#walk.seller ?? undefined, 'CreateListing');
  }

  match() {
    const { matches, round } = this.#walk;
    return matches.length > 0 ? matches[round % matches.length] : 1;
  }

  reservation(step = 'Reserve') {
    return this.#ask(this.#own(this.#walk.reservation)?.id, step);
  }

  expiresAt() {
    return this.#own(this.#walk.reservation)?.expiresAt;
  }

  anyReservation() {
    return this.#ask((this.#own(this.#walk.reservation) ?? this.#own(this.#walk.paid))?.id, 'Reserve');
  }

  paid() {
    return this.#ask(this.#own(this.#walk.paid)?.id, 'PayReservation');
  }

  ticket() {
    return this.#ask(this.#walk.tickets.find((ticket) => this.#own(ticket)?.status === 'VALID')?.id, 'MyTickets');
  }

  /** A ticket that a gate can scan, of either account. */
  scannable() {
    const found = this.#walk.tickets.findLast(({ status, code }) => status === 'VALID' && code);
    return { code: this.#ask(found?.code, 'MyTickets'), matchNumber: found?.matchNumber };
  }

  listing() {
    return this.#ask(this.#walk.listing?.id, 'Listings');
  }

  listingVersion() {
    return this.#walk.listing?.version;
  }

  order() {
    return this.#ask(this.#own(this.#walk.order)?.id, 'OrderListing');
  }

  gift() {
    return this.#ask(this.#own(this.#walk.gift)?.id, 'TransferTicket');
  }
}

const LESSONS = {
  signUp(next, payload, { operationName }) {
    signedIn(next, payload);
    // A new walk; what others offer stays to be bought.
    if (operationName === 'SignUp') Object.assign(next, { round: next.round + 1, done: [] });
  },
  signIn: signedIn,
  signOut(next, { success }) {
    if (success) next.me = null;
  },
  matches(next, { nodes }) {
    const onSale = nodes?.filter(({ categories }) => categories?.some(({ sellable }) => sellable > 3)) ?? [];
    if (onSale.length > 0) next.matches = onSale.map(({ matchNumber }) => matchNumber);
  },
  reserve: (next, { reservation }) => reserved(next, reservation),
  extendReservation: (next, { reservation }) => reserved(next, reservation),
  cancelReservation: (next, { reservation }) => reserved(next, reservation),
  payReservation: (next, { reservation }) => reserved(next, reservation),
  refundReservation: (next, { reservation }) => reserved(next, reservation),
  reservation: reserved,
  myReservations(next, { nodes }) {
    nodes?.toReversed().forEach((reservation) => reserved(next, reservation));
  },
  myTickets(next, { nodes }) {
    nodes?.forEach((ticket) => keep(next, ticket));
  },
  createListing(next, { listing }) {
    next.listing = listing;
    next.seller = next.me;
    keep(next, { id: listing?.ticketId, status: 'LISTED', code: null });
  },
  withdrawListing(next, { listing }) {
    if (listing?.id === next.listing?.id) next.listing = null;
    // Its code is another one now.
    keep(next, { id: listing?.ticketId, status: 'VALID', code: null });
  },
  listings(next, { nodes }) {
    const seen = nodes?.find(({ id }) => id === next.listing?.id) ?? nodes?.find(({ state }) => state === 'OPEN');
    next.listing = seen ?? next.listing;
  },
  orderListing(next, { order }) {
    next.order = owned(next, order);
  },
  transferTicket(next, { ticket }) {
    next.gift = owned(next, ticket);
    keep(next, ticket);
  },
  cancelTicketTransfer(next, { ticket }) {
    next.gift = null;
    keep(next, ticket);
  },
  acceptTicketTransfer: (next, { ticket }) => keep(next, ticket),
  checkIn(next, { checkIn }) {
    const scanned = next.tickets.find(({ id }) => id === checkIn?.ticket?.id);
    if (scanned && checkIn.outcome === 'ADMITTED') keep(next, { ...scanned, status: 'USED' });
  },
};

function signedIn(next, { user }) {
  if (!user?.email) return;
  next.me = user.email;
  if (next.spare === user.email) next.spare = freshEmail();
  next.fans = [...next.fans.filter((email) => email !== user.email), user.email].slice(-10);
}

function reserved(next, reservation) {
  const { id, status, expiresAt, tickets } = reservation ?? {};
  if (!id) return;
  tickets?.forEach((ticket) => keep(next, ticket));
  if (id === next.order?.id) return;
  if (status === 'PENDING') next.reservation = owned(next, { id, expiresAt: expiresAt ?? next.reservation?.expiresAt });
  else if (id === next.reservation?.id) next.reservation = null;
  if (status === 'RESERVED') next.paid = owned(next, { id });
}

/** Adds a ticket, or what is new of it. */
function keep(next, ticket) {
  if (!ticket?.id) return;
  const before = next.tickets.find(({ id }) => id === ticket.id);
  const { id, status = before?.status, code = before?.code, match } = ticket;
  const after = { id, status, code, matchNumber: match?.matchNumber ?? before?.matchNumber, owner: before?.owner ?? next.me };
  next.tickets = [...next.tickets.filter((other) => other !== before), after].slice(-40);
}

function owned(next, thing) {
  return thing && { ...thing, owner: next.me };
}

function freshEmail() {
  return `fan-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}@example.com`;
}

function restored() {
  try {
    return { ...NOTHING, ...JSON.parse(localStorage.getItem(KEPT)) };
  } catch {
    return NOTHING;
  }
}

function change(next) {
  walk.set(next);
  localStorage.setItem(KEPT, JSON.stringify(next));
}

addEventListener('storage', ({ key }) => key === KEPT && walk.set(restored()));
