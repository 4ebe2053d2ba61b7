// The servers of Node in which a handler of the `fetch` kind runs. Each resolves to its port.

import { createServer } from 'node:http';

const HOST = '127.0.0.1';

/** That of Portkey, which brings it along. */
export async function hono(handler) {
  const { serve } = await import('@hono/node-server');
  return new Promise((resolve) => serve({ fetch: handler, hostname: HOST, port: 0 }, ({ port }) => resolve(port)));
}

/** rivulet's own. */
export async function own(handler) {
  const { toNodeListener } = await import('rivulet/node');
  return new Promise((resolve) => {
    const server = createServer(toNodeListener(handler)).listen(0, HOST, () => resolve(server.address().port));
  });
}
