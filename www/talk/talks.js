// The list of talks that are kept in this browser: open, rename, export, import, and delete with a way back.

import { el } from '../page/dom.js';
import { undoable } from '../page/undo.js';
import { fromJson, saveTalk } from './export.js';

/** How long a title may be, in characters of a field. */
const LONGEST_TITLE = 200;
/** The largest file that is read for a talk, in bytes: the page's own cannot be larger by much. */
const LARGEST_FILE = 500e6;
/** How often “5 minutes ago” is written anew, in ms. */
const MINUTE = 60_000;

/** @typedef {import('./tree.js').Talk} Talk @typedef {import('./store.js').Head} Head */

/**
 * @param {{ container: HTMLElement, store: import('./store.js').Store, current: () => string | undefined, onOpen: (talk: Talk) => void, onNew: () => void,
 *   onGone?: (id: string) => void, onRename?: (talk: Talk) => void, onExport?: (talk: Talk, form: 'json' | 'markdown') => void,
 *   toasts?: HTMLElement, isOpen?: boolean }} options `container`: an empty element; `current`: the id of the talk that is shown; `onGone`: the talk that
 *   is shown was deleted, here or in another tab; `onRename`: a talk has another title now, which one that is shown must take over; `toasts`: where
 *   undoing is offered; `isOpen`: whether the list is unfolded at first
 * @returns {{ refresh: () => Promise<void> }} `refresh` reads the list again, and is needed only when `current` has changed
 */
export function talksPanel({ container, store, current, onOpen, onNew, onGone = () => {}, onRename = () => {}, onExport = saveTalk, toasts, isOpen = isRoomy() }) {
  /** @type {Map<string, ReturnType<typeof rowOf>>} */
  const rows = new Map();
  const count = el('span', { className: 'count' });
  const note = el('p', { className: 'talks-note', role: 'status' });
  const told = el('p', { className: 'talks-told', role: 'status' });
  const list = el('ul', { className: 'talk-list', 'aria-label': 'Talks' });
  const none = el('p', { className: 'talks-none' }, 'No talks yet.');
  const input = el('input', { type: 'file', multiple: true, accept: '.json,application/json', hidden: true, 'aria-label': 'Files with talks' });
  const anew = el('button', { type: 'button', className: 'small', onclick: () => onNew() }, 'New talk');
  const importing = el('button', { type: 'button', className: 'small', onclick: () => input.click() }, 'Import');
  const clearing = el('button', { type: 'button', className: 'small danger', onclick: () => removeAll() }, 'Delete all talks');
  const summary = el('summary', {}, el('h2', {}, 'Talks'), ' ', count);
  const panel = el('details', { className: 'talks', open: isOpen },
    summary,
    el('div', { className: 'talks-body' },
      el('div', { className: 'talks-actions' }, anew, importing, input), note, told, none, list,
      el('div', { className: 'talks-end' }, el('p', {}, 'Talks are kept in this browser only; nobody else has them. Keys are never kept.'), clearing)));
  const offers = toasts ?? el('div');
  container.append(panel, ...(toasts ? [] : [offers]));

  const actions = {
    async open(id) {
      const talk = await store.get(id);
      if (talk) onOpen(talk);
      refresh();
    },
    async rename(id, title) {
      const talk = await store.get(id);
      if (!talk || !title || title === talk.title) return;
      onRename(await store.put({ ...talk, title, changedAt: Date.now() }));
    },
    async save(id, form) {
      const talk = await store.get(id);
      if (talk) onExport(talk, form);
    },
    remove(id) {
      const row = rows.get(id);
      const after = row.node.nextElementSibling ?? row.node.previousElementSibling;
      const hadFocus = row.node.contains(document.activeElement);
      const wasCurrent = current() === id;
      let talk;
      undoable(offers, `“${shown(row.head.title)}” deleted.`, {
        act: async () => { talk = await store.remove(id); },
        undo: async () => {
          if (talk) await store.put(talk);
          if (talk && wasCurrent) onOpen(talk);
          await refresh();
          (panel.open ? rows.get(id)?.open : summary)?.focus({ preventScroll: !panel.open });
        },
      });
      drop(id);
      if (hadFocus) (after?.querySelector('.talk-open') ?? anew).focus();
      if (wasCurrent) onGone(id);
    },
  };
  const drop = (id) => {
    rows.get(id)?.node.remove();
    rows.delete(id);
    showCount();
  };
  const removeAll = () => {
    const open = current();
    const { size } = rows;
    let talks = [];
    undoable(offers, size === 1 ? 'One talk deleted.' : `${size} talks deleted.`, {
      act: async () => { talks = await store.clear(); },
      undo: async () => {
        for (const talk of talks) await store.put(talk);
        const before = talks.find(({ id }) => id === open);
        if (before) onOpen(before);
        await refresh();
        (panel.open ? anew : summary).focus({ preventScroll: true });
      },
    });
    const wasKept = rows.has(open);
    for (const id of [...rows.keys()]) drop(id);
    anew.focus();
    if (wasKept) onGone(open);
  };
  const showCount = () => {
    count.textContent = rows.size > 0 ? `${rows.size}` : '';
    none.hidden = rows.size > 0;
    clearing.disabled = rows.size === 0;
  };

  const draw = (heads) => {
    const now = Date.now();
    const ids = new Set(heads.map(({ id }) => id));
    for (const id of [...rows.keys()]) if (!ids.has(id)) drop(id);
    const focused = document.activeElement;
    heads.forEach((head, place) => {
      if (!rows.has(head.id)) rows.set(head.id, rowOf(head, actions));
      const row = rows.get(head.id);
      row.show(head, head.id === current(), now);
      if (list.children[place] !== row.node) list.insertBefore(row.node, list.children[place] ?? null);
    });
    // A row that was moved loses the focus.
    if (focused instanceof HTMLElement && list.contains(focused) && focused !== document.activeElement) focused.focus();
    note.textContent = store.note;
    showCount();
  };
  /** The reading under way, and whether there was a change since it began. */
  let reading;
  let isStale = false;
  const refresh = () => {
    if (reading) {
      isStale = true;
      return reading;
    }
    reading = (async () => {
      do {
        isStale = false;
        draw(await store.list());
      } while (isStale);
    })().finally(() => { reading = undefined; });
    return reading;
  };

  const read = async (files) => {
    const words = [];
    let last;
    for (const file of files) {
      const taken = (await store.list()).map(({ id }) => id);
      const text = file.size > LARGEST_FILE ? undefined : await file.text().catch(() => undefined);
      const { talk, refusal } = text === undefined ? { refusal: 'It is too large, or cannot be read.' } : fromJson(text, taken);
      if (talk) last = await store.put(talk);
      words.push(talk ? `“${shown(talk.title)}” imported.` : `“${file.name}”: ${refusal}`);
    }
    told.textContent = words.join(' ');
    if (last) onOpen(last);
    await refresh();
  };

  input.addEventListener('change', () => {
    const files = [...input.files];
    input.value = '';
    importing.focus();
    read(files);
  });
  store.onChange(({ kind, id, isElsewhere }) => {
    if (kind === 'note') note.textContent = store.note;
    else refresh();
    const open = current();
    if (isElsewhere && open && (kind === 'clear' || (kind === 'remove' && id === open))) onGone(open);
  });
  setInterval(() => {
    if (!document.hidden && panel.open) for (const row of rows.values()) row.time(Date.now());
  }, MINUTE);
  showCount();
  refresh();
  return { refresh };
}

/** Whether there is room for the list beside or above the talk. */
const isRoomy = () => matchMedia('(min-width: 62rem) and (min-height: 34rem)').matches;

const shown = (title) => title || 'Talk without a title';

/** One talk of the list. What can be done with it unfolds below it. */
function rowOf(first, actions) {
  let head = first;
  const { id } = first;
  const title = el('bdi', { className: 'talk-title' });
  const when = el('time', { className: 'talk-when' });
  const open = el('button', { type: 'button', className: 'talk-open', onclick: () => actions.open(id) }, title, when);
  const more = el('button', { type: 'button', className: 'talk-more', 'aria-expanded': 'false', onclick: () => unfold(menu.hidden) }, '⋯');
  const item = (words, work) => el('button', { type: 'button', className: 'small', onclick: work }, words);
  const menu = el('div', { className: 'talk-menu', role: 'group', hidden: true },
    item('Rename', () => rename()), item('Export as JSON', () => actions.save(id, 'json')), item('Export as Markdown', () => actions.save(id, 'markdown')),
    item('Delete', () => actions.remove(id)));
  const node = el('li', { className: 'talk-row' }, open, more, menu);

  const unfold = (isUnfolded) => {
    menu.hidden = !isUnfolded;
    more.setAttribute('aria-expanded', String(isUnfolded));
  };
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    // Escape stops a reply, too, which is not meant here.
    event.stopPropagation();
    unfold(false);
    more.focus();
  });
  const rename = () => {
    const field = el('input', { className: 'talk-field', value: head.title, maxLength: LONGEST_TITLE, dir: 'auto', 'aria-label': 'Title of the talk' });
    let isOver = false;
    const finish = (isKept, goesBack) => {
      if (isOver) return;
      isOver = true;
      field.replaceWith(open);
      if (goesBack) open.focus();
      const words = field.value.trim().replace(/\s+/g, ' ');
      if (isKept && words) {
        title.textContent = words;
        actions.rename(id, words);
      }
    };
    field.addEventListener('keydown', (event) => {
      if (event.isComposing || (event.key !== 'Enter' && event.key !== 'Escape')) return;
      event.preventDefault();
      event.stopPropagation();
      finish(event.key === 'Enter', true);
    });
    field.addEventListener('blur', () => finish(true, false));
    unfold(false);
    open.replaceWith(field);
    field.focus();
    field.select();
  };
  return {
    node,
    open,
    get head() {
      return head;
    },
    show(newest, isCurrent, now) {
      head = newest;
      const words = shown(head.title);
      if (title.textContent !== words) {
        title.textContent = words;
        more.setAttribute('aria-label', `More for ${words}`);
        menu.setAttribute('aria-label', words);
      }
      if (isCurrent) open.setAttribute('aria-current', 'true');
      else open.removeAttribute('aria-current');
      this.time(now);
    },
    time(now) {
      const words = whenInWords(head.changedAt, now);
      if (when.textContent === words) return;
      when.textContent = words;
      when.dateTime = new Date(head.changedAt).toISOString();
    },
  };
}

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

/** When something was: `5 minutes ago`, `yesterday`; after a week the day. @param {number} at @param {number} now both in ms */
function whenInWords(at, now = Date.now()) {
  // The clocks of two machines, or one that was set back.
  const seconds = Math.max(0, (now - at) / 1000);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return relative.format(-Math.floor(seconds / 60), 'minute');
  if (seconds < 86_400) return relative.format(-Math.floor(seconds / 3600), 'hour');
  if (seconds < 7 * 86_400) return relative.format(-Math.floor(seconds / 86_400), 'day');
  return new Date(at).toLocaleDateString('en', { day: 'numeric', month: 'short', year: 'numeric' });
}
