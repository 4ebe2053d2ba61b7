import source from '#wasm';
import { ReplyDriver, __wbg_reset_state as resetState, describe, formatPrompt, getModel, initSync, readRequest } from 'glue';
import { ChatError } from './error.js';
import { forgetBuffer } from './chunk-buffer.js';

/** What the module offers. Named one by one and not as a namespace, so that bundlers leave out what nobody calls. */
const api = { ReplyDriver, describe, formatPrompt, getModel, readRequest };

let isStarted = false;

/** How many instances were given up. Objects of one instance must not be freed in the next, where their addresses mean nothing. */
let lostInstances = 0;

/** The wasm module, which is compiled at the first use, so that importing rivulet costs nothing; Workers even forbid work at import. */
export function core() {
  if (isStarted) return api;
  try {
    initSync({ module: source() });
  } catch (error) {
    const message =
      'this page or runtime does not allow WebAssembly: a Content-Security-Policy needs script-src \'wasm-unsafe-eval\'';
    throw new ChatError('wasm_blocked', message, { cause: error });
  }
  isStarted = true;
  return api;
}

/**
 * The error to hand on for `error`, which came out of the core. A trap (memory exhausted, or a defect of rivulet) leaves the instance
 * in an unknown state: it is dropped, and the next call gets a fresh one. Objects of the old instance throw at every call but `free`.
 * Any other error is returned as it is.
 */
export function recoverFromTrap(error) {
  if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return error;
  isStarted = false;
  lostInstances++;
  resetState();
  forgetBuffer();
  return new ChatError('protocol', `rivulet's core stopped: ${error.message}`, { retryable: true, cause: error });
}

/** A function that says whether the instance of this moment was lost since. */
export function watchLoss() {
  const before = lostInstances;
  return () => lostInstances > before;
}
