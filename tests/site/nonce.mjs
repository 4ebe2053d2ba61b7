// WordPress nonces (wp-includes/pluggable.php, wp_create_nonce and wp_verify_nonce): ten digits of an HMAC over the
// 12-hour period, the action, the user and that user's login. All guests share one value for each action.

import { createHmac } from 'node:crypto';

/** The site's clock: the system's, plus what a test has skipped. */
export class Clock {
  #skipped = 0;
  #now;

  constructor(now = Date.now) {
    this.#now = now;
  }

  now() {
    return this.#now() + this.#skipped;
  }

  seconds() {
    return Math.floor(this.now() / 1000);
  }

  advance(ms) {
    this.#skipped += ms;
  }
}

export const GUEST = { id: 0, login: '' };

export class Nonces {
  #secret;
  #clock;
  #start;

  /** @param {{ secret: string, tick: number, clock: Clock }} options `tick` is half of a nonce's life, in ms */
  constructor({ secret, tick, clock }) {
    this.tick = tick;
    this.#secret = secret;
    this.#clock = clock;
    // Periods are counted from the start of the site and not from 1970, so that a test with short ones knows where
    // it stands.
    this.#start = clock.now();
  }

  /** @param {string} action @param {{ id: number, login: string }} [user] @param {number} [age] periods ago */
  make(action, user = GUEST, age = 0) {
    const period = Math.floor((this.#clock.now() - this.#start) / this.tick) - age;
    return createHmac('md5', this.#secret)
      .update(`${period}|${action}|${user.id}|${user.login}`)
      .digest('hex')
      .slice(-12, -2);
  }

  /** @returns {0 | 1 | 2} as `wp_verify_nonce`: refused, of this period, of the period before */
  verify(nonce, action, user = GUEST) {
    if (nonce === this.make(action, user)) return 1;
    return nonce === this.make(action, user, 1) ? 2 : 0;
  }
}
