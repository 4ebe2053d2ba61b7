import { ChatError } from './error.js';

let module;

/** The module that `init` got. */
export function givenModule() {
  if (!module) throw new ChatError('wasm_blocked', 'rivulet/slim has its WebAssembly in a file of its own: await init(source) first');
  return module;
}

/**
 * Compiles the module, `rivulet/rivulet.wasm`, while it arrives.
 *
 * @param {string | URL | Response | Promise<Response> | WebAssembly.Module | BufferSource} source
 */
export async function init(source) {
  let given = await source;
  if (typeof given === 'string' || given instanceof URL) given = await fetch(given);
  if (typeof Response === 'function' && given instanceof Response) {
    if (!given.ok) throw new ChatError('wasm_blocked', `the WebAssembly of rivulet is not at ${given.url}: HTTP ${given.status}`);
    const isWasm = given.headers.get('content-type')?.toLowerCase() === 'application/wasm';
    // A server that knows no better type would have it refused.
    module = await compile(isWasm && WebAssembly.compileStreaming ? WebAssembly.compileStreaming(given) : given.arrayBuffer());
  } else {
    module = await compile(given);
  }
}

async function compile(given) {
  try {
    const source = await given;
    return source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source);
  } catch (error) {
    throw new ChatError('wasm_blocked', `the WebAssembly of rivulet cannot be compiled: ${error?.message}`, { cause: error });
  }
}
