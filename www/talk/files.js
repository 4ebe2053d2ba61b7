// The files of a message: chosen by a button, pasted or dropped, shown as a row of chips above the message field, and given as parts of the question.

import { el } from '../page/dom.js';
import { ACCEPT, partOf, TAKEN } from './file-kinds.js';
import { fileFacts, plainName, sizeInWords } from './parts.js';

/** Bounds: how large one file may be, and all together, in bytes; and how many there may be. */
const LARGEST = 20e6;
const LARGEST_SUM = 50e6;
const MOST = 20;

/** Images that are shown. Others, an SVG for one, are only named. */
const SHOWN_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,/;

/**
 * @param {{ field: HTMLElement, dropZone: HTMLElement, list: HTMLElement, button: HTMLElement, onChange?: () => void }} places `field`: files that
 *   are pasted there are taken; `dropZone`: files that are dropped there are taken, and the hint is put into it; `list`: an empty element for the
 *   chips; `button` opens the dialogue; `onChange` is called whenever what there is has changed, also when reading begins and ends
 * @returns {{ parts: () => object[], ready: () => Promise<void>, isReading: () => boolean, isEmpty: () => boolean, clear: () => void,
 *   restore: (parts: object[]) => void, add: (files: Iterable<File>) => Promise<void> }} `parts` has what is read so far, so wait for `ready` first
 */
export function fileTray({ field, dropZone, list, button, onChange = () => {} }) {
  /** @type {{ name: string, size: number, kind?: string, part?: any, chip?: HTMLElement }[]} */
  let entries = [];
  /** @type {Promise<void>} */
  let reading = Promise.resolve();
  const chips = el('ul', { className: 'file-chips', hidden: true, 'aria-label': 'Files of this message' });
  const refused = el('p', { className: 'file-refused', role: 'status' });
  const spoken = el('p', { className: 'sr-only', role: 'status' });
  const input = el('input', { type: 'file', multiple: true, accept: ACCEPT, hidden: true, 'aria-label': 'Files' });
  list.classList.add('file-tray');
  list.append(chips, refused, spoken, input);

  const changed = () => {
    chips.hidden = entries.length === 0;
    onChange();
  };
  const count = () => (entries.length === 0 ? 'No files.' : entries.length === 1 ? 'One file.' : `${entries.length} files.`);

  const remove = (entry) => {
    const at = entries.indexOf(entry);
    const hadFocus = entry.chip.contains(document.activeElement);
    entries = entries.filter((other) => other !== entry);
    entry.chip.remove();
    refused.textContent = '';
    spoken.textContent = `${entry.name} removed. ${count()}`;
    changed();
    // To the chip in its place, else to the one before it, else to the message.
    const next = entries[at] ?? entries.at(-1);
    if (hadFocus) (next ? next.chip.querySelector('button') : field).focus();
  };
  const showEntry = (entry) => {
    const chip = chipOf(entry, () => remove(entry));
    if (entry.chip) {
      const hadFocus = entry.chip.contains(document.activeElement);
      entry.chip.replaceWith(chip);
      if (hadFocus) chip.querySelector('button').focus();
    } else chips.append(chip);
    entry.chip = chip;
  };

  /** Why a file is refused before it is read; undefined: it is not. */
  const objection = ({ name, size }) => {
    if (size === 0) return `“${name}” is empty.`;
    if (size > LARGEST) return `“${name}” has ${sizeInWords(size)}; a file may have ${sizeInWords(LARGEST)}.`;
    if (entries.length >= MOST) return `“${name}” is one too many: a message may have ${MOST} files.`;
    const sum = entries.reduce((all, entry) => all + entry.size, 0);
    if (sum + size > LARGEST_SUM) return `“${name}” does not fit: all files together may have ${sizeInWords(LARGEST_SUM)}.`;
    return undefined;
  };
  const read = async (entry, file) => {
    const drop = (why) => {
      entries = entries.filter((other) => other !== entry);
      entry.chip.remove();
      return why;
    };
    const part = await partOf(file).catch(() => null);
    // Removed meanwhile.
    if (!entries.includes(entry)) return undefined;
    if (part === null) return drop(`“${entry.name}” could not be read. Is it a folder, or has it been moved?`);
    if (part === undefined) return drop(`“${entry.name}” is of a kind that no service takes. These are taken: ${TAKEN}.`);
    Object.assign(entry, { part, kind: fileFacts(part).kind });
    showEntry(entry);
    return undefined;
  };
  const add = async (files) => {
    const objections = [];
    const fresh = [];
    for (const file of files) {
      const entry = { name: plainName(file.name) || 'a file without a name', size: file.size };
      const why = objection(entry);
      if (why) objections.push(why);
      else {
        entries.push(entry);
        showEntry(entry);
        fresh.push([entry, file]);
      }
    }
    refused.textContent = objections.join(' ');
    changed();
    // One after the other, so that no more than one is in memory twice.
    const before = reading;
    reading = (async () => {
      await before;
      for (const [entry, file] of fresh) {
        if (entries.includes(entry)) objections.push(await read(entry, file));
      }
      const told = objections.filter(Boolean).join(' ');
      if (told) refused.textContent = told;
      const added = fresh.filter(([entry]) => entries.includes(entry)).map(([{ name }]) => name);
      if (added.length > 0) spoken.textContent = `${added.join(', ')} added. ${count()}`;
    })();
    await reading;
    changed();
  };

  button.addEventListener('click', () => input.click());
  input.addEventListener('change', () => {
    const files = [...input.files];
    // The same file can be chosen again after it was removed.
    input.value = '';
    add(files);
    field.focus();
  });
  field.addEventListener('paste', (event) => {
    const files = pastedFiles(event.clipboardData);
    if (files.length === 0) return;
    event.preventDefault();
    add(files);
  });
  takeDrops(dropZone, add);

  return {
    parts: () => entries.flatMap(({ part }) => part ?? []),
    ready: () => reading,
    isReading: () => entries.some(({ part }) => !part),
    isEmpty: () => entries.length === 0,
    clear() {
      entries = [];
      chips.replaceChildren();
      refused.textContent = spoken.textContent = '';
      changed();
    },
    restore(parts) {
      entries = [];
      chips.replaceChildren();
      refused.textContent = '';
      for (const part of parts) {
        const facts = fileFacts(part);
        if (!facts) continue;
        const entry = { name: facts.name, size: facts.size ?? 0, kind: facts.kind, part };
        entries.push(entry);
        showEntry(entry);
      }
      changed();
    },
    add,
  };
}

/**
 * The files of the clipboard, unless what was copied is text. An office program puts an image of the text beside it, so formatted text goes first;
 * a file manager puts the file's name beside the file as mere text.
 *
 * @param {DataTransfer | null} clipboard
 */
function pastedFiles(clipboard) {
  if (!clipboard) return [];
  const isText = clipboard.types.includes('text/plain') && clipboard.types.some((type) => type === 'text/html' || type === 'text/rtf');
  return isText ? [] : [...clipboard.files];
}

/** Takes the files that are dropped on an element. Anywhere else on the page a file is refused, since the browser would open it in the page's place. */
function takeDrops(zone, take) {
  const hint = el('div', { className: 'drop-hint', hidden: true }, el('p', {}, 'Drop files to add them to your message'));
  zone.append(hint);
  const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes('Files') ?? false;
  const isInside = ({ target }) => target instanceof Node && zone.contains(target);
  const over = (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = isInside(event) ? 'copy' : 'none';
    hint.hidden = !isInside(event);
  };
  addEventListener('dragenter', over);
  addEventListener('dragover', over);
  addEventListener('dragleave', (event) => {
    if (!(event.relatedTarget instanceof Node && zone.contains(event.relatedTarget))) hint.hidden = true;
  });
  addEventListener('drop', (event) => {
    hint.hidden = true;
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (isInside(event)) take([...event.dataTransfer.files]);
  });
}

function chipOf({ name, size, kind, part }, onRemove) {
  return el('li', { className: 'file-chip' }, thumbnail(part, kind), facts(name, part ? sizeInWords(size) : 'being read'),
    el('button', { type: 'button', className: 'small', 'aria-label': `Remove ${name}`, title: 'Remove', onclick: onRemove }, '×'));
}

const facts = (name, size) => el('span', { className: 'file-facts' }, el('bdi', { className: 'file-name', title: name }, name),
  el('span', { className: 'file-size' }, size));

/** The image itself where it is in the part, else the kind in a word. */
function thumbnail(part, kind = '…', alt = '') {
  const url = part?.type === 'image_url' ? String(part.image_url?.url) : '';
  if (!SHOWN_IMAGE.test(url)) return el('span', { className: 'file-kind' }, kind);
  return el('img', { className: 'file-image', src: url, alt, decoding: 'async' });
}

/**
 * A part of a question that was sent, as it is shown. An image that is only an address is named and not loaded: the page asks nobody that the
 * visitor has not named.
 *
 * @returns {HTMLElement}
 */
export function partView(part) {
  const file = fileFacts(part);
  if (!file) return el('div', { className: 'part' }, part.text);
  const { kind, name, size, text } = file;
  if (text !== undefined) {
    return el('details', { className: 'file-view' },
      el('summary', {}, el('span', { className: 'file-kind' }, kind), facts(name, sizeInWords(size))),
      el('pre', { tabIndex: 0, dir: 'auto', 'aria-label': name }, text));
  }
  return el('div', { className: 'file-view' }, thumbnail(part, kind, name), facts(name, sizeInWords(size)));
}
