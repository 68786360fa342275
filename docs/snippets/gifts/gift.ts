import { withRetries } from '../errors/retry';
import type { Session } from '../sessions/tokens';

interface Ticket {
  id: string;
  status: string;
  transfer: { state: string; to: string; until: string } | null;
}

const TICKET = 'fragment Given on Ticket { id status transfer { state to until } }';
const GIVE = `mutation Give($input: TransferTicketInput!) { transferTicket(input: $input) { ticket { ...Given } } } ${TICKET}`;
const TAKE_BACK = `mutation TakeBack($id: ID!) { cancelTicketTransfer(input: { ticketId: $id }) { ticket { ...Given } } } ${TICKET}`;
const ACCEPT = 'mutation Accept($code: String!) { acceptTicketTransfer(input: { code: $code }) { ticket { id status code } } }';

/** Mails a code to the reader of an email; sent again for the same email, it mails nothing more. */
export async function give(session: Session, ticketId: string, email: string): Promise<Ticket> {
  const input = { ticketId, email };
  const answer = await withRetries(() => session.request<{ transferTicket: { ticket: Ticket } }>(GIVE, { input }));
  return answer.transferTicket.ticket;
}

export async function takeBack(session: Session, ticketId: string): Promise<Ticket> {
  const answer = await withRetries(() => session.request<{ cancelTicketTransfer: { ticket: Ticket } }>(TAKE_BACK, { id: ticketId }));
  return answer.cancelTicketTransfer.ticket;
}

/** Makes the ticket the viewer's, by the code of the mail. */
export async function accept(session: Session, code: string): Promise<{ id: string; status: string; code: string | null }> {
  const answer = await withRetries(() =>
    session.request<{ acceptTicketTransfer: { ticket: { id: string; status: string; code: string | null } } }>(ACCEPT, { code }),
  );
  return answer.acceptTicketTransfer.ticket;
}
