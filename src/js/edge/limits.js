import { ChatError } from '../error.js';

/** Bytes of a request's body: a chat message with its history. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Settings that are numbers above 0. */
export function checkPositive(settings) {
  for (const [name, value] of Object.entries(settings)) {
    if (!(value > 0)) throw new ChatError('input', `${name} must be a number above 0`);
  }
}
