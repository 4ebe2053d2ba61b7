//! Where JavaScript lays a chunk (`src/js/chunk-buffer.js`): one place for all replies. wasm-bindgen would take room for each
//! chunk and give it back, which was a tenth of what was rivulet's own of a chunk with one event.

use std::cell::RefCell;

use crate::exchange::{Exchange, Feed};

thread_local! {
    static CHUNK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Address of room for so many bytes.
pub fn reserve(length: usize) -> usize {
    CHUNK.with_borrow_mut(|room| {
        *room = Vec::new();
        room.resize(length, 0);
        room.as_ptr() as usize
    })
}

/// No JavaScript runs meanwhile, so nobody lays another chunk over this one.
pub fn feed_chunk(exchange: &mut Exchange, length: usize) {
    CHUNK.with_borrow(|room| exchange.feed(Feed::Chunk(room.get(..length).unwrap_or_default())));
}
