import { readCode } from './verify.mjs';

/** What a device without a connection knows, and which tickets it admitted. */
export class OfflineGate {
  #keys;
  #dead = new Map();
  #scans = [];
  #since = null;

  constructor(keys) {
    this.#keys = keys;
  }

  get since() {
    return this.#since;
  }

  /** Takes the pages of `revokedTickets`, in their order. */
  learn(pages) {
    for (const { nodes } of pages) {
      for (const { ticketId, version } of nodes) {
        this.#dead.set(ticketId, Math.max(version, this.#dead.get(ticketId) ?? 0));
      }
    }
    this.#since = pages[0].until;
  }

  /** Whether to admit the holder of a code. It does not name its match: a ticket of another one shows when the scans are sent. */
  scan(code, scannedAt = new Date()) {
    const ticket = readCode(code, this.#keys);
    if (!ticket || ticket.version <= (this.#dead.get(ticket.ticketId) ?? 0)) return false;
    if (this.#scans.some(({ ticketId }) => ticketId === ticket.ticketId)) return false;
    this.#scans.push({ ticketId: ticket.ticketId, code, nonce: crypto.randomUUID(), scannedAt: scannedAt.toISOString() });
    return true;
  }

  /** What `checkInBatch` takes, 100 at a time. */
  *batches(deviceId, matchNumber) {
    for (let at = 0; at < this.#scans.length; at += 100) {
      const scans = this.#scans.slice(at, at + 100).map(({ code, nonce, scannedAt }) => ({ code, nonce, scannedAt }));
      yield { deviceId, matchNumber, scans };
    }
  }
}
