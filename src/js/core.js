import source from '#wasm';
import {
  ReplyDriver, __wbg_reset_state as resetState, describe, emptyAnswer, formatPrompt, getModel, initSync, isContextLength, memoryPages, readRequest,
} from 'glue';
import { ChatError } from './error.js';
import { forgetBuffer } from './chunk-buffer.js';
import { forgetReplies, onIdle, openReplies } from './web.js';

/** What the module offers. Named one by one and not as a namespace, so that bundlers leave out what nobody calls. */
const api = { ReplyDriver, describe, emptyAnswer, formatPrompt, getModel, isContextLength, readRequest };

/**
 * Pages of 64 KiB that an instance may keep when no reply is open: 32 MiB. Memory of WebAssembly never shrinks, so an instance that once
 * carried a large image is replaced by a fresh one, which takes 0.2 ms.
 */
const MOST_IDLE_PAGES = 512;

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
  // The core is still at work when it says so.
  onIdle((pages) => {
    if (pages > MOST_IDLE_PAGES) queueMicrotask(shrink);
  });
  return api;
}

/** Replaces the instance if it has much memory and nothing to do. */
export function shrink() {
  if (isStarted && openReplies() === 0 && memoryPages() > MOST_IDLE_PAGES) renew();
}

function renew() {
  resetState();
  forgetBuffer();
  forgetReplies();
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
  renew();
  return new ChatError('protocol', `rivulet's core stopped: ${error.message}`, { retryable: true, cause: error });
}

/** A function that says whether the instance of this moment was lost since. */
export function watchLoss() {
  const before = lostInstances;
  return () => lostInstances > before;
}
