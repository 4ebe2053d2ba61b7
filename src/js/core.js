import { core as whole } from '#parts';
import {
  ReplyDriver, __wbg_finalize_init as adopt, __wbg_get_imports as glueImports, __wbg_reset_state as resetState, callPart, describe,
  formatPrompt, getModel, initSync, memoryPages,
} from 'glue';
import { ChatError } from './error.js';
import { forgetBuffer } from './chunk-buffer.js';
import { forgetReplies, onIdle, openReplies } from './web.js';


/** What the module offers. Named one by one and not as a namespace, so that bundlers leave out what nobody calls. */
const api = { ReplyDriver, describe, formatPrompt, getModel };

/**
 * Pages of 64 KiB that an instance may keep when no reply is open: 32 MiB. Memory of WebAssembly never shrinks, so an instance that once
 * carried a large image is replaced by a fresh one, which takes 0.2 ms.
 */
const MOST_IDLE_PAGES = 512;

let isStarted = false;

/**
 * The parts that were asked for, by name and in this order: each new instance gets all of them again. By name, since two copies of rivulet may
 * bring the same part, and a second one would begin the state of the first anew.
 */
const added = new Map();

/** What the core and the parts export, for the parts that come after them. */
let linked;

/** Compiled modules by part: those that were compiled asynchronously, and those that another instance needs again. */
const modules = new Map();

/** What the engine refused last; what `prepare` has under way or ready, by name: instances of parts. */
let refused;
const preparing = new Map();
const instances = new Map();

/** Whether the instance is lost for good: Chromium before 115 starts no other at once. */
let isDead = false;

/** How many instances were given up. Objects of one instance must not be freed in the next, where their addresses mean nothing. */
let lostInstances = 0;

/**
 * The wasm module, with one or two parts in it (src/web/parts.rs). It is compiled at the first use, so that importing rivulet costs nothing;
 * Workers even forbid work at import.
 */
export function core(part, another) {
  if (!isStarted) start();
  if (isDead) throw new ChatError('protocol', "rivulet's core stopped, and this browser (Chromium before 115) starts no other: load the page again");
  if (part && added.get(part.name) !== part) add(part);
  if (another && added.get(another.name) !== another) add(another);
  return api;
}

/** Calls a function of a part by its name, with the texts that it takes (`call_part` in src/web/mod.rs). By itself, since most programs call none. */
export function ofPart(part, name, first, second = '') {
  core(part);
  return callPart(name, first, second);
}

function start() {
  const module = compiled(whole);
  begin(attempt(whole, () => initSync({ module })));
}

function begin(exports) {
  linked = { __proto__: null, ...exports };
  isStarted = true;
  added.forEach(link);
  // The core is still at work when it says so.
  onIdle((pages) => {
    if (pages > MOST_IDLE_PAGES) queueMicrotask(shrink);
  });
}

function add(part) {
  // Addresses of one build mean nothing in another.
  if (part.build !== whole.build) {
    throw new ChatError('wasm_blocked', 'two different builds of rivulet are in use together: install one version');
  }
  if (added.has(part.name)) return;
  part.needs.forEach(add);
  link(part);
  added.set(part.name, part);
}

/** Adds a part to the instance. Where the module is one piece, the part is in it and adds itself. */
function link(part) {
  if (!whole.isWhole) {
    const instance = instances.get(part.name) ?? attempt(part, () => new WebAssembly.Instance(compiled(part), { ...glueImports(), b: linked }));
    instances.delete(part.name);
    const { exports } = instance;
    Object.assign(linked, exports);
    exports.add?.();
  } else if (part.export) {
    linked[part.export]();
  }
}

/** The module of a part. */
function compiled(part) {
  return attempt(part, () => {
    let module = modules.get(part.name);
    if (!module) {
      module = part.load();
      if (!(module instanceof WebAssembly.Module)) module = new WebAssembly.Module(module);
      modules.set(part.name, module);
    }
    return module;
  });
}

/** What `make` makes for a part, or the error that says what forbids it. */
function attempt(part, make) {
  try {
    return make();
  } catch (error) {
    if (error instanceof ChatError) throw error;
    // Chromium before 93 has no `cause`.
    const reported = blocked(error);
    refused = { part, reported, isMendable: isTooLarge(error) };
    throw reported;
  }
}

/** The error where WebAssembly cannot be used, by `error` of the engine. Messages differ; all of them name what forbids it. */
function blocked(error) {
  const message = String(error?.message);
  let why = 'this page or runtime does not allow WebAssembly: a Content-Security-Policy needs script-src \'wasm-unsafe-eval\'';
  if (typeof WebAssembly !== 'object') {
    why = 'this runtime has no WebAssembly (React Native has none, and lockdown modes turn it off): ask an endpoint of yours from it (rivulet/edge)';
  } else if (/embedder|generation disallowed|unsafe-eval is not an allowed/i.test(message) && !/Content.Security.Policy|CSP/i.test(message)) {
    why = 'this runtime compiles no WebAssembly from bytes, as Cloudflare Workers do not: the bundler has to resolve rivulet with the condition '
      + '"workerd" (or "edge-light"); where it bundles for Node, name rivulet as external (docs/environments.md)';
  } else if (error instanceof WebAssembly.CompileError && !/Content.Security.Policy|CSP|unsafe-eval/i.test(message)) {
    why = 'this runtime is too old for rivulet\'s WebAssembly (reference types and multi-value): Chrome 96, Firefox 93, Safari 16.4, Node 20.19 or '
      + 'newer is needed';
  } else if (isTooLarge(error)) {
    why = 'this browser compiles a module of this size only asynchronously on its main thread (Chromium before 115): a reply does that by itself, '
      + 'and what is asked for at once, such as name, models or getModel(), is known when the first reply has begun';
  }
  return new ChatError('wasm_blocked', why, { cause: error });
}

/** Whether the engine refuses only to compile a module of this size at once on the main thread. */
function isTooLarge(error) {
  return error instanceof RangeError && /main thread/i.test(String(error.message));
}

/**
 * Makes asynchronously what the engine refused to make at once, so that the call that failed with `error` may be made again.
 *
 * @throws {unknown} `error`, where that would not help
 */
export async function prepare(error) {
  if (refused?.reported !== error || !refused.isMendable) throw error;
  const { part } = refused;
  if (part === whole ? isStarted : added.has(part.name)) return;
  // Two replies may wait for the same part; a second instance of it would begin its state anew.
  if (!preparing.has(part.name)) preparing.set(part.name, make(part).finally(() => preparing.delete(part.name)));
  await preparing.get(part.name);
}

async function make(part) {
  try {
    const given = modules.get(part.name) ?? part.load();
    const module = given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given);
    modules.set(part.name, module);
    if (part !== whole) instances.set(part.name, await WebAssembly.instantiate(module, { ...glueImports(), b: linked }));
    else if (!isStarted) begin(adopt(await WebAssembly.instantiate(module, glueImports()), module));
  } catch (failure) {
    throw failure instanceof ChatError ? failure : blocked(failure);
  }
}

/** Replaces the instance if it has much memory and nothing to do. */
export function shrink() {
  if (isStarted && openReplies() === 0 && memoryPages() > MOST_IDLE_PAGES) renew();
}

function renew() {
  try {
    resetState();
  } catch (error) {
    // The old instance stays: it is whole where it was only large.
    if (isTooLarge(error)) return false;
    throw error;
  }
  forgetBuffer();
  forgetReplies();
  instances.clear();
  // The new instance is there; this gives its exports.
  linked = { __proto__: null, ...initSync() };
  added.forEach(link);
  return true;
}

/**
 * The error to hand on for `error`, which came out of the core. A trap (memory exhausted, or a defect of rivulet) leaves the instance
 * in an unknown state: it is dropped, and the next call gets a fresh one. Objects of the old instance throw at every call but `free`.
 * Any other error is returned as it is.
 */
export function recoverFromTrap(error) {
  if (error instanceof ChatError || !(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return error;
  lostInstances++;
  isDead = !renew();
  return new ChatError('protocol', `rivulet's core stopped: ${error.message}`, { retryable: true, cause: error });
}

/** A function that says whether the instance of this moment was lost since. */
export function watchLoss() {
  const before = lostInstances;
  return () => lostInstances > before;
}
