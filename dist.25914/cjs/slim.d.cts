// `rivulet/slim`: the same as `rivulet`, for pages that want the WebAssembly as a file of its own (`rivulet/rivulet.wasm`): extensions, hosts that
// check each file, big pages.

export * from './index.cjs';

/**
 * Gives rivulet its WebAssembly; to be awaited before anything else is called. A second call replaces it for nothing that runs already.
 *
 * @param source The address of `rivulet/rivulet.wasm`; a response, which is compiled while it arrives; a compiled module; or its bytes.
 * @throws {ChatError} `wasm_blocked`: it is not there, or cannot be compiled.
 */
export function init(source: string | URL | Response | PromiseLike<Response> | WebAssembly.Module | BufferSource): Promise<void>;
