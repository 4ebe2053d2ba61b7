// The sources of an answer: each once, with its number, its title and its host, and below it the words that are cited.

import { el } from '../page/dom.js';
import { counted, isWebAddress, short, shortJson } from './words.js';

/** How many sources are listed, how many citations of each, and how long a title, an address and a citation may be. */
const MOST = 200;
const MOST_CITED = 5;
const LONGEST_TITLE = 300;
const LONGEST_CITED = 400;

export function sourceList() {
  const list = el('ol');
  const more = el('p', { className: 'cut', hidden: true });
  const node = el('section', { className: 'sources', 'aria-label': 'Sources', hidden: true },
    el('span', { className: 'author', 'aria-hidden': 'true' }, 'Sources'), list, more);
  /** The sources that are listed, by what they are. */
  const listed = new Map();
  const leftOut = new Set();
  const changed = new Set();

  function add(event) {
    const key = keyOf(event);
    if (leftOut.has(key)) return;
    if (!listed.has(key) && listed.size >= MOST) return void leftOut.add(key);
    const source = listed.get(key) ?? { event, cited: new Map(), uncounted: 0, row: undefined };
    listed.set(key, source);
    if (!source.event.title && event.title) source.event = { ...source.event, title: event.title };
    cite(source, event);
    changed.add(source);
  }

  /** @param {string} text of the whole answer, in which the places lie that have no words of their own */
  function finish(text) {
    const place = placesIn(text);
    for (const source of listed.values()) {
      for (const [key, cited] of source.cited) if (cited.text === undefined) source.cited.set(key, { text: place(cited.event) });
      changed.add(source);
    }
  }

  function draw() {
    for (const source of changed) {
      const row = rowOf(source);
      if (source.row) source.row.replaceWith(row);
      else list.append(row);
      source.row = row;
    }
    changed.clear();
    node.hidden = listed.size === 0;
    more.hidden = leftOut.size === 0;
    if (leftOut.size > 0) more.textContent = `And ${counted(leftOut.size, 'more source', 'more sources')}.`;
    return true;
  }
  return { node, add, finish, draw };
}

/** What makes two sources the same one. */
const keyOf = ({ url, title, source, raw }) => url || title || short(String(shortJson(source ?? raw ?? '')), 200);

function cite(source, event) {
  const { text, start, end, unit } = event;
  const key = text ?? (start !== undefined && end !== undefined ? `${start} ${end} ${unit}` : undefined);
  if (!key || source.cited.has(key)) return;
  if (source.cited.size >= MOST_CITED) source.uncounted += 1;
  else source.cited.set(key, { text: text || undefined, event });
}

function rowOf({ event, cited, uncounted }) {
  const words = [...cited.values()].map(({ text }) => text).filter(Boolean);
  const rest = uncounted > 0 ? [el('li', { className: 'cut' }, `and ${counted(uncounted, 'more place', 'more places')}`)] : [];
  const places = words.length + rest.length > 0
    ? [el('ul', { className: 'cited', 'aria-label': 'Cited words' }, ...words.map((text) => el('li', { dir: 'auto' }, el('q', {}, short(text.trim(), LONGEST_CITED)))), ...rest)]
    : [];
  return el('li', {}, ...nameOf(event), ...places);
}

/** Title and host, as a link where the address is one of the web: any other is shown as a text. */
function nameOf({ url, title, source, raw }) {
  const words = short(title || (typeof url === 'string' && url) || shortJson(source ?? raw ?? 'A source without a name'), LONGEST_TITLE);
  const name = el('bdi', {}, words);
  if (!isWebAddress(url)) return url && title ? [name, ' ', el('bdi', { className: 'host' }, short(String(url), LONGEST_TITLE))] : [name];
  return [
    el('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow' }, name),
    ...(title ? [' ', el('bdi', { className: 'host' }, new URL(url).host)] : []),
  ];
}

/** Finds the words of places in a text. It is cut into what they count but once, and only if there is such a place. @param {string} text */
function placesIn(text) {
  let bytes;
  let characters;
  return ({ start, end, unit }) => {
    if (unit === 'bytes') {
      bytes ??= new TextEncoder().encode(text);
      return new TextDecoder().decode(bytes.subarray(start, end));
    }
    characters ??= Array.from(text);
    return characters.slice(start, end).join('');
  };
}
