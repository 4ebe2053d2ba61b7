import { bodyReader, bytesOf, cancel, head, race, send } from './web.js';

/** Requests that several replies wait for, while they are under way. */
const flights = new Set();

/**
 * An answer read whole: `[status, type, ...values of names, bytes]`, with at most one chunk more than `limit` bytes;
 * `undefined` in the place of bytes where the body is made of something else. What is the same for every caller (`isShared`) is asked once for all that want it at the same time; the last one that gives up
 * stops the request.
 */
export function askWhole(url, init, fetch, names, limit, signal, isShared) {
  if (!isShared) return race(ask(url, { ...init, signal }, fetch, names, limit), signal);
  const key = `${init.method} ${url} ${init.body ?? ''}`;
  const flight = [...flights].find((other) => other.key === key && other.fetch === fetch) ?? start();
  flight.waiters++;
  return race(flight.answer, signal).finally(() => {
    if (--flight.waiters === 0) flight.controller.abort();
  });

  function start() {
    const controller = new AbortController();
    const answer = ask(url, { ...init, signal: controller.signal }, fetch, names, limit);
    const flight = { key, fetch, controller, waiters: 0, answer };
    flights.add(flight);
    const land = () => flights.delete(flight);
    controller.signal.addEventListener('abort', land);
    answer.then(land, land);
    return flight;
  }
}

async function ask(url, init, fetch, names, limit) {
  const response = await send(url, init, fetch);
  const reader = bodyReader(response);
  const chunks = [];
  let size = 0;
  while (reader !== undefined && size <= limit) {
    const { value, done } = await reader.read();
    if (done) break;
    const bytes = bytesOf(value);
    if (bytes === undefined) return [...head(response, names), undefined];
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
  return [...head(response, names), bytes];
}
