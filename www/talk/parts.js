// The parts of a question as data, in OpenAI's shape: what is a file among them, how it is called and how large it is. Here is nothing of the page.

/**
 * A text file as a part of the question. It is a part of text and not of type `file`, since every service takes text, and few take a file that is
 * no PDF. The marks around it are of a form that models know; the empty line is for services that join the texts of a message.
 *
 * @param {string} name @param {string} text
 */
export const fileText = (name, text) => ({ type: 'text', text: `<file name="${plainName(name).replaceAll('"', '\'')}">\n${text}\n</file>\n\n` });

const FILE_TEXT = /^<file name="([^"\n]*)">\n([\s\S]*)\n<\/file>\n\n$/;

/** The name without signs that could end it, or that write the wrong way round: controls, marks of direction, and halves of characters. */
export const plainName = (name) => name.replace(UNSEEN, '');
const UNSEEN = /[\p{Cc}\p{Cs}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * The names of images and recordings, which have no place in OpenAI's shape, as long as the page has the very same part.
 *
 * @type {WeakMap<object, string>}
 */
const names = new WeakMap();
export const keepName = (part, name) => {
  names.set(part, name);
  return part;
};

/**
 * @typedef {{ kind: 'Image' | 'PDF' | 'Audio' | 'Text' | 'File', name: string, size?: number, url?: string, text?: string }} FileFacts `url`: the
 *   address of what is not in the part itself; `text`: what is in a text file
 */

/** What is to be said of a part that is a file; undefined: it is text of the question itself. @returns {FileFacts | undefined} */
export function fileFacts(part) {
  switch (part?.type) {
    case 'text': return textFacts(part);
    case 'image_url': return { ...dataFacts('Image', part.image_url?.url ?? part.image_url), ...known(part) };
    case 'input_audio': return { kind: 'Audio', name: `Audio (${part.input_audio?.format ?? 'unknown'})`, size: bytesOf(part.input_audio?.data), ...known(part) };
    case 'file': {
      const { filename, file_data: data, file_url: url, file_id: id } = part.file ?? {};
      return { ...dataFacts('File', data ?? url ?? `id ${id}`), ...(filename && { name: filename }) };
    }
    default: return { kind: 'File', name: `A part of type ${String(part?.type)}` };
  }
}

const known = (part) => (names.has(part) ? { name: names.get(part) } : {});

function textFacts({ text }) {
  const [, name, inside] = FILE_TEXT.exec(text) ?? [];
  return name === undefined ? undefined : { kind: 'Text', name, size: new TextEncoder().encode(inside).length, text: inside };
}

function dataFacts(kind, address) {
  const url = String(address);
  const [, type] = /^data:([\w.+/-]*)[;,]/.exec(url.slice(0, 200)) ?? [];
  if (type === undefined) return { kind, name: `${kind} at ${url}`, url };
  if (type === 'application/pdf') return { kind: 'PDF', name: 'PDF', size: bytesOf(url) };
  return { kind, name: `${kind} (${type.split('/').at(-1).toUpperCase() || 'unknown'})`, size: bytesOf(url) };
}

/** How many bytes Base64 stands for, with or without what a `data:` address has before it. */
function bytesOf(base64) {
  if (typeof base64 !== 'string') return undefined;
  const length = base64.length - (base64.startsWith('data:') ? base64.indexOf(',') + 1 : 0);
  return Math.floor((length * 3) / 4) - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);
}

/** The text of a question without its files. @param {string | any[]} content */
export const wordsOf = (content) => (typeof content === 'string' ? content
  : content.filter((part) => part?.type === 'text' && !fileFacts(part)).map(({ text }) => text).filter(Boolean).join('\n'));

/** The files of a question. @param {string | any[]} content */
export const filesOf = (content) => (typeof content === 'string' ? [] : content.filter(fileFacts));

/** A size in words: `3 kB`. @param {number | undefined} bytes */
export function sizeInWords(bytes) {
  if (bytes === undefined) return '';
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
  return bytes < 999_500 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
