// SITE=https://shop.example KEY=… node examples/node.js
import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { endpoint } from './endpoint.js';

const server = createServer(async (incoming, outgoing) => {
  const { method, url, headers } = incoming;
  const left = new AbortController();
  outgoing.on('close', () => left.abort());
  const body = method === 'GET' || method === 'HEAD' ? undefined : Readable.toWeb(incoming);
  const request = new Request(`http://${headers.host}${url}`, { method, headers, body, duplex: 'half', signal: left.signal });
  const response = await endpoint(request, process.env);
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  await pipeline(response.body ? Readable.fromWeb(response.body) : [], outgoing).catch(() => {});
});
server.listen(process.env.PORT ?? 8787, '127.0.0.1', () => console.log(`Listening on port ${server.address().port}`));
