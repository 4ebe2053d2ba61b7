// How PHP writes things: the bytes on the wire come from json_encode() and esc_html(), not from JSON.stringify().

import { randomBytes, randomInt } from 'node:crypto';

/** `json_encode($value)`: slashes as `\/`, everything beyond ASCII as `\uXXXX`. */
export function jsonEncode(value) {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replace(/[\u0080-\uffff]/g, (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'));
}

/** `json_encode($value, JSON_UNESCAPED_UNICODE)`: raw UTF-8, but the two line separators stay escaped. */
export function jsonEncodeUnicode(value) {
  return JSON.stringify(value)
    .replaceAll('/', '\\/')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#039;' };

/** `esc_html($text)`, without its care for entities that are already there. */
export function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (char) => ENTITIES[char]);
}

/** `uniqid()`: 13 hex digits, the time in microseconds. */
export function uniqid(now) {
  const micro = randomInt(1_000_000);
  return Math.floor(now / 1000).toString(16).padStart(8, '0') + micro.toString(16).padStart(5, '0');
}

/** `wp_generate_password($length, false)`: letters and digits. */
export function password(length) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length }, () => letters[randomInt(letters.length)]).join('');
}

export const hex = (digits) => randomBytes(Math.ceil(digits / 2)).toString('hex').slice(0, digits);

/** What WordPress says when PHP fails. */
export const CRITICAL_ERROR = '<p>There has been a critical error on this website.</p><p><a href="https://wordpress.org/documentation/'
  + 'article/faq-troubleshooting/">Learn more about troubleshooting WordPress.</a></p>';
