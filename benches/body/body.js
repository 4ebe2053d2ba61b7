// The body of a reply, cut as a network cuts it. The same for the same arguments, in every runtime.

import { DIALECTS } from './dialects.js';

/** Text as models send it: mostly words, with some of everything that may need care (escapes, accents, other scripts, emoji). */
const WORDS = [
  'The ', 'order ', 'ships ', 'to', ' Norway', ' in ', 'three ', 'days', ', ', 'and ', 'you ', 'will ', 'get ', 'a ', 'mail', '.\n',
  ' It', ' is', ' free', ' for', ' all', ' "orders"', ' above', ' 40', ' €', '. ', 'Grüße ', 'из', ' магазина', ' 👋', '\n\n', ' / ',
];

const encoder = new TextEncoder();

/**
 * `cut`: 'event' (one a chunk), 'crumbs' (1 to 64 bytes) or a number of bytes. `times`: the pieces are sent so often, from one
 * copy in memory; with 'event' only.
 *
 * @returns {{ type: string, chunks: Uint8Array[], loop: [number, number, number], bytes: number, texts: string[], ends: number[] }}
 *   `type`: of the content; `ends[i]`: how many bytes have come when `texts[i]` is complete
 */
export function makeBody({ dialect, cut, events, times = 1 }) {
  const { type = 'text/event-stream', begin, piece, end } = DIALECTS[dialect];
  const texts = Array.from({ length: events }, (_, index) => WORDS[index % WORDS.length]);
  const frames = texts.map((text, index) => encoder.encode(piece(text, index)));
  const first = encoder.encode(begin);
  const last = encoder.encode(end(texts.join('')));
  let length = first.length;
  const ends = frames.map((frame) => (length += frame.length));
  const pieces = length - first.length;
  const all = [first, ...frames, last].filter((frame) => frame.length > 0);
  const chunks = cut === 'event' ? all : slices(join(all), cut === 'crumbs' ? crumbs() : () => cut);
  const from = first.length > 0 ? 1 : 0;
  return { type, chunks, loop: [from, chunks.length - 1, times], bytes: length + pieces * (times - 1) + last.length, texts, ends };
}

function join(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function slices(whole, next) {
  const chunks = [];
  for (let at = 0; at < whole.length;) {
    const end = Math.min(at + next(), whole.length);
    chunks.push(whole.subarray(at, end));
    at = end;
  }
  return chunks;
}

/** Numbers from 1 to 64, always the same ones (xorshift). */
function crumbs() {
  let state = 2463534242;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return 1 + ((state >>> 0) % 64);
  };
}
