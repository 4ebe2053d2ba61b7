import { ChatError } from './error.js';

const DEFAULTS = { connect: undefined, firstChunk: undefined, idle: 120_000, total: undefined };

/** How often the idle timer checks within its time. One timer serves all pieces: arming one for each would cost more than the piece. */
const CHECKS = 8;

/** The four limits in milliseconds, from the `timeout` of a call, which is a number for the whole reply or some of the limits. */
export function readTimeouts(timeout) {
  if (timeout === undefined || timeout === null) return DEFAULTS;
  const given = typeof timeout === 'object' ? timeout : { total: timeout };
  const limits = { ...DEFAULTS };
  for (const [name, ms] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name)) throw inputError(`timeout.${name} is none of connect, firstChunk, idle, total`);
    if (ms === undefined || ms === Infinity) limits[name] = undefined;
    else if (typeof ms === 'number' && ms > 0) limits[name] = Math.min(ms, 2 ** 31 - 1);
    else throw inputError(`timeout${given === timeout ? `.${name}` : ''} must be a number of milliseconds above 0`);
  }
  return limits;
}

const inputError = (message) => new ChatError('input', message);

/** The timers of one reply. After `clear` none is left. */
export class Deadlines {
  #limits;
  #buffer;
  #isReading;
  #onExpired;
  #timers = { connect: undefined, firstChunk: undefined, idle: undefined, total: undefined };
  /** Whether no idle timer has to be started: it runs, or there is no idle limit. */
  #isWatching = false;
  #quietChecks = 0;

  /** `isReading()` says whether the consumer waits for the next item. `onExpired(error)` is called at most once. */
  constructor(limits, buffer, isReading, onExpired) {
    this.#limits = limits;
    this.#buffer = buffer;
    this.#isReading = isReading;
    this.#isWatching = limits.idle === undefined;
    this.#onExpired = onExpired;
  }

  /** The reply begins: its first item was asked for. */
  start() {
    this.#arm('total');
    this.#arm('firstChunk');
  }

  /** The core sends a request. */
  sending() {
    this.#arm('connect');
  }

  /** The head of its response arrived, or the request failed. */
  head() {
    this.#disarm('connect');
  }

  /** A chunk is about to be read. */
  reading() {
    if (this.#isWatching) return;
    this.#quietChecks = 0;
    this.#watch();
  }

  /** Stops all timers. */
  clear() {
    for (const name of Object.keys(this.#timers)) this.#disarm(name);
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
    this.#isWatching = true;
    this.#timers.idle = setTimeout(() => this.#check(), this.#limits.idle / CHECKS);
  }

  #arm(name) {
    this.#disarm(name);
    const ms = this.#limits[name];
    if (ms !== undefined) this.#timers[name] = setTimeout(() => this.#expire(name), ms);
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
