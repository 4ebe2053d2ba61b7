import { memory } from './session-memory.js';
import { send } from './web.js';
import { fetchShared, fetchBuffered } from './buffered-fetch.js';

/** How long a session is kept: ten hours, since WordPress nonces live 12 to 24. */
const TTL_MS = 10 * 3_600_000;

/** Milliseconds that a session store may take. A request for a nonce takes a site less. */
const STORE_MS = 3_000;

/** What the core wants of the runtime for one reply (src/web/sys.rs): requests, the time that is left, and the session store. */
export class Host {
  #deadlines;
  #fetch;
  #session;
  #texts;
  #apiKey;
  #meta;
  /** Exists only until the head of a response arrives: it would be the largest part of a reply whose body is being read. */
  #controller = null;
  /** Rejects what the core waits for; it waits for one thing at a time. */
  #rejectWait = null;
  #isOver = false;
  #reason;

  constructor(deadlines, { fetch, session = memory, texts, apiKey, responseMeta }) {
    this.#deadlines = deadlines;
    this.#fetch = fetch;
    this.#session = session;
    this.#texts = texts;
    this.#apiKey = apiKey;
    this.#meta = responseMeta;
  }

  get isOver() {
    return this.#isOver;
  }

  /** The reply is over: whatever the core waits for rejects with `reason`. */
  stop(reason) {
    this.#isOver = true;
    this.#reason = reason;
    this.#controller?.abort(reason);
    this.#rejectWait?.(reason);
  }

  /** A long text of the options (`jsonCopy` in src/js/json-copy.js), which is then no longer kept here. */
  text(index) {
    const text = this.#texts[index];
    this.#texts[index] = '';
    return text;
  }

  /** Whether the caller has a `fetch` of its own, which may do what a page may not. */
  get ownsFetch() {
    return this.#fetch !== undefined;
  }

  /** Resolves to the key that the caller's function gives. The limits of a request count, since nothing is sent before. */
  async apiKey() {
    const give = this.#apiKey;
    this.#deadlines.sending();
    try {
      return await this.#until(new Promise((resolve) => resolve(give())));
    } finally {
      this.#deadlines.head();
    }
  }

  /** Resolves to the response as soon as its head arrives. */
  send(url, init) {
    return this.#request((signal) => send(url, { ...init, signal }, this.#fetch));
  }

  /** Resolves to the response with its body read whole. `mayShare`: other replies that want the same now may share the request. */
  ask(url, init, limit, mayShare) {
    return this.#request((signal) => (mayShare ? fetchShared : fetchBuffered)(url, init, this.#fetch, limit, signal));
  }

  /** How long a pause before a retry may be, in milliseconds. */
  get msLeft() {
    return this.#deadlines.msLeft;
  }

  /** The value in the session store. A store that fails, or says nothing for seconds, costs a request for a nonce, and not the reply. */
  async load(key) {
    let timer;
    const late = new Promise((resolve) => {
      timer = setTimeout(resolve, STORE_MS);
    });
    try {
      return await this.#until(Promise.race([this.#session.get(key), late]));
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Stores a value, or deletes it where it is `undefined`. Nobody waits for this. */
  async save(key, value) {
    try {
      await (value === undefined ? this.#session.delete(key) : this.#session.set(key, value, { ttlMs: TTL_MS }));
    } catch {
      // A store that fails costs a request for a nonce later.
    }
  }

  async #request(send) {
    this.#controller = new AbortController();
    this.#deadlines.sending();
    try {
      // `Client` tells of the last response, and of none where the last request got none.
      this.#tell(undefined);
      const response = await this.#until(send(this.#controller.signal));
      this.#tell(response);
      return response;
    } finally {
      this.#controller = null;
      this.#deadlines.head();
    }
  }

  #tell(response) {
    if (this.#meta && 'head' in this.#meta) this.#meta.head = response;
  }

  /** `promise`, unless the reply ends first: a caller's `fetch` or store need not listen to a signal. */
  async #until(promise) {
    try {
      return await new Promise((resolve, reject) => {
        Promise.resolve(promise).then(resolve, reject);
        this.#rejectWait = reject;
        // The caller's function may have ended the reply before it returned its promise.
        if (this.#isOver) reject(this.#reason);
      });
    } finally {
      this.#rejectWait = null;
    }
  }
}
