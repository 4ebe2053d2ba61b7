// `rivulet/node`: a handler of the `fetch` kind as a listener of Node's http, https and http2 servers.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Methods that `new Request` refuses, and that no client needs. Node itself closes the connection of a CONNECT. */
const REFUSED_METHODS = ['TRACE', 'TRACK', 'CONNECT'];

/** Headers about a single connection, which HTTP/2 forbids (RFC 9113, 8.2.2). */
const CONNECTION_HEADERS = ['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'];

/** A host without user and path, so that nothing in it could change the rest of the address. */
const HOST = /^[^\s/?#@\\]+$/;

/** The options of `toNodeListener`. */
const OPTIONS = ['env', 'onError'];

export function toNodeListener(handler, options = {}) {
  if (typeof handler !== 'function') throw new TypeError('toNodeListener: give a handler such as createHandler makes');
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || OPTIONS.includes(name)) continue;
    const meant = OPTIONS.find((known) => known.toLowerCase() === name.replace(/[_-]/g, '').toLowerCase());
    throw new TypeError(`toNodeListener has no option '${name}'${meant ? ` (did you mean '${meant}'?)` : ''}; it has ${OPTIONS.join(', ')}`);
  }
  const { env = process.env, onError } = options;
  if (onError !== undefined && typeof onError !== 'function') throw new TypeError('toNodeListener: onError must be a function');

  return async function listener(incoming, outgoing) {
    const left = new AbortController();
    outgoing.on('close', () => {
      if (!outgoing.writableFinished) left.abort();
    });
    try {
      const request = requestOf(incoming, left.signal);
      const response = request instanceof Response ? request : await handler(request, env, CONTEXT);
      await send(response, incoming, outgoing);
    } catch (error) {
      report(onError, error);
      // Once the head is sent, only a broken connection can say that the response is not complete.
      if (outgoing.headersSent) outgoing.destroy();
      else await send(refusal(500, null, 'the server failed'), incoming, outgoing).catch(() => outgoing.destroy());
    }
  };
}

/** The handler's third argument, as a Worker gets it. Both functions have little to do, since a server keeps running by itself. */
const CONTEXT = {
  waitUntil: (promise) => void Promise.resolve(promise).catch(() => {}),
  passThroughOnException() {},
};

/** The `Request` for Node's request, or the `Response` that refuses it. */
function requestOf(incoming, signal) {
  const { method, url } = incoming;
  if (REFUSED_METHODS.includes(method)) return refusal(405, 'method_not_allowed', `${method} is not allowed`);
  // Refuses `OPTIONS *`, and absolute addresses, which only a proxy gets.
  if (!url.startsWith('/')) return refusal(400, 'invalid_target', 'the target of the request must be a path');
  const host = incoming.headers[':authority'] ?? incoming.headers.host ?? 'localhost';
  const scheme = incoming.socket?.encrypted ? 'https' : 'http';
  const address = `${scheme}://${host}${url}`;
  if (!HOST.test(host) || !URL.canParse(address)) return refusal(400, 'invalid_host', 'the host or the path is not one of an address');
  try {
    const hasBody = method !== 'GET' && method !== 'HEAD';
    return new Request(address, { method, headers: headersOf(incoming), body: hasBody ? bodyOf(incoming) : undefined, duplex: 'half', signal });
  } catch {
    return refusal(400, 'invalid_request', 'the request is not one that can be read');
  }
}

function headersOf({ rawHeaders }) {
  const headers = new Headers();
  for (let i = 0; i < rawHeaders.length; i += 2) if (!rawHeaders[i].startsWith(':')) headers.append(rawHeaders[i], rawHeaders[i + 1]);
  return headers;
}

/** The body, read when the handler wants it. Unlike that of `Readable.toWeb`, cancelling it leaves the connection open for the response. */
function bodyOf(incoming) {
  const chunks = incoming.iterator({ destroyOnReturn: false });
  return new ReadableStream({
    async pull(controller) {
      const { value, done } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    cancel: () => void chunks.return().catch(() => {}),
  }, { highWaterMark: 0 });
}

async function send(response, incoming, outgoing) {
  const { status, body } = response;
  // The client has left, so nobody reads the response.
  if (outgoing.destroyed) return void (await body?.cancel().catch(() => {}));
  outgoing.writeHead(status, outgoingHeaders(response.headers, incoming.httpVersionMajor));
  if (incoming.method === 'HEAD' || body === null) {
    await body?.cancel().catch(() => {});
    outgoing.end();
  } else {
    outgoing.flushHeaders();
    await pipeline(Readable.fromWeb(body), outgoing).catch((error) => {
      // A response that the client broke off is not a failure of the server.
      if (!outgoing.writableFinished && error?.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
  }
  // Reads the rest of a request body that the handler did not want, since it would keep the connection busy.
  if (!incoming.complete) incoming.resume();
}

function outgoingHeaders(headers, version) {
  const named = {};
  for (const [name, value] of headers) {
    if (version < 2 || !CONNECTION_HEADERS.includes(name)) named[name] = value;
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) named['set-cookie'] = cookies;
  return named;
}

function refusal(status, code, message) {
  const error = { message, type: status === 500 ? 'server_error' : 'invalid_request_error', param: null, code };
  return Response.json({ error }, { status, headers: { 'cache-control': 'no-store' } });
}

function report(onError, error) {
  try {
    const result = onError?.(error);
    if (typeof result?.then === 'function') result.then(undefined, () => {});
  } catch {
    // A log that fails must not fail the server.
  }
}
