//! The place where JavaScript puts a chunk (`src/js/chunk-buffer.js`), one for all replies. wasm-bindgen would allocate
//! and free memory for each chunk, which was a tenth of what rivulet itself cost for a chunk with one event.

use std::cell::RefCell;

use crate::exchange::{Exchange, Feed};

thread_local! {
    static CHUNK: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Reserves memory for a chunk of `length` bytes and returns its address.
pub fn reserve(length: usize) -> usize {
    CHUNK.with_borrow_mut(|chunk| {
        *chunk = Vec::new();
        chunk.resize(length, 0);
        chunk.as_ptr() as usize
    })
}

/// Feeds the first `length` bytes to the exchange. No JavaScript runs meanwhile, so no other chunk can overwrite them.
pub fn feed_chunk(exchange: &mut Exchange, length: usize) {
    CHUNK.with_borrow(|chunk| exchange.feed(Feed::Chunk(chunk.get(..length).unwrap_or_default())));
}
