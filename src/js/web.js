// What the core asks of the runtime (src/web/sys.rs).

/** The origin of the page or worker we run in; empty outside browsers. */
export function pageOrigin() {
  if (typeof Deno === 'object' || isWorkerd()) return '';
  const origin = globalThis.location?.origin;
  return typeof origin === 'string' && /^https?:/.test(origin) ? origin : '';
}

export const isWorkerd = () => globalThis.navigator?.userAgent === 'Cloudflare-Workers';

/** Fetched many at once: in Node a call takes 10 us or more, whatever its length, and a reply asks for four. */
const randoms = new Uint32Array(256);
let left = 0;

/** A random number of 32 bits. */
export function random() {
  if (left === 0) left = crypto.getRandomValues(randoms).length;
  return randoms[--left];
}

/** `promise` as it settles, or a rejection with `signal.reason`. */
export function race(promise, signal) {
  return new Promise((resolve, reject) => {
    const settle = (how) => (value) => {
      signal.removeEventListener('abort', onAbort);
      how(value);
    };
    const onAbort = () => settle(reject)(signal.reason);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort);
    Promise.resolve(promise).then(settle(resolve), settle(reject));
  });
}

/** Calls the caller's `fetch`, or the runtime's as it is at this moment. */
export async function send(url, init, fetch) {
  const response = await (fetch ? fetch(url, init) : globalThis.fetch(url, init));
  if (response === null || typeof response !== 'object' || typeof response.status !== 'number') {
    throw new TypeError('fetch gave no Response');
  }
  // One that does not listen to the signal may answer when nobody waits any more.
  if (init.signal.aborted) cancel(bodyReader(response));
  return response;
}

/** Status and the headers of `names`, a line each: `200`, then `name: value`. Pages see status 0 where a site redirects. */
export function head(response, names) {
  const lines = names.split(' ').map((name) => `${name}: ${response.headers?.get?.(name) ?? ''}`);
  return [response.status, ...lines].join('\n');
}

/** Reader of the body; `undefined` where there is none. */
export const bodyReader = (response) => response.body?.getReader();

/** Settles a read that is under way, too, with `done`. Readers that are not quite the standard's may throw or return nothing. */
export function cancel(reader) {
  try {
    reader?.cancel()?.catch?.(() => {});
    reader?.releaseLock();
  } catch {
    // Nothing is left to be done for such a body.
  }
}

/** A chunk of a body as bytes; `undefined` where it is none. */
export function bytesOf(chunk) {
  if (chunk instanceof Uint8Array) return chunk;
  // Bodies of other realms, and of `fetch` functions that are not quite fetch.
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
  if (Object.prototype.toString.call(chunk) === '[object ArrayBuffer]') return new Uint8Array(chunk);
  return undefined;
}

/** The words of anything that was thrown. */
export function errorMessageOf(thrown) {
  try {
    const words = typeof thrown === 'string' ? thrown : thrown.message;
    return typeof words === 'string' ? words : undefined;
  } catch {
    return undefined;
  }
}

/** `Retry-After` in ms: seconds, or a date. */
export function retryAfterMs(value) {
  const seconds = value.trim() === '' ? NaN : Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : undefined;
}
