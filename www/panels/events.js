// The events of the last reply, each with the time at which it came: all of them or those of one type, in short or as they are, and to be copied.

import { copyText } from '../page/copy.js';
import { el } from '../page/dom.js';
import { eachFrame, keepEnd } from '../page/frames.js';

/** How many events are listed at most, the last ones of a long reply; and of each type, for whoever asks for that type alone. */
const SHOWN = 200;
/** How often the list is drawn at most, in ms: nobody reads rows that come faster. */
const PAUSE = 250;
/** How many characters of an event are shown. Copied it is whole. */
const LONGEST = 1000;

/** @typedef {{ event?: { type: string, [key: string]: any }, code?: string, at: number }} Entry an event, or the code with which the iterable was rejected */

/** The last entries, and how many there were. */
class Last {
  total = 0;
  /** Those that are listed and those that will be, never more than twice what can be shown. @type {Entry[]} */
  kept = [];

  add(entry) {
    this.total += 1;
    this.kept.push(entry);
    if (this.kept.length >= 2 * SHOWN) this.kept = this.kept.slice(-SHOWN);
  }

  shown(most = SHOWN) {
    return most > 0 ? this.kept.slice(-Math.min(most, SHOWN)) : [];
  }
}

const typeOf = ({ event }) => event?.type ?? 'rejected';

/** @param {HTMLDetailsElement} panel a list that is not open is not drawn @param {HTMLElement} list the filter is put before it @param {HTMLElement} count */
export function eventLog(panel, list, count) {
  let all = new Last();
  /** The same by type. A type that was chosen stays, also where a reply has none of it. @type {Map<string, Last>} */
  let byType = new Map();
  /** How many of the entries that are asked for are not in the list yet. */
  let waiting = 0;
  /** The list is made anew: something else is asked for. */
  let isOther = false;
  let drawnAt = -Infinity;
  /** How many events there were when it was drawn. */
  let drawn = 0;
  let timer;

  const type = el('select', { id: 'event-type' }, el('option', { value: '' }, 'All types'));
  const search = el('input', { id: 'event-search', type: 'search', spellcheck: false, autocomplete: 'off' });
  const json = el('input', { type: 'checkbox' });
  const copy = el('button', { type: 'button', className: 'small', title: 'Copies the events that are listed, each whole in a line' }, 'Copy all as JSON Lines');
  const none = el('p', { className: 'events-none', hidden: true }, 'None of the last events is like that.');
  list.before(el('div', { className: 'event-tools' },
    el('label', {}, 'Type ', type), el('label', {}, 'With the text ', search), el('label', { className: 'event-json' }, json, ' As JSON'), copy), none);

  const asked = () => (type.value ? byType.get(type.value) : all) ?? new Last();
  const isLike = (entry) => {
    const words = search.value.trim().toLowerCase();
    return words === '' || asJson(entry).toLowerCase().includes(words) || textOf(entry).toLowerCase().includes(words);
  };
  const number = eachFrame(() => {
    const { total } = all;
    const own = asked().total;
    const some = type.value ? `${own} of ${total}` : `${total}`;
    const last = own > SHOWN ? `, the last ${SHOWN} ${search.value.trim() ? 'searched' : 'shown'}` : '';
    count.textContent = total > 0 ? some + last : '';
  });
  const rows = eachFrame({
    ...keepEnd(list),
    write() {
      const isNew = isOther || search.value.trim() !== '';
      const fresh = asked().shown(isNew ? SHOWN : waiting).filter(isLike).map((entry) => line(entry, json.checked));
      waiting = 0;
      isOther = false;
      drawnAt = performance.now();
      drawn = all.total;
      const excess = list.childElementCount + fresh.length - SHOWN;
      if (isNew || excess >= list.childElementCount) list.replaceChildren();
      for (let i = 0; i < excess && list.firstElementChild; i += 1) list.firstElementChild.remove();
      list.append(...fresh);
      none.hidden = all.total === 0 || list.childElementCount > 0;
      showTypes();
    },
  });
  const showTypes = () => {
    const known = new Map([...type.options].map((option) => [option.value, option]));
    for (const [name, { total }] of byType) {
      const words = `${name} (${total})`;
      const option = known.get(name) ?? el('option', { value: name });
      if (!option.isConnected) type.append(option);
      if (option.textContent !== words) option.textContent = words;
      known.delete(name);
    }
    for (const [name, option] of known) {
      if (name !== '' && name !== type.value) option.remove();
      else if (name !== '') option.textContent = `${name} (0)`;
    }
  };
  const drawRows = () => {
    timer = undefined;
    if (panel.open && (drawn < all.total || isOther)) rows.ask();
  };
  const add = (entry) => {
    const name = typeOf(entry);
    if (!byType.has(name)) byType.set(name, new Last());
    all.add(entry);
    byType.get(name).add(entry);
    if (type.value === '' || type.value === name) waiting += 1;
    number.ask();
    if (panel.open) timer ??= setTimeout(drawRows, Math.max(0, drawnAt + PAUSE - performance.now()));
  };
  const askAnew = () => {
    isOther = true;
    number.ask();
    drawRows();
  };
  list.addEventListener('keydown', (event) => {
    const to = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    if (!to) return;
    const row = event.target.closest('li');
    const next = row ? row[to] : event.key === 'ArrowDown' ? list.firstElementChild : list.lastElementChild;
    if (!next) return;
    event.preventDefault();
    next.querySelector('button').focus();
  });
  panel.addEventListener('toggle', drawRows);
  for (const control of [type, search, json]) control.addEventListener('input', askAnew);
  copy.addEventListener('click', () => copyText(copy, asked().shown().filter(isLike).map(asJson).join('\n')));
  // One listener for all rows, which come and go.
  list.addEventListener('click', ({ target }) => {
    const button = /** @type {Element} */ (target).closest('button');
    if (button && entries.has(button.parentElement)) copyText(button, asJson(entries.get(button.parentElement)));
  });
  return {
    clear() {
      all = new Last();
      byType = new Map();
      waiting = drawn = 0;
      list.replaceChildren();
      none.hidden = true;
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
      if (panel.open && drawn < all.total) rows.flush();
    },
  };
}

/** What each row stands for. @type {WeakMap<Element, Entry>} */
const entries = new WeakMap();

function line(entry, isJson) {
  const type = typeOf(entry);
  const kind = entry.event === undefined ? 'error' : ['reasoning', 'raw'].includes(type) ? `type ${type}` : 'type';
  const row = el('li', {}, el('time', {}, `+${entry.at.toFixed(1)} ms`), el('span', { className: kind }, type),
    el('span', { className: 'what', dir: isJson ? 'ltr' : 'auto' }, short(isJson ? asJson(entry) : textOf(entry))),
    // The arrow keys of the list lead here: two hundred stops of the Tab key would be too many.
    el('button', { type: 'button', className: 'event-copy', tabIndex: -1, 'aria-label': `Copy ${type}` }, 'Copy'));
  entries.set(row, entry);
  return row;
}

const textOf = ({ event, code }) => (event === undefined ? code : summaryOf(event));

/** The whole event in one line. */
const asJson = ({ event, code, at }) => JSON.stringify({ at: Math.round(at * 10) / 10, ...(event ?? { type: 'rejected', code }) });

const short = (text) => (text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text);

function summaryOf({ type, part, ...rest }) {
  // Most reasoning has one part only, whose number says nothing.
  if (part > 0) rest.part = part;
  // A piece of a call shows its piece of the arguments, the whole call reads as a call.
  if (type === 'tool-call') return rest.done ? `${rest.name}(${rest.arguments})` : `${rest.name ?? ''} … ${rest.arguments ?? ''}`;
  const values = Object.values(rest);
  return JSON.stringify(values.length === 1 ? values[0] : rest, (_, value) => (typeof value === 'string' ? short(value) : value)) ?? '';
}
