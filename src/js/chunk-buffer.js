/** Bytes of the buffer that stays between chunks. For a longer chunk there is one of its own, until it was read. */
const KEPT = 64 * 1024;

let memory = new Uint8Array(0);
let buffer = { at: 0, length: 0 };

/**
 * Copies a chunk into the memory of the core (src/web/chunk_buffer.rs), and has it read there. One buffer serves all replies: a new
 * allocation for each chunk, as wasm-bindgen would make it, cost 40 ns.
 */
export function feed(driver, chunk) {
  const { length } = chunk;
  if (length > buffer.length) reserve(driver, length);
  // The view has no length before the first chunk, and when the memory has grown, which detaches it.
  if (memory.length === 0) memory = new Uint8Array(driver.memory().buffer);
  memory.set(chunk, buffer.at);
  if (length > KEPT) buffer = { at: 0, length: 0 };
  return driver.feed(length);
}

function reserve(driver, least) {
  let length = 1024;
  while (length < least) length *= 2;
  buffer = { at: driver.reserve(length), length };
}

/** Forgets buffer and memory: the next driver belongs to another instance of the module. */
export function forgetBuffer() {
  memory = new Uint8Array(0);
  buffer = { at: 0, length: 0 };
}
