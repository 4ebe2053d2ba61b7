import source from '#wasm';
import { ReplyDriver, __wbg_reset_state as resetState, describe, formatPrompt, getModel, initSync, readRequest } from 'glue';
import { ChatError } from './error.js';
import { forgetRoom } from './chunk-buffer.js';

/** By name, not as a namespace: bundlers then leave out what nobody calls. */
const exported = { ReplyDriver, describe, formatPrompt, getModel, readRequest };

let up = false;

/** How many instances were given up. What one of them made must not be freed in the next: the addresses are others. */
let losses = 0;

/** The wasm module, compiled at first use: importing rivulet costs nothing, and Workers forbid work at import. */
export function core() {
  if (up) return exported;
  try {
    initSync({ module: source() });
  } catch (error) {
    const message =
      'this page or runtime does not allow WebAssembly: a Content-Security-Policy needs script-src \'wasm-unsafe-eval\'';
    throw new ChatError('wasm_blocked', message, { cause: error });
  }
  up = true;
  return exported;
}

/**
 * After a trap (memory exhausted, a defect of ours) the instance is in no known state: it is dropped, and the next call
 * gets a fresh one. Objects of the old instance throw at every call but `free`.
 */
export function recoverFromTrap(error) {
  if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return error;
  up = false;
  losses++;
  resetState();
  forgetRoom();
  return new ChatError('protocol', `rivulet's core stopped: ${error.message}`, { retryable: true, cause: error });
}

/** Whether, from now on, the instance was lost. */
export function watchLoss() {
  const before = losses;
  return () => losses > before;
}
