// The events of the last reply, each with the time at which it came.

import { el } from '../page/dom.js';
import { eachFrame, keepEnd } from '../page/frames.js';

/** How many events are listed at most, the last ones of a long reply. */
const SHOWN = 200;
/** How often the list is drawn at most, in ms: nobody reads rows that come faster. */
const PAUSE = 250;
/** How many characters of an event are shown. */
const LONGEST = 1000;

/** @param {HTMLDetailsElement} panel a list that is not open is not drawn @param {HTMLElement} list @param {HTMLElement} count */
export function eventLog(panel, list, count) {
  let total = 0;
  /** The last events, those that are listed and those that will be, never more than twice what can be shown. */
  let last = [];
  /** How many of the last events are not in the list yet. */
  let waiting = 0;
  let drawnAt = -Infinity;
  let timer;

  const number = eachFrame(() => {
    count.textContent = total > SHOWN ? `${total}, the last ${SHOWN} shown` : total > 0 ? `${total}` : '';
  });
  const rows = eachFrame({
    ...keepEnd(list),
    write() {
      const fresh = last.slice(-Math.min(waiting, SHOWN)).map(line);
      waiting = 0;
      drawnAt = performance.now();
      const excess = list.childElementCount + fresh.length - SHOWN;
      if (excess >= list.childElementCount) list.replaceChildren();
      for (let i = 0; i < excess && list.firstElementChild; i += 1) list.firstElementChild.remove();
      list.append(...fresh);
    },
  });
  const drawRows = () => {
    timer = undefined;
    if (panel.open && waiting > 0) rows.ask();
  };
  const add = (entry) => {
    total += 1;
    last.push(entry);
    if (last.length >= 2 * SHOWN) last = last.slice(-SHOWN);
    waiting += 1;
    number.ask();
    if (panel.open) timer ??= setTimeout(drawRows, Math.max(0, drawnAt + PAUSE - performance.now()));
  };
  panel.addEventListener('toggle', drawRows);
  return {
    clear() {
      total = waiting = 0;
      last = [];
      list.replaceChildren();
      number.flush();
    },
    /** @param {{ type: string, [key: string]: unknown }} event @param {number} at ms since the call */
    add(event, at) {
      add({ event, at });
    },
    /** Adds the rejection of the iterable, which is not one of its events. */
    error(code, at) {
      add({ code, at });
    },
    /** Draws what came since the last time; a page in the background has no frames. */
    flush() {
      clearTimeout(timer);
      timer = undefined;
      number.flush();
      if (panel.open && waiting > 0) rows.flush();
    },
  };
}

function line({ event, code, at }) {
  const [kind, type, what] = code === undefined
    ? [event.type === 'reasoning' ? 'type reasoning' : 'type', event.type, summaryOf(event)]
    : ['error', 'rejected', code];
  return el('li', {}, el('time', {}, `+${at.toFixed(1)} ms`), el('span', { className: kind }, type),
    el('span', { className: 'what', dir: 'auto' }, short(what)));
}

const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text);

function summaryOf({ type, part, ...rest }) {
  // Most reasoning has one part only, whose number says nothing.
  if (part > 0) rest.part = part;
  // A piece of a call shows its piece of the arguments, the whole call reads as a call.
  if (type === 'tool-call') return rest.done ? `${rest.name}(${rest.arguments})` : `${rest.name ?? ''} … ${rest.arguments ?? ''}`;
  const values = Object.values(rest);
  return JSON.stringify(values.length === 1 ? values[0] : rest, (_, value) => (typeof value === 'string' ? short(value) : value)) ?? '';
}
