let memory = new Uint8Array(0);

/** Lays a chunk where the core reads it (src/web/input.rs), and lets it read. */
export function feed(talk, chunk) {
  const at = talk.room(chunk.length);
  // None yet, or detached, since the memory grew.
  if (memory.length === 0) memory = new Uint8Array(talk.memory().buffer);
  memory.set(chunk, at);
  return talk.feed(chunk.length);
}

/** The next talk is of another instance. */
export function forget() {
  memory = new Uint8Array(0);
}
