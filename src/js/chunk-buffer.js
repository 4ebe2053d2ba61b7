/** Longer chunks have room for as long as they are read. */
const KEPT = 64 * 1024;

let memory = new Uint8Array(0);
let room = { at: 0, length: 0 };

/** Lays a chunk where the core reads it (src/web/input.rs), and lets it read. */
export function feed(driver, chunk) {
  const { length } = chunk;
  if (length > room.length) take(driver, length);
  // None yet, or detached, since the memory grew.
  if (memory.length === 0) memory = new Uint8Array(driver.memory().buffer);
  memory.set(chunk, room.at);
  if (length > KEPT) room = { at: 0, length: 0 };
  return driver.feed(length);
}

function take(driver, least) {
  let length = 1024;
  while (length < least) length *= 2;
  room = { at: driver.room(length), length };
}

/** The next driver is of another instance. */
export function forgetRoom() {
  memory = new Uint8Array(0);
  room = { at: 0, length: 0 };
}
