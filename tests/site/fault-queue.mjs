// Which answer goes wrong: the next ones by order of a test, or one whose message asks for it ("FAULT stall after=2").

import { FAULTS } from './faults.mjs';
import { lastSaid } from './provider.mjs';

export class FaultQueue {
  #queue = [];
  /** Messages that asked for a fault and how often it is still due: a client that repeats is served in the end. */
  #asked = new Map();

  /** @param {import('./faults.mjs').Fault} fault */
  add(fault) {
    this.#queue.push({ on: 'chat', times: 1, ...check(fault) });
  }

  clear() {
    this.#queue = [];
    this.#asked.clear();
  }

  /** @param {import('./answer.mjs').Answer} answer */
  take(answer) {
    const at = this.#queue.findIndex(({ on }) => on === 'any' || on === answer.kind);
    if (at < 0) return answer.message ? this.#fromMessage(answer.message) : null;
    const fault = this.#queue[at];
    fault.times -= 1;
    if (fault.times === 0) this.#queue.splice(at, 1);
    return fault;
  }

  #fromMessage(message) {
    const words = lastSaid(message).match(/\bFAULT (\w+)((?: \w+=\S+)*)/);
    if (!words || !FAULTS[words[1]]) return null;
    const settings = [...words[2].matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, number(value)]);
    const fault = { name: words[1], times: Infinity, ...Object.fromEntries(settings) };
    const left = this.#asked.get(message) ?? fault.times;
    this.#asked.set(message, left - 1);
    return left > 0 ? fault : null;
  }
}

function check(fault) {
  if (FAULTS[fault.name]) return fault;
  const known = Object.keys(FAULTS).join(', ');
  throw new TypeError(`no fault is called ${JSON.stringify(fault.name)}; there are: ${known}`);
}

const number = (text) => (text !== '' && Number.isFinite(Number(text)) ? Number(text) : text);
