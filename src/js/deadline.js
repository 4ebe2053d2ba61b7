import { ChatError } from './error.js';

/** `firstChunk` is the timeout of the npm package `openai`: a model may think for minutes before it says anything. */
const DEFAULTS = { connect: undefined, firstChunk: 600_000, idle: 120_000, total: undefined };

/**
 * Key of an option that is a time, as `Date.now()` gives it: no pause before a retry is begun that would last until then. `Fallback`
 * gives it, whose `total` ends the attempts from outside, and the edge, whose clients try again by themselves.
 */
export const pausesEnd = /* @__PURE__ */ Symbol('pauses end');

const TIMERS = ['connect', 'firstChunk', 'idle', 'total', 'pause'];

/** How often the idle timer checks within its time. One timer serves all pieces: arming one for each would cost more than the piece. */
const CHECKS = 8;

/**
 * The four limits in milliseconds, from the `timeout` of a call, which is a number for the whole reply or some of the limits; and
 * `pausesEnd`, where the call has that.
 */
export function readTimeouts(timeout, pausesEnd) {
  if (timeout === undefined || timeout === null) return pausesEnd === undefined ? DEFAULTS : { ...DEFAULTS, pausesEnd };
  const given = typeof timeout === 'object' ? timeout : { total: timeout };
  const limits = { ...DEFAULTS, pausesEnd };
  for (const [name, ms] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name)) throw inputError(`timeout.${name} is none of connect, firstChunk, idle, total`);
    if (ms === undefined || ms === Infinity) limits[name] = undefined;
    else if (typeof ms === 'number' && ms > 0) limits[name] = Math.min(ms, 2 ** 31 - 1);
    else throw inputError(`timeout${given === timeout ? `.${name}` : ''} must be a number of milliseconds above 0`);
  }
  return limits;
}

const inputError = (message) => new ChatError('input', message);

/**
 * The timers of one reply. After `clear` none is left.
 *
 * A timer keeps a process of Node only while a read waits for the first content. Later the connection does that, so that a process
 * ends in which nobody reads on. Other runtimes have no `unref`.
 */
export class Deadlines {
  #limits;
  #buffer;
  #isReading;
  #onExpired;
  /** Of each of `TIMERS` the one that runs. All members are there from the beginning, so that engines keep the object small. */
  #timers = { connect: undefined, firstChunk: undefined, idle: undefined, total: undefined, pause: undefined };
  /** When `total` ends; `undefined`: never. */
  #end;
  /** What is left of `firstChunk`, and since when that timer runs. */
  #firstChunkLeft;
  #firstChunkSince = 0;
  /** Ends the pause before a retry, while there is one. */
  #endPause = null;
  #pause = null;
  /** Whether no idle timer has to be started: it runs, or there is no idle limit. */
  #isWatching = false;
  #quietChecks = 0;
  /** Whether the timers do not keep a process of Node. */
  #isReleased = false;

  /** `isReading()` says whether the consumer waits for the next item. `onExpired(error)` is called at most once. */
  constructor(limits, buffer, isReading, onExpired) {
    this.#limits = limits;
    this.#buffer = buffer;
    this.#isReading = isReading;
    this.#onExpired = onExpired;
    this.#firstChunkLeft = limits.firstChunk;
  }

  /** The reply begins: its first item was asked for. */
  start() {
    const { total, pausesEnd: end } = this.#limits;
    this.#end = total === undefined ? end : Math.min(end ?? Infinity, Date.now() + total);
    this.#arm('total', total);
  }

  /** The core sends a request. */
  sending() {
    this.#arm('connect', this.#limits.connect);
  }

  /** The head of its response arrived, or the request failed. */
  head() {
    this.#disarm('connect');
  }

  /** How long a pause before a retry may be. */
  get msLeft() {
    return (this.#end ?? Infinity) - Date.now();
  }

  /** A pause before a retry begins, in which only `total` counts. */
  pause(ms) {
    this.#stopFirstChunk();
    this.#pause = new Promise((resolve) => {
      this.#endPause = resolve;
      this.#arm('pause', ms, resolve);
    });
  }

  /** Resolves when the pause is over, or the reply. `undefined`: there is no pause. */
  get pauseEnd() {
    return this.#pause?.then(() => {
      this.#pause = null;
      this.#disarm('pause');
      if (this.#endPause !== null) this.#startFirstChunk();
    });
  }

  /** A chunk is about to be read, or a response waited for. */
  reading() {
    if (this.#isWatching) return;
    if (this.#buffer.anyContent) {
      this.#began();
      this.#quietChecks = 0;
      this.#watch();
    } else {
      if (this.#pause === null) this.#startFirstChunk();
      this.#hold();
    }
  }

  /** The consumer got an item. To be called until it returns `false`: from then on there was content. */
  awaitContent() {
    if (this.#buffer.anyContent) {
      this.#began();
      return false;
    }
    this.#stopFirstChunk();
    this.#release();
    return true;
  }

  /** Stops all timers. */
  clear() {
    for (const name of TIMERS) this.#disarm(name);
    const endPause = this.#endPause;
    this.#endPause = null;
    endPause?.();
  }

  /** The first content is there. */
  #began() {
    this.#disarm('firstChunk');
    this.#release();
    this.#isWatching = this.#limits.idle === undefined;
  }

  #release() {
    if (this.#isReleased) return;
    this.#isReleased = true;
    for (const name of TIMERS) this.#timers[name]?.unref?.();
  }

  #hold() {
    if (!this.#isReleased) return;
    this.#isReleased = false;
    for (const name of TIMERS) this.#timers[name]?.ref?.();
  }

  #startFirstChunk() {
    if (this.#timers.firstChunk !== undefined) return;
    this.#firstChunkSince = Date.now();
    this.#arm('firstChunk', this.#firstChunkLeft);
  }

  /** Time in which nobody reads, or a retry is waited for, does not count. */
  #stopFirstChunk() {
    if (this.#timers.firstChunk === undefined) return;
    this.#disarm('firstChunk');
    this.#firstChunkLeft -= Date.now() - this.#firstChunkSince;
  }

  /**
   * Counts the checks in a row that found no content. A consumer that does not read is no stall of the service, so then nothing is
   * counted, and the timer rests until the next read.
   */
  #check() {
    this.#isWatching = false;
    const isReading = this.#isReading();
    if (this.#buffer.active || !isReading) this.#quietChecks = 0;
    else if (++this.#quietChecks >= CHECKS) return this.#expire('idle');
    this.#buffer.active = false;
    if (isReading) this.#watch();
  }

  #watch() {
    const { idle } = this.#limits;
    if (idle === undefined) return;
    this.#isWatching = true;
    this.#arm('idle', idle / CHECKS, () => this.#check());
  }

  #arm(name, ms, onTime) {
    this.#disarm(name);
    if (ms === undefined) return;
    this.#timers[name] = setTimeout(onTime ?? (() => this.#expire(name)), ms);
    if (this.#isReleased) this.#timers[name].unref?.();
  }

  #expire(name) {
    if (name === 'firstChunk' && this.#buffer.anyContent) return;
    this.clear();
    const ms = this.#limits[name];
    this.#onExpired(new ChatError('timeout', `${MISSED[name]} within ${ms} ms (timeout.${name})`, { retryable: true }));
  }

  #disarm(name) {
    if (this.#timers[name] === undefined) return;
    clearTimeout(this.#timers[name]);
    this.#timers[name] = undefined;
  }
}

/** What did not happen in time, for the message of the error. */
const MISSED = {
  connect: 'the service sent no response head',
  firstChunk: 'the service sent no content',
  idle: 'the service sent no more content',
  total: 'the reply did not end',
};
