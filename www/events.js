// The events of the last reply, each with the time at which it came.

import { appendAtEnd, eachFrame, el } from './dom.js';

/** How many events are listed at most, the last ones of a long reply. */
const SHOWN = 400;

/** @param {HTMLElement} list @param {HTMLElement} count */
export function eventLog(list, count) {
  let total = 0;
  /** What came since the last frame and is not drawn yet, never more than what can be shown. */
  let waiting = [];
  // Once a frame: reading the scroll position forces a layout, which a reply of ten thousand pieces cannot pay for each of them.
  const frame = eachFrame(() => {
    count.textContent = total > SHOWN ? `${total}, the last ${SHOWN} shown` : total > 0 ? `${total}` : '';
    if (waiting.length === 0) return;
    appendAtEnd(list, ...waiting.map(line));
    waiting = [];
    while (list.childElementCount > SHOWN) list.firstElementChild.remove();
  });
  const add = (entry) => {
    total += 1;
    waiting.push(entry);
    if (waiting.length >= 2 * SHOWN) waiting = waiting.slice(-SHOWN);
    frame.ask();
  };
  return {
    clear() {
      total = 0;
      waiting = [];
      list.replaceChildren();
      frame.flush();
    },
    /** @param {{ type: string, [key: string]: unknown }} event @param {number} at ms since the call */
    add(event, at) {
      add({ event, at });
    },
    /** Adds the rejection of the iterable, which is not one of its events. */
    error(code, at) {
      add({ code, at });
    },
    /** Draws what came since the last frame; a page in the background has none. */
    flush: frame.flush,
  };
}

function line({ event, code, at }) {
  const [kind, type, what] = code === undefined
    ? [event.type === 'reasoning' ? 'type reasoning' : 'type', event.type, summaryOf(event)]
    : ['error', 'rejected', code];
  return el('li', {}, el('time', {}, `+${at.toFixed(1)} ms`), el('span', { className: kind }, type),
    el('span', { className: 'what', dir: 'auto' }, what));
}

function summaryOf({ type, part, ...rest }) {
  // Most reasoning has one part only, whose number says nothing.
  if (part > 0) rest.part = part;
  // A piece of a call shows its piece of the arguments, the whole call reads as a call.
  if (type === 'tool-call') return rest.done ? `${rest.name}(${rest.arguments})` : `${rest.name ?? ''} … ${rest.arguments ?? ''}`;
  const values = Object.values(rest);
  return JSON.stringify(values.length === 1 ? values[0] : rest);
}
