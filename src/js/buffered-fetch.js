import { bodyReader, bytesOf, cancel, isWorkerd, nextTurn, race, send } from './web.js';

/** Requests under way for which several replies may wait. */
const shared = new Set();

/**
 * Fetches a response and reads its body to the end: `{ status, headers, bytes }`. Reading stops behind the chunk that exceeds `limit`
 * bytes. `bytes` is `undefined` where the body is made of anything but bytes and text.
 */
export async function fetchBuffered(url, init, fetch, limit, signal) {
  const response = await send(url, { ...init, signal }, fetch);
  const reader = bodyReader(response);
  const chunks = [];
  let size = 0;
  while (reader !== undefined && size <= limit) {
    const { value, done } = await reader.read();
    if (done) break;
    const bytes = bytesOf(value);
    if (bytes === undefined) {
      cancel(reader);
      return { status: response.status, headers: response.headers };
    }
    chunks.push(bytes);
    size += bytes.length;
  }
  if (size > limit) cancel(reader);
  // The message of the reply goes over the same connection.
  await nextTurn();
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { status: response.status, headers: response.headers, bytes };
}

/**
 * Like `fetchBuffered`, for a response that does not depend on the caller, a nonce for example: replies that want it at the same
 * time share one request, which stops when the last of them gives up. Under workerd each reply asks for itself, since there one
 * request must not await a promise of another.
 */
export function fetchShared(url, init, fetch, limit, signal) {
  if (isWorkerd()) return fetchBuffered(url, init, fetch, limit, signal);
  const key = `${init.method} ${url} ${init.body ?? ''}`;
  const request = [...shared].find((other) => other.key === key && other.fetch === fetch) ?? start();
  request.waiters++;
  return race(request.response, signal).finally(() => {
    // A request that is done is no more to be stopped: browsers would call it aborted.
    if (--request.waiters === 0 && shared.has(request)) request.controller.abort();
  });

  function start() {
    const controller = new AbortController();
    const response = fetchBuffered(url, init, fetch, limit, controller.signal);
    const request = { key, fetch, controller, waiters: 0, response };
    shared.add(request);
    const forget = () => shared.delete(request);
    controller.signal.addEventListener('abort', forget);
    response.then(forget, forget);
    return request;
  }
}
