import { ChatError } from './error.js';

const DEFAULTS = { connect: undefined, firstChunk: undefined, idle: 120_000, total: undefined };

/** How many times the idle timer looks while it waits. One timer for all pieces: arming one a piece would cost more than the piece. */
const LOOKS = 8;

/** `timeout` of a call: milliseconds for the whole reply, or the four limits. */
export function readTimeouts(timeout) {
  if (timeout === undefined || timeout === null) return DEFAULTS;
  const given = typeof timeout === 'object' ? timeout : { total: timeout };
  const limits = { ...DEFAULTS };
  for (const [name, ms] of Object.entries(given)) {
    if (!Object.hasOwn(DEFAULTS, name)) throw wrong(`timeout.${name} is none of connect, firstChunk, idle, total`);
    if (ms === undefined || ms === Infinity) limits[name] = undefined;
    else if (typeof ms === 'number' && ms > 0) limits[name] = Math.min(ms, 2 ** 31 - 1);
    else throw wrong(`timeout${given === timeout ? `.${name}` : ''} must be a number of milliseconds above 0`);
  }
  return limits;
}

const wrong = (message) => new ChatError('input', message);

/** The clocks of one reply. After `clear` no timer is left. */
export class Deadlines {
  #limits;
  #buffer;
  #isReading;
  #onExpired;
  #timers = { connect: undefined, firstChunk: undefined, idle: undefined, total: undefined };
  /** The idle timer runs, or there is none to run. */
  #watches = false;
  #quietLooks = 0;

  /** `isReading()`: the consumer waits for us. `onExpired(error)` is called at most once. */
  constructor(limits, buffer, isReading, onExpired) {
    this.#limits = limits;
    this.#buffer = buffer;
    this.#isReading = isReading;
    this.#watches = limits.idle === undefined;
    this.#onExpired = onExpired;
  }

  start() {
    this.#arm('total');
    this.#arm('firstChunk');
  }

  /** The core sends a request; `head` says that its response began. */
  sending() {
    this.#arm('connect');
  }

  head() {
    this.#disarm('connect');
  }

  /** Before every read. */
  reading() {
    if (this.#watches) return;
    this.#quietLooks = 0;
    this.#watch();
  }

  clear() {
    for (const name of Object.keys(this.#timers)) this.#disarm(name);
  }

  /** A slow consumer is no stall: while nobody reads, nothing is counted, and the timer rests. */
  #look() {
    this.#watches = false;
    const waits = this.#isReading();
    if (this.#buffer.active || !waits) this.#quietLooks = 0;
    else if (++this.#quietLooks >= LOOKS) return this.#expire('idle');
    this.#buffer.active = false;
    if (waits) this.#watch();
  }

  #watch() {
    this.#watches = true;
    this.#timers.idle = setTimeout(() => this.#look(), this.#limits.idle / LOOKS);
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
    this.#onExpired(new ChatError('timeout', `${WHAT[name]} within ${ms} ms (timeout.${name})`, { retryable: true }));
  }

  #disarm(name) {
    if (this.#timers[name] === undefined) return;
    clearTimeout(this.#timers[name]);
    this.#timers[name] = undefined;
  }
}

const WHAT = {
  connect: 'the service sent no response head',
  firstChunk: 'the service sent no content',
  idle: 'the service sent no more content',
  total: 'the reply did not end',
};
