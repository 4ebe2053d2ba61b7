// Content of messages, as versions 2 to 4 of the AI SDK's interface and `useChat` write it, in the forms that the core reads.

import { ChatError } from '../error.js';
import { base64 } from '../json-copy.js';
import { own } from './state.js';

/** What stands for media types that name only what kind of content it is (`image/*`, `image`): the core looks at the content then. */
const WHOLE_KINDS = { image: 'image', audio: 'audio' };

const wrong = (message) => new ChatError('input', message);

/** `cache_control` of a part or message, from options of this package or of Anthropic, whose users have it there. */
export function markOf(options) {
  for (const given of [own(options), options?.anthropic ?? {}]) {
    const mark = given.cacheControl ?? given.cache_control;
    if (mark !== undefined) return { cache_control: mark };
  }
  return undefined;
}

export const textPart = ({ text, providerOptions }) => ({ type: 'text', text, ...markOf(providerOptions) });

/**
 * A file of any version: bytes, Base64, a `data:` URL or an address as `data` or `url`, or `data` with a tag. `names`: under which names a
 * reference to a file that was uploaded may stand. `place`: what an error calls it.
 */
export function filePart({ data: given, url, mediaType, filename, providerOptions }, names, place) {
  const mark = markOf(providerOptions);
  const data = untagged(given ?? url, names, place);
  if (data.text !== undefined) return { type: 'document', source: { type: 'text', media_type: 'text/plain', data: data.text }, ...named('title', filename), ...mark };
  if (data.id !== undefined) return { type: 'file', file: { file_id: data.id, ...named('filename', filename) }, ...mark };
  const [kind, subtype] = String(mediaType ?? '').split('/');
  const isKnown = subtype !== undefined && subtype !== '*' && subtype !== '';
  const part = { type: WHOLE_KINDS[kind] ?? 'file', data: data.content, ...(isKnown && { mediaType }), ...named('filename', filename), ...mark };
  const detail = own(providerOptions).detail ?? providerOptions?.openai?.imageDetail;
  return detail === undefined ? part : { ...part, detail };
}

const named = (key, name) => (name === undefined ? {} : { [key]: name });

/** What a file's data says: `{ content }`, bytes or a text; `{ text }`, a document as text; or `{ id }`, by which the service knows it. */
function untagged(data, names, place) {
  if (typeof data === 'string' || isBytes(data)) return { content: data };
  if (data instanceof URL || typeof data?.href === 'string') return { content: data.href };
  if (data?.type === 'data' && (typeof data.data === 'string' || isBytes(data.data))) return { content: data.data };
  if (data?.type === 'url') return { content: String(data.url?.href ?? data.url) };
  if (data?.type === 'text' && typeof data.text === 'string') return { text: data.text };
  if (data?.type === 'reference') return { id: idOf(data.reference, names, place) };
  throw wrong(`${place} is a file without content: give bytes, Base64, or an address`);
}

const isBytes = (value) => ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === '[object ArrayBuffer]';

/** Content as a URL: bytes, Base64, or an address, which stays as it is. */
export function urlOf(content, mediaType) {
  if (typeof content === 'string' && /^[a-z][a-z\d+.-]*:/i.test(content.slice(0, 32))) return content;
  const bytes = typeof content === 'string' ? undefined : new Uint8Array(content.buffer ?? content, content.byteOffset, content.byteLength);
  return `data:${mediaType};base64,${bytes ? base64(bytes) : content}`;
}

/** The id of an uploaded file, which is one text, or one for each provider. */
export function idOf(reference, names, place) {
  if (typeof reference === 'string') return reference;
  const name = names.find((known) => typeof reference?.[known] === 'string');
  if (name !== undefined) return reference[name];
  throw wrong(`${place} refers to a file that was uploaded to ${Object.keys(reference ?? {}).join(', ') || 'no service'}, and not to ${names.join(' or ')}`);
}

/** JSON of a result of a tool. */
export const jsonOf = (value) => JSON.stringify(value) ?? 'null';

/** The arguments of a call: an object, or text where the model wrote no JSON. */
export const argumentsOf = (input) => (typeof input === 'string' ? input : JSON.stringify(input ?? {}));

/** What the model reads where a person did not let a tool run. */
export const DENIED = 'The tool was not run: the user refused it.';

/**
 * The content of the result of a tool, and whether it failed: `{ content, is_error }`. `warn(message)` hears of what cannot be passed on.
 */
export function resultOf(output, names, place, warn) {
  switch (output?.type) {
    case 'text':
      return { content: output.value };
    case 'error-text':
      return { content: output.value, is_error: true };
    case 'json':
      return { content: jsonOf(output.value) };
    case 'error-json':
      return { content: jsonOf(output.value), is_error: true };
    case 'execution-denied':
      return { content: output.reason ?? DENIED };
    case 'content':
      return { content: output.value.map((item, index) => resultPart(item, names, `${place}.output.value[${index}]`, warn)).filter(Boolean) };
    default:
      // Versions before the interface had a type here, and other programs, give the value itself.
      return { content: typeof output === 'string' ? output : jsonOf(output) };
  }
}

function resultPart(item, names, place, warn) {
  switch (item.type) {
    case 'text':
      return textPart(item);
    case 'file':
    case 'media':
    case 'file-data':
    case 'file-url':
      return filePart(item, names, place);
    case 'image-data':
    case 'image-url':
      return filePart({ mediaType: 'image', ...item }, names, place);
    case 'file-id':
    case 'image-file-id':
      return { type: 'file', file: { file_id: idOf(item.fileId, names, place) }, ...markOf(item.providerOptions) };
    default:
      warn(`${place} is of type '${item.type}', which no service takes: it was left out`);
      return undefined;
  }
}
