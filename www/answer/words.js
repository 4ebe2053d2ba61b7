// Durations, errors and long texts in words, for all parts of an answer.

import { cutAt } from '../text/growing-text.js';
import { explained } from '../page/errors.js';

/** How much of an object is shown as JSON that nobody wrote for people. */
const LONGEST_JSON = 20_000;

/** A time that something took: `0.3 s`, `12 s`, `2 min 5 s`. @param {number} ms */
export function duration(ms) {
  if (ms < 100) return 'less than 0.1 s';
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A number with as many words of a kind: `1 piece`, `2,000 pieces`. */
export const counted = (count, one, many) => `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** What went wrong. @param {any} error a `ChatError`, or what `explained` made of one that was stored */
export const inWords = (error) => (typeof error?.title === 'string' && typeof error.hint === 'string' ? error : explained(error));

/** What went wrong in one line: `Too many messages (HTTP 429)`. @param {any} error as of `inWords` */
export function errorLine(error) {
  const { title, code } = inWords(error);
  const [status] = /HTTP \d+/.exec(code) ?? [];
  return status ? `${title} (${status})` : title;
}

/** A text of at most so many characters; where it is longer it says so. @param {string} text @param {number} most */
export const short = (text, most) => (text.length <= most ? text : `${text.slice(0, cutAt(text, 0, most))}… (${counted(text.length, 'character', 'characters')})`);

/** Any value as JSON with indentation, of bounded length; what JSON has no form for as a text. @param {unknown} value */
export const shortJson = (value) => short(asJson(value), LONGEST_JSON);

/** @param {unknown} value @returns {string} */
export function asJson(value) {
  try {
    return JSON.stringify(value, null, 2) ?? String(value);
  } catch {
    return String(value);
  }
}

/** Whether an address may be a link: nothing but pages of the web. @param {unknown} address */
export const isWebAddress = (address) => typeof address === 'string' && /^https?:\/\//i.test(address) && URL.canParse(address);
