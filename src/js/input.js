/** Longer chunks have room for as long as they are read. */
const KEPT = 64 * 1024;

let memory = new Uint8Array(0);
let room = { at: 0, length: 0 };

/** Lays a chunk where the core reads it (src/web/input.rs), and lets it read. */
export function feed(talk, chunk) {
  const { length } = chunk;
  if (length > room.length) take(talk, length);
  // None yet, or detached, since the memory grew.
  if (memory.length === 0) memory = new Uint8Array(talk.memory().buffer);
  memory.set(chunk, room.at);
  if (length > KEPT) room = { at: 0, length: 0 };
  return talk.feed(length);
}

function take(talk, least) {
  let length = 1024;
  while (length < least) length *= 2;
  room = { at: talk.room(length), length };
}

/** The next talk is of another instance. */
export function forget() {
  memory = new Uint8Array(0);
  room = { at: 0, length: 0 };
}
