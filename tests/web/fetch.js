// A chat site as `fetch` shows it, every byte of it under the test's control. It answers as the recordings do: a nonce
// for `start_session`, then a stream that the test feeds. And the real `Reply` on it.

import { readTimeouts } from '../../src/js/deadline.js';
import { ChatError } from '../../src/js/error.js';
import { Reply } from '../../src/js/reply.js';
import { pageOrigin } from '../../src/js/web.js';

let sites = 0;

export const isPage = () => pageOrigin() !== '';

/** Chat requests and the others are answered from queues of their own; where one is empty, in the usual way. */
export class Site {
  /** Sessions are remembered by address: one of its own for each test. */
  url = `https://site-${++sites}.example`;
  #calls = [];
  #ordered = { chat: [], session: [] };
  #unseen = [];
  #waiting = [];
  #awaited = [];
  #startSession;

  constructor(startSession) {
    this.#startSession = startSession;
  }

  /** The next answer of a kind is what `answer(init)` gives; it may throw, reject, or never settle. */
  order(kind, answer) {
    this.#ordered[kind].push(answer);
  }

  count(kind) {
    return this.#calls.filter((call) => call.kind === kind).length;
  }

  call(kind, at) {
    return this.#calls.filter((call) => call.kind === kind)[at];
  }

  /** The body of the next chat answer that was not asked for before. */
  chat() {
    if (this.#unseen.length > 0) return Promise.resolve(this.#unseen.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** When the first request of a kind was sent. */
  called(kind) {
    if (this.count(kind) > 0) return Promise.resolve();
    return new Promise((resolve) => this.#awaited.push({ kind, resolve }));
  }

  fetch = (url, init) => {
    const kind = url.endsWith('/chats/submit') ? 'chat' : 'session';
    const headers = Object.fromEntries(new Headers(init.headers));
    this.#calls.push({ kind, url, ...init, headers });
    this.#awaited.filter((one) => one.kind === kind).forEach(({ resolve }) => resolve());
    const answer = this.#ordered[kind].shift() ?? (kind === 'chat' ? this.stream() : json(200, this.#startSession));
    return answer(init);
  };

  /** An answer whose body the test writes. */
  stream(headers = {}) {
    return async ({ signal }) => {
      const body = new Body(signal);
      const seen = this.#waiting.shift();
      if (seen) seen(body);
      else this.#unseen.push(body);
      return new Response(body.stream, { headers: { 'content-type': 'text/event-stream', ...headers } });
    };
  }

  /** The reply to `options`, of which live values stay and data goes to the core; as `Provider` does it. */
  reply(driver, options) {
    const { signal, fetch = this.fetch, session, timeout, coalesce = false, settings, protocol, purpose, ...data } = options;
    const config = { coalesce, signal, fetch: fetch ?? undefined, session, provider: () => protocol ?? 'AiEngine' };
    try {
      config.timeouts = readTimeouts(timeout);
      const own = JSON.stringify({ url: this.url, ...settings });
      const given = JSON.stringify({ options: { messages: 'Hi there', ...data }, purpose });
      config.start = (host, buffer) => driver(protocol ?? 'AiEngine', own, given, host, buffer);
    } catch (error) {
      config.timeouts = readTimeouts();
      config.failure = error;
    }
    return new Reply(config);
  }
}

/** A body that is pulled (no read-ahead of its own) and says what became of it. */
export class Body {
  pulls = 0;
  isCancelled = false;
  #controller;
  #pulled = [];

  constructor(signal) {
    this.stream = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.pulls++;
        this.#pulled.splice(0).forEach((resolve) => resolve());
        // Settled by what the test does next: till then the stream asks for no more.
        return new Promise((resolve) => {
          this.#fed = resolve;
        });
      },
      cancel: () => {
        this.isCancelled = true;
      },
    }, { highWaterMark: 0 });
    signal?.addEventListener('abort', () => this.fail(signal.reason), { once: true });
  }

  #fed = () => {};

  get isLocked() {
    return this.stream.locked;
  }

  /** Somebody reads, and there is nothing to read. */
  awaited(count) {
    if (this.pulls >= count) return Promise.resolve();
    return new Promise((resolve) => this.#pulled.push(resolve)).then(() => this.awaited(count));
  }

  push(chunk) {
    this.#controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
    this.#fed();
  }

  /** A chunk as it is, bytes or not. */
  pushRaw(chunk) {
    this.#controller.enqueue(chunk);
    this.#fed();
  }

  close() {
    this.#controller.close();
    this.#fed();
  }

  fail(error) {
    try {
      this.#controller.error(error);
    } catch {
      // It is over already.
    }
    this.#fed();
  }
}

export const json = (status, body, headers = {}) => async () =>
  new Response(body, { status, headers: { 'content-type': 'application/json', ...headers } });

/** What `make` returns or throws; `make` is called with nothing but the answer's moment. */
export const whatever = (script) => new Function('init', script);

/** As `fetch` waits for a site that does not answer: until it is aborted. */
export const silence = () => ({ signal }) =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));

/** A `fetch` that knows no signal. */
export const deafness = () => () => new Promise(() => {});

/** An `AbortSignal` that counts its listeners. */
export class Signal {
  #controller = new AbortController();
  #listeners = new Set();

  constructor() {
    this.signal = this.#controller.signal;
    const { addEventListener, removeEventListener } = EventTarget.prototype;
    this.signal.addEventListener = (type, listener, options) => {
      this.#listeners.add(listener);
      addEventListener.call(this.signal, type, listener, options);
    };
    this.signal.removeEventListener = (type, listener) => {
      this.#listeners.delete(listener);
      removeEventListener.call(this.signal, type, listener);
    };
  }

  get listeners() {
    return this.#listeners.size;
  }

  abort(reason) {
    this.#controller.abort(reason);
  }
}

export const isChatError = (value) => value instanceof ChatError;

/**
 * `promise`, or a rejection after ten seconds. Without a timer Node ends when nothing can happen any more, in the middle
 * of a test and with exit status 0, which the test runner takes for success.
 */
export async function bounded(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the test waits in vain: not settled within 10 s')), 10_000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether `promise` is settled after everything that can happen by now has happened. */
export async function settles(promise) {
  const pending = Symbol('pending');
  // A task of its own: all microtasks are done before it.
  const turn = new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(pending);
    };
    port2.postMessage(0);
  });
  return (await Promise.race([promise.catch(() => {}), turn])) !== pending;
}

/** A `SessionStore` that is slow, as stores over the network are. */
export class Store {
  entries = new Map();
  ttlMs = 0;
  #of = (result) => new Promise((resolve) => setTimeout(() => resolve(result), 1));

  get = (key) => this.#of(this.entries.get(key) ?? null);

  set = (key, value, { ttlMs }) => {
    this.ttlMs = ttlMs;
    return this.#of(void this.entries.set(key, value));
  };

  delete = (key) => this.#of(void this.entries.delete(key));

  values() {
    return [...this.entries.values()].join();
  }

  /** Another process changed what is stored. */
  poison(value) {
    for (const key of this.entries.keys()) this.entries.set(key, value);
  }
}

/** For a promise that may be rejected before anybody asks: Node ends at a rejection that nobody handles. */
export function expected(promise) {
  promise.catch(() => {});
  return promise;
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export function replaceFetch(fetch) {
  const own = globalThis.fetch;
  globalThis.fetch = fetch;
  return () => {
    globalThis.fetch = own;
  };
}
