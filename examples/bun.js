// SITE=https://shop.example KEY=… bun examples/bun.js
import { endpoint } from './endpoint.js';

const server = Bun.serve({
  port: Number(process.env.PORT ?? 8787),
  hostname: '127.0.0.1',
  // A reply may be silent for longer than the ten seconds after which Bun closes a connection.
  idleTimeout: 255,
  fetch: (request) => endpoint(request, process.env),
});
console.log(`Listening on ${server.url}`);
