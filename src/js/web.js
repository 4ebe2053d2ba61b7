// What the core needs of the runtime, as functions that src/web/sys.rs imports, and helpers of this folder.

/** Origin of the page or worker that this runs in; empty outside browsers. */
export function pageOrigin() {
  if (typeof Deno === 'object' || isWorkerd()) return '';
  const origin = globalThis.location?.origin;
  return typeof origin === 'string' && /^https?:/.test(origin) ? origin : '';
}

/** Whether this runs in a Cloudflare Worker. */
export const isWorkerd = () => globalThis.navigator?.userAgent === 'Cloudflare-Workers';

/** Random numbers, drawn many at once: in Node a draw takes 10 us or more, whatever its length, and a reply needs four numbers. */
const randoms = /* @__PURE__ */ new Uint32Array(256);
let left = 0;

/** A random number of 32 bits. */
export function random() {
  if (left === 0) left = crypto.getRandomValues(randoms).length;
  return randoms[--left];
}

/** Replies that the core works on. */
let open = 0;
let whenIdle = () => {};

/** How many replies the core works on. */
export const openReplies = () => open;

export function replyOpened() {
  open++;
}

/** The core has freed a reply, which may be after its end: whatever it waited for had to settle. `pages`: what its memory has. */
export function replyClosed(pages) {
  open = Math.max(0, open - 1);
  if (open === 0) whenIdle(pages);
}

/** Forgets all replies, since their instance is gone. */
export function forgetReplies() {
  open = 0;
}

/** `then(pages)` is called, in the midst of the core, when the last reply was closed. */
export function onIdle(then) {
  whenIdle = then;
}

/** Settles as `promise` does, or rejects with `signal.reason` when that comes first. */
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

/** Sends a request by the caller's `fetch`, or by the global one as it is at this moment. */
export async function send(url, init, fetch) {
  const response = await (fetch ? fetch(url, init) : globalThis.fetch(url, init));
  if (response === null || typeof response !== 'object' || typeof response.status !== 'number') {
    throw new TypeError('fetch gave no Response');
  }
  // A `fetch` that ignores the signal may answer when nobody waits any more; its body is not read then.
  if (init.signal.aborted) cancel(bodyReader(response));
  return response;
}

/**
 * The head of a response as text, since one string costs less to pass to wasm than many: `200`, then a line `name: value` for each of
 * `names`, which blanks part, that it has. In a page the status of a redirect is 0.
 */
export function head(response, names) {
  const { status, headers } = response;
  let text = String(status);
  // Of names that are alternatives, the first one that is there counts. A response that succeeds is asked for two of them only, since
  // each question costs a microsecond before the first text.
  const most = status >= 200 && status < 300 ? 2 : undefined;
  for (const group of names.split(' ')) {
    for (const name of group.split('|').slice(0, most)) {
      const value = headers?.get?.(name);
      if (!value) continue;
      text += `\n${name}: ${value}`;
      break;
    }
  }
  return text;
}

/** A reader of the body; `undefined` where there is no body. */
export const bodyReader = (response) => response.body?.getReader();

/**
 * Stops a reader. A read that is under way settles with `done`. Readers that do not quite follow the standard may throw here, or
 * return no promise.
 */
export function cancel(reader) {
  try {
    reader?.cancel()?.catch?.(() => {});
    reader?.releaseLock();
  } catch {
    // Nothing more can be done for such a body.
  }
}

/** As it is at the import, since tests that replace the timers of a program do not mean this. Browsers and Workers have none. */
const setImmediate = /* @__PURE__ */ (() => globalThis.setImmediate)();

/** Node's fetch has a connection ready for the next request one turn of the event loop after a body ended. */
export const nextTurn = async () => setImmediate && new Promise((resolve) => setImmediate(resolve));

/** How much is read behind the end of a reply, and for how long, in milliseconds. */
const REST_BYTES = 64 * 1024;
const REST_MS = 100;

/**
 * Reads a body whose reply is complete to its own end, since only then HTTP/1.1 can use the connection again, and a browser does not
 * call the request aborted. That end mostly comes with the last chunk. A body that goes on is cancelled.
 */
export async function readRest(reader) {
  const timer = setTimeout(cancel, REST_MS, reader);
  timer.unref?.();
  try {
    for (let left = REST_BYTES; left > 0;) {
      const { value, done } = await reader.read();
      if (done) break;
      left -= bytesOf(value)?.length ?? REST_BYTES;
    }
  } catch {
    // It was cancelled, or broke off, which is no matter any more.
  }
  clearTimeout(timer);
  cancel(reader);
  await nextTurn();
}

/** Calls a listener of the caller's. Whatever it throws or rejects with is ignored, so that it cannot change the reply. */
export function tell(listener, value) {
  if (listener) new Promise((resolve) => resolve(listener(value))).catch(() => {});
}

/** A chunk of a body as bytes; `undefined` where it is neither bytes nor text. */
export function bytesOf(chunk) {
  if (chunk instanceof Uint8Array) return chunk;
  // Bytes of other realms, and other chunks of a caller's `fetch` that does not quite follow the standard.
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  if (typeof chunk === 'string') return new TextEncoder().encode(chunk);
  if (Object.prototype.toString.call(chunk) === '[object ArrayBuffer]') return new Uint8Array(chunk);
  return undefined;
}

/** The message of anything that was thrown; `undefined` where it has none. */
export function errorMessageOf(thrown) {
  try {
    const message = typeof thrown === 'string' ? thrown : thrown.message;
    if (typeof message !== 'string') return undefined;
    // Node says no more than `fetch failed`; what failed is in the cause, of several attempts in each of its errors.
    const cause = thrown.cause?.errors?.[0] ?? thrown.cause;
    const parts = [cause?.code, cause?.hostname ?? cause?.address].filter((part) => typeof part === 'string' && part !== '');
    return parts.length > 0 ? `${message} (${parts.join(' ')})` : message;
  } catch {
    return undefined;
  }
}

/** The header `Retry-After`, which holds seconds or a date, in milliseconds; `undefined` where it holds neither. */
export function retryAfterMs(value) {
  const seconds = value.trim() === '' ? NaN : Number(value);
  const ms = Number.isNaN(seconds) ? Date.parse(value) - Date.now() : seconds * 1000;
  return Number.isFinite(ms) ? Math.max(0, Math.round(ms)) : undefined;
}
