// The service behind the gateways, as a process of its own: /DIALECT/CUT/EVENTS/STALL and whatever path a client adds. The chunks of
// `makeBody`, one a write, as fast as they are taken; with `paced` as CUT an event every few milliseconds. With a number as STALL nothing comes after so many, until the client leaves. Prints its port.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { makeBody } from '../body/body.js';

/** Between two events. Without a pause Node's `fetch` hands out what has gathered as one chunk, of 50 events and more. */
const PAUSE_MS = 2;

const bodies = new Map();

function bodyOf(dialect, cut, events) {
  const key = `${dialect} ${cut} ${events}`;
  if (!bodies.has(key)) bodies.set(key, makeBody({ dialect, cut: cut === 'paced' ? 'event' : Number(cut), events: Number(events) }).chunks);
  return bodies.get(key);
}

const server = createServer(async (incoming, outgoing) => {
  const [, dialect, cut, events, stall] = incoming.url.split('/');
  incoming.resume();
  const chunks = bodyOf(dialect, cut, events);
  outgoing.writeHead(200, { 'content-type': 'text/event-stream' });
  const left = once(outgoing, 'close').catch(() => {});
  const stallAt = stall === 'whole' ? Infinity : Number(stall);
  for (let at = 0; at < chunks.length; at++) {
    if (at === stallAt) return;
    // A write is a chunk of the transfer, and so of the body that a gateway reads.
    if (!outgoing.write(chunks[at])) await Promise.race([once(outgoing, 'drain'), left]);
    if (cut === 'paced' && stall === 'whole') await sleep(PAUSE_MS);
    if (outgoing.destroyed) return;
  }
  outgoing.end();
}).listen(0, '127.0.0.1', () => console.log(server.address().port));

// The process that started this one is gone.
process.stdin.on('end', () => process.exit()).resume();
