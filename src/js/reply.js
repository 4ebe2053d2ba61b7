import { listen, unlisten } from './abort.js';
import { Deadlines } from './deadline.js';
import { ChatError } from './error.js';
import { Host } from './host.js';
import { EventBuffer } from './event-buffer.js';
import { feed } from './chunk-buffer.js';
import { bytesOf, cancel, nextTurn, readRest, tell } from './web.js';

/** What `driver.feed`, `end` and `broken` return, in the numbers of `Progress` in src/web/driver.rs. */
export const MORE = 0;
export const OVER = 1;
export const FAILED = 3;
const CUT = 4;

/** Key of a property that says whether content came, as the core defines content (`Event::is_content` in src/chat/event.rs). For `Race`. */
export const hasContent = 'rivulet:hasContent';

/** The default of `maxEventBytes`, as in src/web/options.rs. */
const MAX_EVENT_BYTES = 16_777_216;

const NONE = /* @__PURE__ */ Symbol('no error');
const DONE = /* @__PURE__ */ Object.freeze({ value: undefined, done: true });
const ignore = () => {};

/**
 * One reply: iterator and async iterable of its text, lazy, and read once.
 *
 * The hot path is `next` -> `reader.read().then(#onRead)` -> `feed(driver, chunk)`: one call into wasm a network chunk,
 * no future, no further promise. Everything else (opening, retries, chunks without content) goes through `#work`.
 */
export const Reply = /* @__PURE__ */ disposable(class Reply {
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
  /** Whether no content was handed out so far. */
  #awaitsContent = true;
  #retries = 0;
  /** Resolves to the result of an ended reply, while the rest of the body is read. */
  #rest = null;
  /** Calls of `next` that are not settled; while there are any, the next one waits its turn behind `#tail`. */
  #unsettled = 0;
  #tail = null;

  /**
   * `config`: `{ start(host, buffer) -> ReplyDriver or Race, signal, fetch, session, timeouts, coalesce, onRetry,
   * onWarning, failure, maxEventBytes, keepsText, provider }`; `provider.name` is asked when somebody wants it. `keepsText`: not for `message` if `false`.
   * `failure`: an error of the call itself, kept until the first read. Optional: `responseMeta` (see `EventBuffer`), `toChatError(error)`,
   * which makes an error of a trap, `isLost()`, whether the driver is gone with its wasm instance, and `prepare(error)`, after which `start` is
   * tried again.
   */
  constructor(config) {
    this.#config = config;
    const most = config.keepsText === false ? 0 : config.maxEventBytes ?? MAX_EVENT_BYTES;
    this.#buffer = new EventBuffer(config, most);
    const expire = (error) => this.#stop(Object.assign(error, { provider: this.provider }));
    this.#deadlines = new Deadlines(config.timeouts, this.#buffer, () => this.#unsettled > 0, expire);
  }

  [Symbol.asyncIterator]() {
    this.#claim();
    return this;
  }

  next() {
    if (this.#unsettled > 0) {
      this.#unsettled++;
      const take = () => this.#take();
      return (this.#tail = this.#tail.then(take, take));
    }
    if (!this.#buffer.isEmpty) return Promise.resolve(this.#handOut());
    if (this.#over && this.#error === NONE) return this.#rest ?? Promise.resolve(DONE);
    this.#unsettled = 1;
    return (this.#tail = this.#pull());
  }

  return(value) {
    this.#buffer.clear();
    this.#stop(NONE);
    this.#error = NONE;
    this.#unlisten();
    return Promise.resolve({ value, done: true });
  }

  throw(error) {
    this.return();
    return Promise.reject(error);
  }

  get events() {
    let isMine = false;
    // Claims the reply at the first call and not here, since debuggers read every property.
    const claim = () => {
      if (isMine) return;
      this.#claim();
      this.#buffer.wantsEvents = isMine = true;
    };
    const events = {
      next: async () => (claim(), this.next()),
      return: (value) => this.return(value),
      throw: (error) => this.throw(error),
      [Symbol.asyncIterator]: () => (claim(), events),
    };
    return events;
  }

  async text() {
    this.#claim();
    const { maxEventBytes: most = MAX_EVENT_BYTES } = this.#config;
    let text = '';
    for (;;) {
      const { value, done } = await this.next();
      if (done) return text;
      text += value;
      // No text has fewer bytes than letters.
      if (text.length > most) {
        const { provider } = this;
        this.return();
        throw new ChatError('too_large', `the whole text is larger than maxEventBytes (${most} bytes): read it piece by piece`, { provider });
      }
    }
  }

  toReadableStream() {
    this.#claim();
    const encoder = new TextEncoder();
    const pull = async (controller) => {
      const { value, done } = await this.next();
      if (done) controller.close();
      else controller.enqueue(encoder.encode(value));
    };
    // `highWaterMark: 0`: a piece is read when the consumer asks for one, and never ahead.
    return new ReadableStream({ pull, cancel: () => void this.return() }, { highWaterMark: 0 });
  }

  toResponse(init = {}) {
    const headers = new Headers(init.headers);
    if (!headers.has('content-type')) headers.set('content-type', 'text/plain; charset=utf-8');
    // `wrangler dev` compresses text, and holds all pieces back for that until the end.
    if (!headers.has('content-encoding')) headers.set('content-encoding', 'identity');
    return new Response(this.toReadableStream(), { ...init, headers });
  }

  get 'rivulet:hasContent'() {
    return this.#buffer.anyContent;
  }

  get message() {
    if (!this.#config.isLost?.()) this.#driver?.flush();
    return this.#buffer.message;
  }

  get usage() {
    return this.#buffer.usage ?? this.#buffer.inner?.usage;
  }

  get finish() {
    return this.#buffer.finish;
  }

  get finishReason() {
    return this.#buffer.finish?.reason;
  }

  get toolCalls() {
    return this.#buffer.toolCalls ?? [];
  }

  get conversation() {
    return this.#buffer.conversation;
  }

  get provider() {
    return this.#config.provider.name;
  }

  /** Makes sure that the reply is read once. */
  #claim() {
    if (this.#used) throw new TypeError('a reply can be read once: it was iterated or turned into a stream before');
    this.#used = true;
  }

  /** Settles a `next` that waited for its turn: with what is in the buffer, or by a read. */
  #take() {
    return this.#buffer.isEmpty && !this.#over ? this.#pull() : this.#settle();
  }

  /** Reads one chunk: the hot path. */
  #pull() {
    if (this.#reader === null || this.#over) return this.#work();
    this.#deadlines.reading();
    return this.#reader.read().then(this.#onRead, this.#onReadFailed);
  }

  #onRead = ({ value, done }) => {
    this.#feed(value, done);
    return this.#buffer.isEmpty && !this.#over ? this.#work() : this.#settle();
  };

  #onReadFailed = (error) => {
    this.#readFailed(error);
    return this.#buffer.isEmpty && !this.#over ? this.#work() : this.#settle();
  };

  /** Opens, pauses and reads until there is something to hand out. It is a loop, since a chain of promises would grow with every keep-alive. */
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
        this.#readFailed(error);
      }
    }
    return this.#settle();
  }

  /** Settles one `next`: with a piece, with the error (once), or with the end. */
  #settle() {
    this.#unsettled--;
    if (this.#awaitsContent) this.#awaitsContent = this.#deadlines.awaitContent();
    if (!this.#buffer.isEmpty) return this.#handOut();
    if (this.#error === NONE) return this.#rest ?? DONE;
    const error = this.#error;
    this.#error = NONE;
    throw error;
  }

  /** The next piece. An abort counts until the last one, also where the end of the reply has come long before. */
  #handOut() {
    const value = this.#buffer.take();
    if (this.#over && this.#buffer.isEmpty) this.#unlisten();
    return { value, done: false };
  }

  #unlisten() {
    if (this.#onAbort) unlisten(this.#config.signal, this.#onAbort);
    this.#onAbort = null;
  }

  /** Has the driver send its requests, until there is a body to read, a retry to wait for, or the reply is over. */
  async #open() {
    try {
      if (this.#driver !== null) {
        await nextTurn();
      } else {
        if (!this.#begin()) return;
        for (let refusal; (refusal = this.#start()) !== undefined;) {
          await this.#config.prepare(refusal);
          if (this.#over) return;
        }
      }
      this.#deadlines.reading();
      const { pauseEnd } = this.#deadlines;
      if (pauseEnd !== undefined) await pauseEnd;
      if (this.#over) return;
      const opened = await this.#driver.open();
      if (this.#over) cancel(opened);
      else if (opened === undefined) this.#finish();
      else if (typeof opened === 'number') this.#pauseFor(Math.round(opened));
      else this.#reader = opened;
    } catch (error) {
      // After the end, this is the reason of that end coming back: `stop` rejected what the driver waited for.
      if (!this.#over) this.#stop(this.#toChatError(error));
    }
  }

  /** Makes the driver, which sends nothing yet. Returns the error of an engine that `prepare` may have to be asked for first. */
  #start() {
    const { start, prepare } = this.#config;
    try {
      this.#driver = start(this.#host, this.#buffer);
    } catch (error) {
      if (!prepare) throw error;
      return error;
    }
    this.#config.start = this.#config.prepare = undefined;
    return undefined;
  }

  /** Begins the reply at the first read: only now is anything checked, started or sent. `false`: it is over already. */
  #begin() {
    const { failure, signal } = this.#config;
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
        if (this.#over) this.#error = signal.reason;
        this.#stop(signal.reason);
        this.#unlisten();
      };
      listen(signal, this.#onAbort);
    }
    this.#deadlines.start();
    this.#host = new Host(this.#deadlines, this.#config);
    return true;
  }

  /** Begins the pause before a retry. The event of it is handed out now, and not when the pause is over. */
  #pauseFor(ms) {
    this.#deadlines.pause(ms);
    tell(this.#config.onRetry, this.#buffer.retry(++this.#retries, ms, this.#driver.failure()));
  }

  /** Feeds a chunk to the driver, or the end of the body. */
  #feed(value, done) {
    if (this.#over) return;
    try {
      if (done) return this.#onProgress(this.#driver.end(), true);
      const chunk = bytesOf(value) ?? noBytes();
      // Empty chunks are skipped; those of a `Race` are always empty.
      if (chunk.length > 0) this.#onProgress(feed(this.#driver, chunk));
    } catch (error) {
      this.#stop(this.#toChatError(error));
    }
  }

  /** The body broke off. Perhaps another try follows. */
  #readFailed(error) {
    if (this.#over) return;
    try {
      this.#onProgress(this.#driver.broken(error));
    } catch (failure) {
      this.#stop(this.#toChatError(failure));
    }
  }

  /** What follows a chunk. `Reopen`, the one progress that is not named here, drops the reader, so that `#work` opens again. */
  #onProgress(progress, hasEnded = false) {
    if (progress === OVER || (progress === CUT && hasEnded)) this.#complete(hasEnded);
    else if (progress === CUT) this.#finish();
    else if (progress === FAILED) this.#stop(this.#driver.failure());
    else if (progress !== MORE) this.#dropReader();
  }

  /**
   * Ends a reply that is complete. The consumer gets its last pieces now, and hears of the end when the body has ended, too: a next
   * request would otherwise need a connection of its own.
   */
  #complete(hasEnded) {
    const reader = this.#reader;
    if (!hasEnded) this.#reader = null;
    this.#finish();
    this.#rest = (hasEnded ? nextTurn() : readRest(reader)).then(() => {
      this.#rest = null;
      return DONE;
    });
  }

  /** Ends the reply early, for the caller, a time limit or an error. What was delivered stays in the buffer. */
  #stop(error) {
    if (this.#over) return;
    this.#error = error;
    // A body that is being read is cancelled in `#finish` instead, which costs no exception object.
    if (this.#reader === null) this.#host?.stop(error === NONE ? undefined : error);
    this.#finish();
  }

  /** Ends the reply. No timer, lock or request is left, and a listener only while there are pieces to hand out. */
  #finish() {
    if (this.#over) return;
    this.#over = true;
    this.#deadlines.clear();
    if (this.#buffer.isEmpty) this.#unlisten();
    this.#dropReader();
    const driver = this.#driver;
    this.#driver = this.#host = null;
    if (!driver || this.#config.isLost?.()) return;
    // A reply that ends early has the text and the counts that came until then.
    const { responseMeta } = this.#config;
    if (responseMeta && this.#error !== NONE) responseMeta.partial = driver.settle();
    else if (!this.#buffer.finish && !responseMeta) this.#buffer.usage ??= driver.settle();
    driver.free();
  }

  /** The error to hand out for one that the driver threw. */
  #toChatError(error) {
    if (!this.#config.isLost?.()) return this.#config.toChatError?.(error) ?? error;
    const message = "rivulet's core stopped during another reply, and this one with it";
    return new ChatError('protocol', message, { retryable: true, cause: error });
  }

  #dropReader() {
    cancel(this.#reader);
    this.#reader = null;
  }
});

/** `await using`, by a name that older engines do not have. Not a method in the class: bundlers keep a class with a computed name, used or not. */
function disposable(Class) {
  Class.prototype[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')] = function dispose() {
    return this.return().then(ignore);
  };
  return Class;
}

function noBytes() {
  throw new ChatError('protocol', 'the body of the response is neither bytes nor text');
}
