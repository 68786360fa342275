// docs/guides/resale.md: fans sell tickets, buy them, and give them to friends.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { codeOf, eventually, operationsOf, opensSite, refusal, sent, snippet } from './world.mjs';

const MATCH = 20;

let site;
let selling;
let buying;
let gifts;
let hold;
let pay;

before(async () => {
  site = await opensSite();
  [selling, buying, gifts, { hold }, { pay }] = await Promise.all(
    ['resale/sell.ts', 'resale/buy.ts', 'gifts/gift.ts', 'reserving/hold.ts', 'paying/pay.ts'].map(snippet));
}, { timeout: 120_000 });
after(() => site?.stop());

/** A fan with a ticket of a match. */
async function holder(matchNumber = MATCH) {
  const { session, ...fan } = await site.fan();
  const { id } = await hold(session, { matchNumber, category: 1, quantity: 1 });
  const { reservation: { tickets: [ticket] } } = await pay(session, id, 'pm_card_visa');
  const { reservation: { unitPrice } } = await session.request('query ($id: ID!) { reservation(id: $id) { unitPrice { amount } } }', { id });
  return { session, ticket, reservationId: id, price: unitPrice.amount, ...fan };
}

const offered = ({ session, ticket, price }, title = 'North stand') =>
  selling.offer(session, { ticketId: ticket.id, title, price: { amount: price } });

describe('resale', { concurrency: true }, () => {
  test('a listing is offered once a key, seen live, changed, ordered, paid and paid out', async (t) => {
    const [{ Market }, { socketOf }, { Terms, MySales, MyOrders }] = await Promise.all(
      [snippet('resale/market.ts'), snippet('sessions/socket.ts'), operationsOf('resale/selling.graphql')]);
    const [seller, buyer] = await Promise.all([holder(), site.fan()]);
    const client = socketOf(buyer.session, site.socket);
    t.after(() => client.dispose());
    const market = new Market();
    await market.load(site.graphql, MATCH);
    assert.deepEqual(market.offered, [], 'an empty market is known to be empty');
    market.follow(client, MATCH, () => undefined, assert.fail);
    const onTheMarket = (what, holds) => eventually(what, () => holds(market.offered));

    const offer = { ticketId: seller.ticket.id, title: 'North stand', price: { amount: seller.price } };
    const listing = await selling.offer(seller.session, offer, 'one');
    assert.deepEqual(await selling.offer(seller.session, offer, 'one'), listing);
    await onTheMarket('the offer', ([one]) => one?.state === 'OPEN');

    const { data: { site: { resale } } } = await sent(site.graphql, Terms);
    const fee = (Number(seller.price) * resale.feePercent) / 100;
    assert.equal(Number(listing.fee.amount), Math.round(fee * 100) / 100);
    const cheaper = await selling.changePrice(seller.session, listing, (Number(seller.price) - 5).toFixed(2));
    const stale = await refusal(selling.changePrice(seller.session, listing, seller.price));
    assert.deepEqual([stale.code, stale.failures[0].extensions.currentVersion], ['CONFLICT', cheaper.version]);
    assert.equal(buying.afterRefusal(await refusal(buying.order(buyer.session, listing))), 'changed');
    await onTheMarket('the new price', ([one]) => one.price.amount === cheaper.price.amount);

    const order = await buying.order(buyer.session, cheaper, 'mine');
    assert.equal((await buying.order(buyer.session, cheaper, 'mine')).id, order.id);
    await onTheMarket('the lock', ([one]) => one.state === 'LOCKED');
    const other = await site.fan();
    assert.equal(buying.afterRefusal(await refusal(buying.order(other.session, cheaper))), 'locked');
    assert.ok((await refusal(selling.changePrice(seller.session, cheaper, seller.price))).failures[0].extensions.lockedUntil);
    assert.equal((await buyer.session.request(MyOrders)).myOrders.nodes[0].listing.id, listing.id);

    const { reservation } = await pay(buyer.session, order.id, 'pm_card_visa');
    assert.deepEqual([reservation.status, reservation.tickets.length], ['RESERVED', 1]);
    await onTheMarket('its end', (offers) => offers.length === 0);
    assert.equal(buying.afterRefusal(await refusal(buying.order(other.session, cheaper))), 'gone');
    await eventually('the payout', async () => {
      const { payouts } = await seller.session.request(MySales);
      return payouts.nodes[0]?.status === 'PAID' && payouts.nodes[0].paidAt;
    });
    const { refund } = await snippet('tickets/refund.ts');
    assert.equal((await refusal(refund(buyer.session, order.id))).code, 'CONFLICT', 'an order is final');
  });

  test('a seller takes back what is ordered and not paid, and has a new code', async () => {
    const [seller, buyer] = await Promise.all([holder(21), site.fan()]);
    const codes = async () => (await seller.session.request('{ myTickets { nodes { code } } }')).myTickets.nodes[0].code;
    const before = await codes();
    const listing = await offered(seller);
    assert.equal(await codes(), null, 'it opens no gate while it is offered');
    assert.equal((await refusal(buying.order(seller.session, listing))).code, 'FORBIDDEN', 'your own');
    const order = await buying.order(buyer.session, listing);

    const back = await selling.withdraw(seller.session, listing.id);

    assert.equal(back.state, 'WITHDRAWN');
    assert.deepEqual(await selling.withdraw(seller.session, listing.id), back);
    const { reservation } = await buyer.session.request('query ($id: ID!) { reservation(id: $id) { status cancelReason } }', { id: order.id });
    assert.deepEqual(reservation, { status: 'CANCELLED', cancelReason: 'WITHDRAWN' });
    assert.ok((await codes()) && (await codes()) !== before);
  });

  test('an offer that is wrong in several ways is refused with all of them', async () => {
    const { session, ticket, price } = await holder(22);

    const error = await refusal(selling.offer(session, { ticketId: ticket.id, title: '', price: { amount: '1.234' } }));

    assert.deepEqual(error.failures[0].extensions.fields.map(({ field }) => field).sort(), ['price.amount', 'title']);
    const dear = await refusal(selling.offer(session, { ticketId: ticket.id, title: 'Dear', price: { amount: String(Number(price) * 2) } }));
    assert.equal(dear.failures[0].extensions.field, 'price.amount');
  });

  test('a ticket goes to a friend by a mailed code', async () => {
    const { WhatIsGiven } = await operationsOf('gifts/given.graphql');
    const [giver, friend, stranger] = await Promise.all([holder(23), site.fan(), site.fan()]);

    const given = await gifts.give(giver.session, giver.ticket.id, friend.email);
    assert.deepEqual(await gifts.give(giver.session, giver.ticket.id, friend.email), given, 'sent again it mails nothing more');
    assert.equal(given.transfer.to, `${friend.email[0]}•••@example.com`);
    assert.equal((await refusal(gifts.give(giver.session, giver.ticket.id, stranger.email))).code, 'CONFLICT');
    const code = codeOf(await site.mail('ticket-offered', friend.email));
    const shown = await sent(site.graphql, WhatIsGiven, { code });
    assert.deepEqual([shown.data.ticketTransfer.state, shown.data.ticketTransfer.category], ['PENDING', 1]);
    assert.equal((await refusal(gifts.accept(giver.session, code))).code, 'FORBIDDEN', 'your own');
    assert.equal((await refusal(gifts.accept(friend.session, 'nonsense'))).code, 'BAD_USER_INPUT');

    const accepted = await gifts.accept(friend.session, code);
    assert.deepEqual(await gifts.accept(friend.session, code), accepted);
    assert.equal((await refusal(gifts.accept(stranger.session, code))).code, 'CONFLICT');

    const { myTickets } = await friend.session.request('{ myTickets(received: true) { nodes { id code reservation { id } } } }');
    assert.deepEqual(myTickets.nodes, [{ id: accepted.id, code: accepted.code, reservation: null }]);
    const { refund } = await snippet('tickets/refund.ts');
    assert.equal((await refusal(refund(giver.session, giver.reservationId))).code, 'CONFLICT', 'it is the friend\'s');
  });

  test('a gift that is taken back can be given to another', async () => {
    const [giver, other] = await Promise.all([holder(24), site.fan()]);
    await gifts.give(giver.session, giver.ticket.id, 'first@example.com');

    assert.equal((await gifts.takeBack(giver.session, giver.ticket.id)).transfer.state, 'CANCELLED');

    assert.equal((await gifts.give(giver.session, giver.ticket.id, other.email)).transfer.state, 'PENDING');
  });
});
