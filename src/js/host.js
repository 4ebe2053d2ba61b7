import { memory } from './memory.js';
import { race, send } from './web.js';
import { askShared, askWhole } from './whole.js';

/** WordPress nonces live 12 to 24 hours. */
const TTL_MS = 10 * 3_600_000;

/** What the core asks of the runtime for one reply (src/web/sys.rs): requests, time, and what is known of earlier ones. */
export class Host {
  #signal;
  #deadlines;
  #fetch;
  #session;

  /** `signal` is the reply's own: aborted where it is given up while the core waits for something. */
  constructor(signal, deadlines, { fetch, session = memory }) {
    this.#signal = signal;
    this.#deadlines = deadlines;
    this.#fetch = fetch;
    this.#session = session;
  }

  get isOver() {
    return this.#signal.aborted;
  }

  get ownsFetch() {
    return this.#fetch !== undefined;
  }

  /** The response, as soon as its head is there. */
  send(url, init) {
    return this.#within(() => send(url, { ...init, signal: this.#signal }, this.#fetch));
  }

  /** The response with its body read whole; `mayShare`: with other replies that ask the same at this moment. */
  ask(url, init, limit, mayShare) {
    return this.#within(() => (mayShare ? askShared : askWhole)(url, init, this.#fetch, limit, this.#signal));
  }

  /** After `ms`. */
  async sleep(ms) {
    let timer;
    const slept = new Promise((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await race(slept, this.#signal).finally(() => clearTimeout(timer));
  }

  /** A store that fails costs a nonce request, not a reply. */
  async load(key) {
    try {
      return await race(this.#session.get(key), this.#signal);
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

  async #within(ask) {
    this.#deadlines.sending();
    try {
      return await race(ask(), this.#signal);
    } finally {
      this.#deadlines.head();
    }
  }
}
