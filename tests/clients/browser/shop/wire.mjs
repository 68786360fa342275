// A line between a browser and the program that can be cut: open connections break, new ones are refused.

import { createServer, connect } from 'node:net';
import { once } from 'node:events';

/** `{ url, cut, mend }` of a line to `target`. */
export async function laysWire(target) {
  const { hostname, port } = new URL(target);
  const open = new Set();
  let listening;

  const carries = (near) => {
    const far = connect(Number(port), hostname);
    for (const [one, other] of [[near, far], [far, near]]) {
      open.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => (open.delete(one), other.destroy()));
      one.pipe(other);
    }
  };
  const listens = async (at) => {
    listening = createServer(carries);
    listening.listen(at, '127.0.0.1');
    await once(listening, 'listening');
    return listening.address().port;
  };
  const cut = async () => {
    const closed = once(listening, 'close');
    listening.close();
    for (const socket of open) socket.destroy();
    await closed;
  };

  const at = await listens(0);
  return { url: `http://127.0.0.1:${at}`, cut, mend: () => listens(at) };
}
