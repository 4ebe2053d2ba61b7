import { ChatError } from '../error.js';

/** Default of `maxBodyBytes` of the endpoint: a photo fits, and an isolate of 128 MB survives it. */
export const MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Default of `maxBodyBytes` of the relay, whose sites take no more. */
export const MAX_RELAY_BYTES = 1024 * 1024;

/** Throws unless each of the options is a number above 0. */
export function checkPositive(settings) {
  for (const [name, value] of Object.entries(settings)) {
    if (!(value > 0)) throw new ChatError('input', `${name} must be a number above 0`);
  }
}
