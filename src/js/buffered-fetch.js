import { bodyReader, bytesOf, cancel, isWorkerd, race, send } from './web.js';

/** Requests that several replies wait for, while they are under way. */
const flights = new Set();

/** A response with its `bytes`, at most one chunk more than `limit`; `undefined` where the body is made of something else. */
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
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return { status: response.status, headers: response.headers, bytes };
}

/**
 * The same for what is the same for every caller: asked once for all that want it at the same time. The last one that
 * gives up stops the request. Not under workerd, where a promise of one request must not be awaited by another.
 */
export function fetchShared(url, init, fetch, limit, signal) {
  if (isWorkerd()) return fetchBuffered(url, init, fetch, limit, signal);
  const key = `${init.method} ${url} ${init.body ?? ''}`;
  const flight = [...flights].find((other) => other.key === key && other.fetch === fetch) ?? start();
  flight.waiters++;
  return race(flight.answer, signal).finally(() => {
    if (--flight.waiters === 0) flight.controller.abort();
  });

  function start() {
    const controller = new AbortController();
    const answer = fetchBuffered(url, init, fetch, limit, controller.signal);
    const flight = { key, fetch, controller, waiters: 0, answer };
    flights.add(flight);
    const land = () => flights.delete(flight);
    controller.signal.addEventListener('abort', land);
    answer.then(land, land);
    return flight;
  }
}
