// What the stub services answer is written in the prompt: lines that begin with `%` (`@`, `#`, `!` and `/` mean something to command lines). A service reads its request into items (below), and
// `plan` makes of them what is answered. So a test says in one place what is asked and what must come of it.
//
//   %say TEXT            the text of the answer; left out: "Done."
//   %think TEXT          what the model thinks, where the request has thinking on
//   %call NAME JSON      a call of that tool, if the request offers it; lines one after the other are calls of one answer
//   %then                what follows is for the answer after the results
//   %json JSON           this text, if the request has a schema; a call of the only tool, if it has none
//   %ids TEXT            calls have these ids, TEXT_0 and so on, in every answer, as some services have it
//   %pieces N            the text in N pieces
//   %pause MS            between two pieces
//   %silent MS           after the head and before the first piece
//   %fail N TIMES        the service's own error event after N pieces, for the first TIMES requests with this prompt (left out: always)
//   %cut N TIMES         the connection breaks there
//   %toolong, %limit, %overloaded, %quota   refused in the service's own words
//
// Where the answer is text, it tells in brackets what came: results of tools, pictures and files with a hash of their bytes, and whether
// the state of the thinking came back.

import { createHash, createHmac } from 'node:crypto';

/**
 * @typedef {{ type: string, bytes: Buffer }} Blob
 * @typedef {object} Item
 * @property {'user' | 'assistant' | 'tool'} role
 * @property {string} text
 * @property {Blob[]} [pictures]
 * @property {Blob[]} [files]
 * @property {{ id: string, name: string }[]} [calls] of the assistant
 * @property {string} [id] of the call, at a result
 * @property {boolean} [state] of the assistant: whether a state of thinking that this service gave out came back
 * @typedef {object} Asked
 * @property {Item[]} items
 * @property {string[]} tools their names
 * @property {boolean} thinking
 * @property {boolean} schema
 * @typedef {object} Plan
 * @property {string} thinking
 * @property {string[]} pieces
 * @property {{ name: string, args: string }[]} calls
 * @property {string | undefined} ids
 * @property {number} pause
 * @property {number} silent
 * @property {{ kind: 'fail' | 'cut', after: number } | undefined} fault
 * @property {'toolong' | 'limit' | 'overloaded' | 'quota' | undefined} refusal
 */

/** What every answer counts, whatever the service: each says it in its own words. Input includes what was read from and written to the cache. */
export const COUNTS = { input: 20, cacheRead: 5, cacheWrite: 3, output: 17, reasoning: 9 };

/** A refusal of a service in its own form; thrown by its reader. */
export class Refusal extends Error {
  constructor(status, body, headers = {}) {
    super(JSON.stringify(body));
    Object.assign(this, { status, body, headers });
  }
}

export const hash = (bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 8);
export const blobWord = (kind, { type, bytes }) => `${kind}[${type} ${bytes.length} ${hash(bytes)}]`;

/** A state of thinking that only these stubs can have given out. It is the same in each run, so that what was recorded stays valid. */
export const sign = (...of) => createHmac('sha256', 'the stub services').update(of.join('\0')).digest('base64');

const DIRECTIVE = /^[ \t]*%(say|think|call|then|json|ids|pieces|pause|silent|fail|cut|toolong|limit|overloaded|quota)\b[ \t]*(.*?)[ \t]*$/gm;

/** Whether a prompt says what is to be answered. */
export const isScripted = ({ items }) => items.some(({ role, text }) => role === 'user' && text.match(DIRECTIVE));

/**
 * @param {Asked} asked
 * @param {Map<string, number>} faults how often each prompt with `%fail` or `%cut` was asked so far
 * @returns {Plan}
 */
export function plan({ items, tools, thinking, schema }, faults) {
  const at = items.findLastIndex(({ role, text }) => role === 'user' && text.match(DIRECTIVE));
  const steps = [[]];
  for (const [, name, rest] of (items[at]?.text ?? '').matchAll(DIRECTIVE)) {
    if (name === 'then') steps.push([]);
    else steps.at(-1).push([name, rest]);
  }
  const since = items.slice(Math.max(at, 0));
  const turns = since.filter(({ role, calls }) => role === 'assistant' && calls?.length);
  const step = steps[Math.min(turns.length, steps.length - 1)];
  const all = (name) => step.filter(([of]) => of === name).map(([, rest]) => rest);
  const one = (name) => all(name)[0];
  const number = (name) => Number(one(name) ?? 0);
  const calls = turns.length >= steps.length ? [] : all('call')
    .map((rest) => ({ name: offered(tools, rest.split(/\s/, 1)[0]), args: rest.replace(/^\S+\s*/, '') || '{}' }))
    .filter(({ name }) => name !== undefined);
  const json = one('json');
  // Some clients ask for an object by the only tool that there is.
  if (json !== undefined && !schema && tools.length === 1) calls.push({ name: tools[0], args: json });
  const text = calls.length ? one('say') ?? '' : json !== undefined ? (schema ? json : 'no schema came') : told(one('say') ?? 'Done.', since, thinking);
  return {
    thinking: thinking ? one('think') ?? '' : '',
    pieces: cut(text, Number(one('pieces') ?? 4)),
    calls,
    ids: one('ids'),
    pause: number('pause'),
    silent: number('silent'),
    fault: faultOf(step, items[at]?.text, faults),
    refusal: /** @type {any} */ (['toolong', 'limit', 'overloaded', 'quota'].find((name) => one(name) !== undefined)),
  };
}

function faultOf(step, prompt, faults) {
  const [kind, rest] = step.find(([name]) => name === 'fail' || name === 'cut') ?? [];
  if (!kind) return undefined;
  const [after, times = Infinity] = rest.split(/\s+/).map(Number);
  const asked = (faults.get(prompt) ?? 0) + 1;
  faults.set(prompt, asked);
  return asked > times ? undefined : { kind, after };
}

/** The name of a tool as it is offered: a gateway may have put the name of its group before it. */
const offered = (tools, name) => tools.find((tool) => tool === name) ?? tools.find((tool) => new RegExp(`[^A-Za-z0-9]${name}$`).test(tool));

/** The text, and in brackets what came. */
function told(text, since, thinking) {
  const words = [text];
  for (const { role, text: result, pictures = [], files = [] } of since) {
    if (role === 'tool') words.push(`result[${result.trim().slice(0, 200)}]`);
    words.push(...pictures.map((blob) => blobWord('picture', blob)), ...files.map((blob) => blobWord('file', blob)));
  }
  const turns = since.filter(({ role, calls }) => role === 'assistant' && calls?.length);
  // With the state there and thinking off, somebody switched it off without need, or the service was not asked to think at all.
  if (turns.length) words.push(`state[${turns.every(({ state }) => state) ? (thinking ? 'back' : 'needless') : thinking ? 'lost' : 'off'}]`);
  return words.join(' ');
}

/** In pieces of whole characters. */
export function cut(text, count) {
  const characters = [...text];
  const size = Math.max(1, Math.ceil(characters.length / count));
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, nth) => characters.slice(nth * size, (nth + 1) * size).join(''));
}

/** A `data:` URL as bytes. */
export function fromDataUrl(url) {
  const [, type, data] = /^data:([^;,]*);base64,(.*)$/s.exec(url) ?? [];
  return type === undefined ? undefined : { type, bytes: Buffer.from(data, 'base64') };
}

/** The first key that is not allowed. */
export const unknownKey = (object, allowed) => Object.keys(object).find((key) => !allowed.includes(key));
