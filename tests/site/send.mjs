// Answers as data (answer.mjs) on their way to a socket, for the site and for services that share its faults.

import { once } from 'node:events';
import { HANG, pause, Raw, RESET, RST } from './answer.mjs';

/** How a response ends: `finished`, or `aborted` when the client went away or the socket was destroyed. */
export const endOf = (outgoing) => new Promise((resolve) => {
  outgoing.once('close', () => resolve(outgoing.writableFinished ? 'finished' : 'aborted'));
});

/**
 * Between the last bytes and the end of the socket: so long that a client has read them. An RST throws away what waits in its socket, and a
 * stream that fails, by the standard, what it has not handed out.
 */
const READ_MS = 300;

/** Writes an answer, no faster than the client reads, until it is done or the client has gone. */
export async function send(outgoing, answer, closed) {
  let open = true;
  let written = Promise.resolve(false);
  closed.then(() => { open = false; });
  if (answer.status) outgoing.writeHead(answer.status, answer.headers.flat());
  for await (const chunk of answer.body) {
    if (!open) return;
    if (chunk instanceof Raw) {
      if (answer.status) outgoing.flushHeaders();
      // What was written before may have failed meanwhile: the client has gone.
      await Promise.race([written.then((hasBytes) => hasBytes && pause(READ_MS)), closed]);
      outgoing.socket?.write(chunk.text);
      written = Promise.resolve(true);
      continue;
    }
    if (chunk === RESET || chunk === RST) {
      await Promise.race([written.then((hasBytes) => hasBytes && pause(READ_MS)), closed]);
      return chunk === RST ? outgoing.socket?.resetAndDestroy() : outgoing.destroy();
    }
    if (chunk === HANG) {
      if (answer.status) outgoing.flushHeaders();
      await closed;
      return;
    }
    let isFree = false;
    written = new Promise((done) => { isFree = outgoing.write(chunk, () => done(true)); });
    if (!isFree) await Promise.race([once(outgoing, 'drain'), closed]);
  }
  outgoing.end();
}

/** A client that leaves while it still sends is no fault of the server; anything else is a bug here, and says so. */
export function fail(outgoing, error) {
  if (error.code === 'ECONNRESET') return outgoing.destroy();
  console.error(error);
  if (outgoing.headersSent) return outgoing.destroy();
  outgoing.writeHead(500, { 'Content-Type': 'text/plain' }).end(`The test server failed: ${error.stack}\n`);
}
