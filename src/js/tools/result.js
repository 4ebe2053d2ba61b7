import { base64 } from '../json-copy.js';
import { errorMessageOf } from '../web.js';
import { isObject } from './schema.js';

/** Key of the content of an error that has parts, such as a picture. */
const parts = Symbol('parts');

/** An error of a tool that tells the model more than a text. */
export const errorWith = (content) => Object.assign(new Error('the tool failed'), { [parts]: content });

/** Whether this may be the content of a file: bytes, an address, or Base64, which a name or a path seldom is. */
function isContent(value) {
  if (typeof value !== 'string') return typeof value === 'object' && value !== null;
  return /^[a-z][a-z\d+.-]*:/i.test(value.slice(0, 64)) || /^[\w+/=\s-]+$/.test(value.slice(0, 4096));
}

/** Whether this is the `source` of a part in Anthropic's form. */
const isSource = (source) => isObject(source) && typeof source.type === 'string';

/** What each kind of content part has (`ContentPart` in index.d.ts), so that a list of other things which have a `type` is no content. */
const PARTS = {
  text: ({ text }) => typeof text === 'string',
  image_url: ({ image_url: image }) => isContent(image?.url ?? image),
  input_audio: ({ input_audio: audio }) => isContent(audio?.data),
  file: ({ file, data, mediaType, mimeType }) => (file?.file_data ?? file?.file_url ?? file?.file_id) !== undefined
    || (isContent(data) && (mediaType ?? mimeType) !== undefined),
  input_image: ({ image_url: url, file_id: id }) => (url ?? id) !== undefined,
  input_file: ({ file_data: data, file_url: url, file_id: id }) => (data ?? url ?? id) !== undefined,
  image: ({ source, image, data, mimeType, mediaType }) => isSource(source) || isContent(image) || (isContent(data) && (mimeType ?? mediaType) !== undefined),
  audio: ({ data, mimeType }) => isContent(data) && mimeType !== undefined,
  document: ({ source }) => isSource(source),
  media: ({ data, mediaType, mimeType }) => isContent(data) && (mediaType ?? mimeType) !== undefined,
  'image-data': ({ data }) => isContent(data),
  'image-url': ({ url }) => typeof url === 'string',
  'file-data': ({ data }) => isContent(data),
  'file-url': ({ url }) => typeof url === 'string',
};
PARTS.input_text = PARTS.output_text = PARTS.text;

const isPart = (value) => isObject(value) && Object.hasOwn(PARTS, value.type) && PARTS[value.type](value);

/** What a tool returned, as the content of its message: a text, content parts, or JSON. Throws what JSON has no form for. */
export function contentOf(value) {
  if (typeof value === 'string') return value;
  if (value === undefined) return 'null';
  if (value instanceof Error) throw value;
  const json = JSON.stringify(value, plain) ?? nothing(value);
  if (isPart(value)) return [JSON.parse(json)];
  return Array.isArray(value) && value.length > 0 && value.every(isPart) ? JSON.parse(json) : json;
}

/** The content of the message where a tool failed. Never throws. */
export function errorContent(error) {
  try {
    const content = error?.[parts];
    if (content) return typeof content === 'string' ? errorText(content) : [{ type: 'text', text: 'Error:' }, ...content];
    return errorText(errorMessageOf(error) || (error instanceof Error ? wordsIn(error) : isObject(error) && JSON.stringify(error, plain)) || kindOf(error));
  } catch {
    // The thrown value, too, may be one that JSON has no form for, or that cannot be read.
    return errorText(kindOf(error));
  }
}

/** What the errors in an error without words say. */
const wordsIn = ({ errors, name }) => (Array.isArray(errors) ? errors.map(errorMessageOf).filter(Boolean).join('; ') : '') || name;

/** The beginning says to every model what this is, as services have no other place for it (`is_error` of a message). */
export const errorText = (message) => (message.startsWith('Error') ? message : `Error: ${message}`);

/** For `JSON.stringify`, whose `{}` of these says nothing of what is in them. Called with the object that has the member. */
function plain(key, value) {
  const own = this[key];
  // `Buffer` has a `toJSON`, which makes a number of each byte.
  if (ArrayBuffer.isView(own)) return base64(new Uint8Array(own.buffer, own.byteOffset, own.byteLength));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (kind === 'ArrayBuffer') return base64(new Uint8Array(value));
  if (['Map', 'Headers', 'URLSearchParams'].includes(kind)) return membersOf([...value]);
  if (kind === 'Set') return [...value];
  if (kind === 'Error') return { name: value.name, message: value.message };
  // An object of a class that shows no members, such as a reply, has what it is elsewhere.
  const isEmpty = Object.keys(value).length === 0;
  const isPlain = kind === 'Object' ? !isEmpty || isBare(value) : ['Module', 'Arguments', 'Number', 'String', 'Boolean'].includes(kind) || !isEmpty;
  return isPlain ? value : nothing(value);
}

/** Whether this is an object of no class, of whatever realm. */
function isBare(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Entries as an object, or as they are where it would have fewer of them. */
function membersOf(entries) {
  const members = Object.fromEntries(entries);
  const isWhole = Object.keys(members).length === entries.length && !entries.some(([key]) => typeof key === 'object' || typeof key === 'symbol');
  return isWhole ? members : entries;
}

function nothing(value) {
  throw new TypeError(`the result of the tool is or has a ${kindOf(value)}, which JSON has no form for`);
}

function kindOf(value) {
  try {
    return typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
  } catch {
    return 'Proxy';
  }
}
