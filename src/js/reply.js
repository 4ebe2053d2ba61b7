import { listen, unlisten } from './abort.js';
import { Deadlines } from './deadline.js';
import { ChatError } from './error.js';
import { Host } from './host.js';
import { EventBuffer } from './event-buffer.js';
import { feed } from './chunk-buffer.js';
import { bytesOf, cancel } from './web.js';

/** What `driver.feed`, `end` and `broken` answer; `Progress` in src/web/driver.rs. */
export const MORE = 0;
export const OVER = 1;
export const FAILED = 3;

/** Whether content came, by the core's word (`Event::is_content` in src/chat/event.rs); for a Race, which waits for it. */
export const hasContent = Symbol('has content');

const NONE = Symbol('no error');
const DONE = Object.freeze({ value: undefined, done: true });
const ignore = () => {};

/**
 * One reply: iterator and async iterable of its text, consumed once, lazy.
 *
 * The hot path is `next` -> `reader.read().then(#onRead)` -> `feed(driver, chunk)`: one call into wasm a network chunk,
 * no future, no further promise. Everything else - opening, retries, chunks without content - goes through `#work`.
 */
export class Reply {
  static name = 'Reply';
  #config;
  #buffer;
  #deadlines;
  #host = null;
  #onAbort = null;
  #driver = null;
  #reader = null;
  #used = false;
  #over = false;
  #error = NONE;
  /** Calls of `next` that are not settled; while there are any, the next one waits its turn behind `#tail`. */
  #unsettled = 0;
  #tail = null;

  /**
   * `config`: `{ start(host, buffer) -> ReplyDriver (or a Race), signal, fetch, session, timeouts, coalesce, failure, provider() }`, and perhaps
   * `responseMeta` (see `EventBuffer`), `explain(error)`, which makes an error of a trap, and `isLost()`: the driver is gone with its wasm instance. A `failure`
   * is the call's own fault, kept until somebody reads.
   */
  constructor(config) {
    this.#config = config;
    this.#buffer = new EventBuffer(config.coalesce, config.responseMeta);
    const expire = (error) => this.#stop(Object.assign(error, { provider: this.provider }));
    this.#deadlines = new Deadlines(config.timeouts, this.#buffer, () => this.#unsettled > 0, expire);
  }

  [Symbol.asyncIterator]() {
    this.#use();
    return this;
  }

  next() {
    if (this.#unsettled > 0) {
      this.#unsettled++;
      const take = () => this.#take();
      return (this.#tail = this.#tail.then(take, take));
    }
    if (!this.#buffer.isEmpty) return Promise.resolve({ value: this.#buffer.take(), done: false });
    if (this.#over && this.#error === NONE) return Promise.resolve(DONE);
    this.#unsettled = 1;
    return (this.#tail = this.#pull());
  }

  return(value) {
    this.#buffer.clear();
    this.#stop(NONE);
    this.#error = NONE;
    return Promise.resolve({ value, done: true });
  }

  throw(error) {
    this.return();
    return Promise.reject(error);
  }

  [Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]() {
    return this.return().then(ignore);
  }

  get events() {
    let isMine = false;
    // Looking at the property, as debuggers do, is not reading it.
    const use = () => {
      if (isMine) return;
      this.#use();
      this.#buffer.wantsEvents = isMine = true;
    };
    const events = {
      next: async () => (use(), this.next()),
      return: (value) => this.return(value),
      throw: (error) => this.throw(error),
      [Symbol.asyncIterator]: () => (use(), events),
    };
    return events;
  }

  async text() {
    this.#use();
    let text = '';
    for (;;) {
      const { value, done } = await this.next();
      if (done) return text;
      text += value;
    }
  }

  toReadableStream() {
    this.#use();
    const encoder = new TextEncoder();
    const pull = async (controller) => {
      const { value, done } = await this.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    };
    // No read-ahead: a chunk is pulled when somebody wants one.
    return new ReadableStream({ pull, cancel: () => void this.return() }, { highWaterMark: 0 });
  }

  toResponse(init = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'text/plain; charset=utf-8');
    return new Response(this.toReadableStream(), { ...init, headers });
  }

  get [hasContent]() {
    return this.#buffer.anyContent;
  }

  get usage() {
    return this.#buffer.usage;
  }

  get finishReason() {
    return this.#buffer.finishReason;
  }

  get conversation() {
    return this.#buffer.conversation;
  }

  get provider() {
    return this.#config.provider();
  }

  #use() {
    if (this.#used) throw new TypeError('a reply can be read once: it was iterated or turned into a stream before');
    this.#used = true;
  }

  /** Its turn has come: what is there, or a read. */
  #take() {
    return this.#buffer.isEmpty && !this.#over ? this.#pull() : this.#settle();
  }

  #pull() {
    if (this.#reader === null || this.#over) return this.#work();
    this.#deadlines.reading();
    return this.#reader.read().then(this.#onRead, this.#onBroken);
  }

  #onRead = ({ value, done }) => {
    this.#feed(value, done);
    return this.#buffer.isEmpty && !this.#over ? this.#work() : this.#settle();
  };

  #onBroken = (error) => {
    this.#broken(error);
    return this.#buffer.isEmpty && !this.#over ? this.#work() : this.#settle();
  };

  /** Until there is something to hand out. A loop, since a chain of promises would grow with every keep-alive. */
  async #work() {
    while (this.#buffer.isEmpty && !this.#over) {
      if (this.#reader === null) {
        await this.#open();
        continue;
      }
      this.#deadlines.reading();
      try {
        const { value, done } = await this.#reader.read();
        this.#feed(value, done);
      } catch (error) {
        this.#broken(error);
      }
    }
    return this.#settle();
  }

  /** Answers one `next`: a piece, the error (once), or the end. */
  #settle() {
    this.#unsettled--;
    if (!this.#buffer.isEmpty) return { value: this.#buffer.take(), done: false };
    if (this.#error === NONE) return DONE;
    const error = this.#error;
    this.#error = NONE;
    throw error;
  }

  async #open() {
    try {
      if (this.#driver === null && !this.#begin()) return;
      this.#deadlines.reading();
      const reader = await this.#driver.open();
      if (this.#over) cancel(reader);
      else if (reader === undefined) this.#finish();
      else this.#reader = reader;
    } catch (error) {
      // What comes after the end is the reason of that end again.
      if (!this.#over) this.#stop(this.#explain(error));
    }
  }

  /** The first read: only now is anything checked, started or sent. */
  #begin() {
    const { failure, signal, start } = this.#config;
    if (failure !== undefined) {
      this.#stop(failure);
      return false;
    }
    if (signal?.aborted) {
      this.#stop(signal.reason);
      return false;
    }
    if (signal) {
      this.#onAbort = () => {
        this.#buffer.clear();
        this.#stop(signal.reason);
      };
      listen(signal, this.#onAbort);
    }
    this.#deadlines.start();
    this.#config.start = undefined;
    this.#host = new Host(this.#deadlines, this.#config);
    this.#driver = start(this.#host, this.#buffer);
    return true;
  }

  #feed(value, done) {
    if (this.#over) return;
    try {
      if (done) return this.#took(this.#driver.end());
      const chunk = bytesOf(value) ?? noBytes();
      // An empty one says nothing, and a Race reads no others.
      if (chunk.length > 0) this.#took(feed(this.#driver, chunk));
    } catch (error) {
      this.#stop(this.#explain(error));
    }
  }

  #broken(error) {
    if (this.#over) return;
    try {
      this.#took(this.#driver.broken(error));
    } catch (failure) {
      this.#stop(this.#explain(failure));
    }
  }

  /** Without a reader the core is asked what comes next. */
  #took(progress) {
    if (progress === OVER) this.#finish();
    else if (progress === FAILED) this.#stop(this.#driver.failure());
    else if (progress !== MORE) this.#drop();
  }

  /** The end that somebody wants: the caller, a clock, an error. What was delivered stays. */
  #stop(error) {
    if (this.#over) return;
    this.#error = error;
    // A body is cancelled, which costs no exception object.
    if (this.#reader === null) this.#host?.stop(error === NONE ? undefined : error);
    this.#finish();
  }

  /** The end. No timer, listener, lock or request is left. */
  #finish() {
    if (this.#over) return;
    this.#over = true;
    this.#deadlines.clear();
    if (this.#onAbort) unlisten(this.#config.signal, this.#onAbort);
    this.#drop();
    const driver = this.#driver;
    this.#driver = this.#host = null;
    if (!this.#config.isLost?.()) driver?.free();
  }

  #explain(error) {
    if (!this.#config.isLost?.()) return this.#config.explain?.(error) ?? error;
    const message = "rivulet's core stopped during another reply, and this one with it";
    return new ChatError('protocol', message, { retryable: true, cause: error });
  }

  #drop() {
    cancel(this.#reader);
    this.#reader = null;
  }
}

function noBytes() {
  throw new ChatError('protocol', 'the body of the response is neither bytes nor text');
}
