import { ChatError } from './error.js';
import { ownProperties, refuseUnknown } from './options.js';

/** Milliseconds that a provider is left out at most for what its service asks to wait: then one trial shows whether it answers. */
const LONGEST_MS = 600_000;

/** Codes of errors that heal, beside those that are `retryable`: of a reply that broke off, nothing is sent again. */
const HEALING = ['rate_limited', 'network', 'timeout', 'truncated'];

/** Whether the error heals. Where a service refuses the request by a status of the caller's, it works. */
const heals = ({ retryable, code, status }) => retryable || HEALING.includes(code) || (code === 'service' && !(status >= 400 && status < 500));

/**
 * Which providers of a `Fallback` are left out for a while, each by its place among them. A provider is left out after so many failures
 * in a row that heal, and comes back with one trial: its first content lets everybody ask it again, and its failure leaves it out again.
 */
export class Cooldown {
  #failures;
  #ms;
  #states;

  /** `given`: the setting `cooldown` of `count` providers. */
  constructor(given, count) {
    if (given === null || typeof given !== 'object') throw new ChatError('input', 'cooldown must be an object { failures, ms }');
    const own = ownProperties(given);
    refuseUnknown(own, ['failures', 'ms'], 'cooldown');
    const { failures = 3, ms = 60_000 } = own;
    if (!(Number.isInteger(failures) && failures > 0)) throw new ChatError('input', 'cooldown.failures must be a whole number above 0');
    if (!(ms > 0)) throw new ChatError('input', 'cooldown.ms must be a number of milliseconds above 0');
    [this.#failures, this.#ms] = [failures, ms];
    this.#states = Array.from({ length: count }, () => ({ failures: 0, isOpen: true, until: 0, trials: 0 }));
  }

  /** Whether the provider is not to be asked now. */
  leavesOut(at) {
    const { isOpen, until, trials } = this.#states[at];
    return !isOpen && (trials > 0 || Date.now() < until);
  }

  /** When its time ends, or has ended. */
  endOf(at) {
    return this.#states[at].until;
  }

  /**
   * The provider is asked. Returns what is to be called as its call goes on: `began` at the first content, and `ended(state, error)`, with
   * the state of its attempt. `stopped` counts neither way.
   */
  ask(at) {
    const state = this.#states[at];
    let isTrial = !state.isOpen;
    if (isTrial) state.trials++;
    const endTrial = () => {
      if (isTrial) state.trials--;
      isTrial = false;
    };
    return {
      began() {
        endTrial();
        state.isOpen = true;
      },
      ended: (how, error) => {
        endTrial();
        if (how === 'answered') state.failures = 0;
        else if (how === 'failed' && heals(error ?? {})) this.#fail(state, error);
      },
    };
  }

  #fail(state, { retryAfterMs = 0 }) {
    if (++state.failures < this.#failures) return;
    state.isOpen = false;
    state.until = Date.now() + Math.max(this.#ms, Math.min(retryAfterMs, LONGEST_MS));
  }
}
