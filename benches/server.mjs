// The local server of the workloads over http: a process of its own, so that its cost is nobody's. The first part of the path is
// the body that is wanted. Prints its port.

import { createServer } from 'node:http';

import { makeBody } from './body/body.js';

const bodies = new Map();

const server = createServer(async (incoming, outgoing) => {
  const [, wanted, ...rest] = incoming.url.split('/');
  incoming.resume();
  if (rest.at(-1) === 'start_session') {
    return outgoing.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true,"restNonce":"0123456789"}');
  }
  if (!bodies.has(wanted)) bodies.set(wanted, makeBody(JSON.parse(decodeURIComponent(wanted))));
  const { type, chunks } = bodies.get(wanted);
  outgoing.writeHead(200, { 'content-type': type });
  for (const chunk of chunks) {
    // A write is a chunk of the transfer, and so of the body.
    if (!outgoing.write(chunk)) await new Promise((resolve) => outgoing.once('drain', resolve));
  }
  outgoing.end();
}).listen(0, '127.0.0.1', () => console.log(server.address().port));

// The process that started this one is gone.
process.stdin.on('end', () => process.exit()).resume();
