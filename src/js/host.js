import { memory } from './session-memory.js';
import { send } from './web.js';
import { fetchShared, fetchBuffered } from './buffered-fetch.js';

/** WordPress nonces live 12 to 24 hours. */
const TTL_MS = 10 * 3_600_000;

/** What the core asks of the runtime for one reply (src/web/sys.rs): requests, time, and what is known of earlier ones. */
export class Host {
  #deadlines;
  #fetch;
  #session;
  /** While a request is under way: of a reply whose body is read it would be the largest part. */
  #controller = null;
  /** Ends the wait of the core, which waits for one thing at a time. */
  #giveUp = null;
  #isOver = false;
  #reason;

  constructor(deadlines, { fetch, session = memory }) {
    this.#deadlines = deadlines;
    this.#fetch = fetch;
    this.#session = session;
  }

  get isOver() {
    return this.#isOver;
  }

  /** Whatever the core waits for is given up. */
  stop(reason) {
    this.#isOver = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#giveUp?.(reason);
  }

  get ownsFetch() {
    return this.#fetch !== undefined;
  }

  /** The response, as soon as its head is there. */
  send(url, init) {
    return this.#asked((signal) => send(url, { ...init, signal }, this.#fetch));
  }

  /** The response with its body read whole; `mayShare`: with other replies that ask the same at this moment. */
  ask(url, init, limit, mayShare) {
    return this.#asked((signal) => (mayShare ? fetchShared : fetchBuffered)(url, init, this.#fetch, limit, signal));
  }

  /** After `ms`. */
  async sleep(ms) {
    let timer;
    const slept = new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await this.#until(slept).finally(() => clearTimeout(timer));
  }

  /** A store that fails costs a nonce request, not a reply. */
  async load(key) {
    try {
      return await this.#until(this.#session.get(key));
    } catch {
      return undefined;
    }
  }

  /** Nobody waits for it. Without a value the entry goes. */
  async save(key, value) {
    try {
      await (value === undefined ? this.#session.delete(key) : this.#session.set(key, value, { ttlMs: TTL_MS }));
    } catch {
      // As for `load`.
    }
  }

  async #asked(ask) {
    this.#controller = new AbortController();
    this.#deadlines.sending();
    try {
      return await this.#until(ask(this.#controller.signal));
    } finally {
      this.#controller = null;
      this.#deadlines.head();
    }
  }

  /** `promise` as it settles, if the reply lasts so long; a caller's `fetch` or store need not heed a signal. */
  async #until(promise) {
    try {
      return await new Promise((resolve, reject) => {
        Promise.resolve(promise).then(resolve, reject);
        this.#giveUp = reject;
        // Who was asked may have ended the reply before there was anything to wait for.
        if (this.#isOver) reject(this.#reason);
      });
    } finally {
      this.#giveUp = null;
    }
  }
}
