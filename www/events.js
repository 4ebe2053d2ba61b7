// The events of the last reply, each with the time at which it came.

import { el } from './dom.js';

/** How many events are listed at most, the last ones of a long reply. */
const SHOWN = 400;

/** @param {HTMLElement} list @param {HTMLElement} count */
export function eventLog(list, count) {
  let total = 0;
  const add = (type, what, at, kind = 'type') => {
    total += 1;
    count.textContent = total > SHOWN ? `${total}, the last ${SHOWN} shown` : `${total}`;
    const isAtEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 8;
    const when = el('time', {}, `+${at.toFixed(1)} ms`);
    list.append(el('li', {}, when, el('span', { className: kind }, type), el('span', { className: 'what', dir: 'auto' }, what)));
    if (total > SHOWN) list.firstElementChild.remove();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  };
  return {
    clear() {
      total = 0;
      list.replaceChildren();
      count.textContent = '';
    },
    /** @param {{ type: string, [key: string]: unknown }} event @param {number} at ms since the call */
    add(event, at) {
      add(event.type, summaryOf(event), at, event.type === 'reasoning' ? 'type reasoning' : 'type');
    },
    /** Adds the rejection of the iterable, which is not one of its events. */
    error(code, at) {
      add('rejected', code, at, 'error');
    },
  };
}

function summaryOf({ type, ...rest }) {
  // A piece of a call shows its piece of the arguments, the whole call reads as a call.
  if (type === 'tool-call') return rest.done ? `${rest.name}(${rest.arguments})` : `${rest.name ?? ''} … ${rest.arguments ?? ''}`;
  const values = Object.values(rest);
  return JSON.stringify(values.length === 1 ? values[0] : rest);
}
