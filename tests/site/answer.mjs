// What a handler gives back: plain data, so that faults (faults.mjs) can bend any answer before it is sent.

import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';

/** @typedef {string | Uint8Array | symbol | Raw} Chunk */
/**
 * @typedef {object} Answer
 * @property {string} kind what the request was, for the log and for faults: `page`, `session`, `nonce`, `store`,
 *   `chat`, `other`
 * @property {number} status
 * @property {[string, string][]} headers
 * @property {AsyncIterable<Chunk> | Iterable<Chunk>} body one item is one write to the socket
 * @property {string} [message] the user's text, which may hold a fault's trigger
 */

/** In a body: send what there is, then nothing until the client goes. */
export const HANG = Symbol('hang');
/** In a body: close the socket, without the end of the body. */
export const RESET = Symbol('reset');
/** In a body: the same, by an RST. */
export const RST = Symbol('rst');
/** In a body: what goes to the socket as it is, past HTTP. */
export class Raw {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }
}

/** @returns {Answer} */
export function whole(kind, status, headers, text = '') {
  return { kind, status, headers, body: text === '' ? [] : [text] };
}

/** @returns {Answer} */
export function streamed(kind, headers, body, message) {
  return { kind, status: 200, headers, body, message };
}

/** Also without a delay the event loop turns once, so that each event is a write to the socket of its own. */
export async function pause(ms) {
  await (ms > 0 ? sleep(ms) : turn());
}

export const JSON_TYPE = ['Content-Type', 'application/json; charset=UTF-8'];
export const HTML_TYPE = ['Content-Type', 'text/html; charset=UTF-8'];

/** `nocache_headers()` of WordPress. */
export const NO_CACHE = [
  ['Expires', 'Wed, 11 Jan 1984 05:00:00 GMT'],
  ['Cache-Control', 'no-cache, must-revalidate, max-age=0, no-store, private'],
];
