import source from '#wasm';
import * as glue from 'glue';
import { ChatError } from './error.js';

let up = false;

/** The wasm module, compiled at first use: importing rivulet costs nothing, and Workers forbid work at import. */
export function core() {
  if (up) return glue;
  try {
    glue.initSync({ module: source() });
  } catch (error) {
    const message =
      'this page or runtime does not allow WebAssembly: a Content-Security-Policy needs script-src \'wasm-unsafe-eval\'';
    throw new ChatError('wasm_blocked', message, { cause: error });
  }
  up = true;
  return glue;
}

/**
 * After a trap (memory exhausted, a defect of ours) the instance is in no known state: it is dropped, and the next call
 * gets a fresh one. Objects of the old instance answer with errors.
 */
export function renew(error) {
  if (!(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return error;
  up = false;
  glue.__wbg_reset_state?.();
  return new ChatError('protocol', `rivulet's core stopped: ${error.message}`, { retryable: true, cause: error });
}
