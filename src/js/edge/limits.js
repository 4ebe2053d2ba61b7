import { ChatError } from '../error.js';

/** Default of `maxBodyBytes`, which is enough for a conversation without images. */
export const MAX_BODY_BYTES = 1024 * 1024;

/** Throws unless each of the options is a number above 0. */
export function checkPositive(settings) {
  for (const [name, value] of Object.entries(settings)) {
    if (!(value > 0)) throw new ChatError('input', `${name} must be a number above 0`);
  }
}
