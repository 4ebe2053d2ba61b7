import { ChatError } from './error.js';

/** Levels of nesting: as deep as the core reads JSON, less the two levels that the call is wrapped in. */
const MAX_DEPTH = 98;

/** Letters of a text that goes to the core beside the JSON of a call, where there is a place for it. */
const LONG = 65_536;

/** The member of the object that stands in for such a text, and holds its number. `src/web/options.rs` knows it, too. */
const TEXT = '\u0000text';

/** Objects that are copied member by member, or by their entries, by what `Object.prototype.toString` says of them. */
const PLAIN = ['Object', 'Module'];
const WITH_ENTRIES = ['Map', 'Headers', 'URLSearchParams'];

/**
 * An object that inherits nothing, so that no member of a polluted `Object.prototype` is found on it. Engines keep one without any
 * prototype as a table, which takes three times as long to fill and to write as JSON.
 */
export const Bare = /* @__PURE__ */ (() => {
  function Bare() {}
  Bare.prototype = Object.create(null);
  return Bare;
})();

/**
 * A copy of plain data, taken at the moment of the call, so that later changes of the original have no effect. Only own enumerable
 * properties are copied, so that a polluted `Object.prototype` adds nothing. Bytes become their Base64, `Map`, `Headers` and
 * `URLSearchParams` an object of their entries. What else JSON has no form for is an error that names the place; `what` names the whole. `texts`: takes long texts, for which an object stands in: an image would be copied three times as JSON.
 */
export function jsonCopy(object, what, texts) {
  try {
    return copy(object, '', 0, texts);
  } catch (error) {
    if (error instanceof ChatError) throw error;
    // A getter or a proxy of the caller threw; a revoked proxy does.
    throw new ChatError('input', `${what} cannot be read`, { cause: error });
  }
}

/** `value` as JSON text for the core; `what` names it. No string can be longer than the engine allows: half a GiB in V8. */
export function toJson(value, what) {
  try {
    return JSON.stringify(value);
  } catch (cause) {
    throw new ChatError('too_large', `${what} are too large: as JSON they are longer than a string may be here`, { cause });
  }
}

function copy(value, path, depth, texts) {
  switch (typeof value) {
    case 'string':
      return kept(value.toWellFormed?.() ?? wellFormed(value), texts);
    case 'boolean':
      return value;
    case 'number':
      if (Number.isFinite(value)) return value;
      throw new ChatError('input', `${path} is ${value}`);
    case 'undefined':
      return null;
    case 'object':
      break;
    default:
      refuseSchema(value, path);
      throw new ChatError('input', `${path} is a ${typeof value}, which JSON has no form for`);
  }
  if (value === null) return null;
  if (depth === MAX_DEPTH) throw new ChatError('input', `${path} is circular, or nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    const items = [];
    for (let i = 0; i < value.length; i++) items.push(copy(value[i], `${path}[${i}]`, depth + 1, texts));
    return items;
  }
  refuseSchema(value, path);
  const kind = kindOf(value);
  if (kind !== 'Object') {
    // A Node `Buffer` has `toJSON`, which makes a number of each byte.
    if (ArrayBuffer.isView(value)) return kept(base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength)), texts);
    if (kind === 'ArrayBuffer' || kind === 'SharedArrayBuffer') return kept(base64(new Uint8Array(value)), texts);
  }
  if (typeof value.toJSON === 'function') return copy(value.toJSON(), path, depth + 1, texts);
  if (WITH_ENTRIES.includes(kind)) value = Object.fromEntries(value);
  else if (!PLAIN.includes(kind)) throw new ChatError('input', `${path} is a ${kind}, which JSON has no form for`);
  const own = new Bare();
  for (const key of Object.keys(value)) own[key] = copy(value[key], path ? `${path}.${key}` : key, depth + 1, texts);
  return own;
}

/**
 * A schema of zod, valibot or arktype (Standard Schema) is code: what JSON has a form for would be nonsense for the service. The JSON schema
 * that zod makes of one has the same mark, but as a plain object that does not show it.
 */
export function refuseSchema(value, path) {
  const vendor = value['~standard']?.vendor;
  if (vendor === undefined || (Object.getPrototypeOf(value) === Object.prototype && !Object.keys(value).includes('~standard'))) return;
  throw new ChatError('input', `${path} is a schema of ${vendor}, which is code: give its JSON schema, or use tool() and runTools() of rivulet/tools, which take it as it is`);
}

/** What an object is, such as `Set`. `Object` for plain ones and for instances of classes. */
function kindOf(value) {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null ? 'Object' : Object.prototype.toString.call(value).slice(8, -1);
}

/** A text, or what stands in for a long one. */
function kept(text, texts) {
  return texts && text.length >= LONG ? { [TEXT]: texts.push(text) - 1 } : text;
}

/** `Uint8Array.prototype.toBase64` for engines from before 2025, too. */
export function base64(bytes) {
  if (bytes.toBase64) return bytes.toBase64();
  let text = '';
  // An engine takes so many arguments only.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode.apply(null, bytes.subarray(at, at + 8192));
  return btoa(text);
}

/** `String.prototype.toWellFormed` for engines from before 2023: half a surrogate pair, which UTF-8 has no form for, becomes U+FFFD. */
function wellFormed(text) {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(text));
}
