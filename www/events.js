// Every event of the last reply, with the time at which it came.

import { el } from './dom.js';

/** The list stays this short, however long the reply is. */
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
      add(event.type, inWords(event), at, event.type === 'reasoning' ? 'type reasoning' : 'type');
    },
    /** Not an event of the iterable but its rejection. */
    error(words, at) {
      add('rejected', words, at, 'error');
    },
  };
}

function inWords({ type, ...rest }) {
  // A piece of the arguments stands as it is; the whole call reads as one.
  if (type === 'tool-call') return rest.done ? `${rest.name}(${rest.arguments})` : `${rest.name ?? ''} … ${rest.arguments ?? ''}`;
  const values = Object.values(rest);
  return JSON.stringify(values.length === 1 ? values[0] : rest);
}
