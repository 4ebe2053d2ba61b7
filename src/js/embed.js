import { ChatError } from './error.js';
import { base64 } from './json-copy.js';
import { ownProperties } from './options.js';

const wrong = (message) => new ChatError('input', message);

/** A copy of the options of `embed`, whose texts are a list that later changes of the caller's do not change. */
export function embedOptions(options) {
  if (options === null || typeof options !== 'object') throw wrong('give options such as { input }');
  const given = ownProperties(options);
  const { input } = given;
  // One text may be an array of tokens, which are numbers.
  given.input = Array.isArray(input) && typeof input[0] !== 'number' ? [...input] : [input];
  if (given.input.length === 0 || (input ?? undefined) === undefined) throw wrong('input is empty: give a text, or an array of texts');
  return given;
}

/**
 * Checks all texts before the first request, so that none is paid for in vain. `takesTokens`: whether the service does; `undefined`: it
 * takes no texts either, which the core says.
 */
export function checkTexts(texts, { name, takesTokens }) {
  texts.forEach((text, i) => {
    const place = texts.length > 1 ? `input[${i}]` : 'input';
    if (text === '' || (Array.isArray(text) && text.length === 0)) throw wrong(`${place} is empty`);
    if (typeof text === 'string') return;
    if (!Array.isArray(text) || !text.every((token) => Number.isSafeInteger(token) && token >= 0)) {
      throw wrong(`${place} must be a string${takesTokens === false ? '' : ', or an array of tokens, which are whole numbers'}`);
    }
    if (takesTokens === false) throw wrong(`${place}: ${name} takes texts only, and no tokens`);
  });
}

/** The texts in the parts that one request may have: so many texts, which have so many letters or tokens together. */
export function* parts(texts, { mostTexts, mostLetters }) {
  let part = [];
  let letters = 0;
  for (const text of texts) {
    if (part.length === mostTexts || (part.length > 0 && letters + text.length > mostLetters)) {
      yield part;
      [part, letters] = [[], 0];
    }
    part.push(text);
    letters += text.length;
  }
  yield part;
}

/**
 * The vectors of all texts, by one request after the other. `ask(options, responseMeta)` is a reply whose pieces are JSON: the name of the
 * model, and the vectors (src/providers/keyed/embeddings.rs). `description`: what is known of the provider. `timeout`: that of the call or of the
 * provider, whose `total` is for all requests together.
 */
export async function embed(options, description, timeout, ask) {
  const { name } = description;
  checkTexts(options.input, description);
  const result = { embeddings: [], model: '', usage: undefined, warnings: [] };
  const { embeddings } = result;
  const warn = (warning) => result.warnings.includes(warning) || result.warnings.push(warning);
  const began = Date.now();
  for (const input of parts(options.input, description)) {
    const responseMeta = { warnings: [] };
    const reply = ask({ ...options, input, timeout: left(timeout, Date.now() - began) }, responseMeta);
    let isModel = true;
    for await (const piece of reply) {
      const value = JSON.parse(piece);
      if (isModel) result.model = value;
      else embeddings.push(numbersOf(value, name));
      isModel = false;
    }
    result.usage = sum(result.usage, reply.usage);
    responseMeta.warnings.forEach(warn);
  }
  const [{ length }] = embeddings;
  if (embeddings.some((vector) => vector.length !== length)) {
    throw new ChatError('protocol', 'the vectors have different numbers of dimensions', { provider: name });
  }
  const { dimensions = length } = options;
  if (length !== dimensions && result.warnings.length === 0) warn(`the vectors have ${length} dimensions, and not ${dimensions}: ${name} passed over them`);
  return result;
}

/** What is left of the timeout of a call after `ms`. */
export function left(timeout, ms) {
  const total = timeout?.total ?? timeout;
  if (!(total > 0) || ms === 0) return timeout;
  return { ...(typeof timeout === 'object' && timeout), total: Math.max(1, total - ms) };
}

/** The numbers of a vector, which may be Base64 of 32-bit floats in the order of bytes that nearly all computers have. */
function numbersOf(value, provider) {
  const vector = typeof value === 'string' ? floatsOf(value) : value;
  // JSON has numbers that are too large here, and a float may be none.
  if (vector.every(Number.isFinite)) return vector;
  throw new ChatError('protocol', 'a vector has a number that is infinite or none', { provider });
}

function floatsOf(digits) {
  const text = atob(digits);
  const view = new DataView(new ArrayBuffer(text.length));
  for (let i = 0; i < text.length; i++) view.setUint8(i, text.charCodeAt(i));
  const numbers = [];
  for (let i = 0; i < text.length; i += 4) numbers.push(view.getFloat32(i, true));
  return numbers;
}

/** A vector as Base64 of 32-bit floats. */
export function toBase64(vector) {
  const view = new DataView(new ArrayBuffer(4 * vector.length));
  vector.forEach((number, i) => view.setFloat32(4 * i, number, true));
  return base64(new Uint8Array(view.buffer));
}

/** The token counts of several requests together; `raw` is that of the last one. */
function sum(before, more) {
  if (!before || !more) return more ?? before;
  const counts = { ...before, raw: more.raw };
  for (const [key, count] of Object.entries(more)) if (typeof count === 'number') counts[key] = (before[key] ?? 0) + count;
  return counts;
}
