// A handler of web requests as a listener of Node's http.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * @param {(request: Request) => Promise<Response>} handler
 * @param {string} [prefix] which the handler does not see
 * @returns {(incoming: import('node:http').IncomingMessage, outgoing: import('node:http').ServerResponse) => Promise<void>}
 */
export function listener(handler, prefix = '') {
  return async (incoming, outgoing) => {
    const { method = 'GET', headers } = incoming;
    const path = (incoming.url ?? '/').slice(prefix.length);
    const left = new AbortController();
    outgoing.on('close', () => left.abort());
    const request = new Request(`http://${headers.host}${path}`, {
      method,
      headers: /** @type {any} */ (headers),
      body: method === 'GET' || method === 'HEAD' ? undefined : /** @type {any} */ (Readable.toWeb(incoming)),
      duplex: 'half',
      signal: left.signal,
    });
    const response = await handler(request);
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    await pipeline(response.body ? Readable.fromWeb(/** @type {any} */ (response.body)) : [], outgoing).catch(() => {});
  };
}
