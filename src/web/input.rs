//! Where JavaScript lays a chunk (`src/js/input.js`): one place for all replies. wasm-bindgen would take room for each
//! chunk and give it back, which is a tenth of what is rivulet's own of a chunk with one event.

use std::cell::Cell;

/// Bytes of it that are kept from one chunk to the next.
const KEPT: usize = 64 * 1024;

thread_local! {
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

pub fn room(length: usize) -> usize {
    let mut room = ROOM.take();
    if room.len() < length {
        room = vec![0; length.next_power_of_two().max(1024)];
    }
    let address = room.as_ptr() as usize;
    ROOM.set(room);
    address
}

/// While a chunk is read a caller's session store may run, and read another reply: nothing is borrowed.
pub fn with<T>(length: usize, read: impl FnOnce(&[u8]) -> T) -> T {
    let room = ROOM.take();
    let answer = read(room.get(..length).unwrap_or_default());
    if room.len() <= KEPT {
        ROOM.set(room);
    }
    answer
}
