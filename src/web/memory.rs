//! Where the allocator gets its memory from.

use core::alloc::Layout;
use core::arch::wasm32::{memory_grow, memory_size};
use core::ptr::NonNull;

use talc::base::Talc;
use talc::base::binning::Binning;
use talc::cell::TalcSyncCell;
use talc::source::Source;
use talc::wasm::WasmBinning;

/// The allocator has a third of the weight of the standard one: 2.4 kB gzipped less, and no slower in what was measured.
pub type Allocator = TalcSyncCell<GrowAhead, WasmBinning>;

/// Grows the memory of the module by an eighth at least. Talc's own source takes as little as will do, which is mostly one page, and
/// each time the engine makes a new buffer and counts it for its garbage collector: half of the cost of an event of 16 MB.
#[derive(Debug)]
pub struct GrowAhead {
    /// Where the heap ends.
    end: Option<NonNull<u8>>,
}

/// An allocator without memory.
pub const fn allocator() -> Allocator {
    TalcSyncCell::new_wasm(GrowAhead { end: None })
}

/// How many pages the memory of the module has.
pub fn pages() -> usize {
    memory_size::<0>()
}

/// A page of WebAssembly.
const PAGE: usize = 64 * 1024;

/// What the allocator itself may need for a heap and for a block.
const OVERHEAD: usize = 64;

// SAFETY: this neither allocates nor uses anything that does.
#[allow(unsafe_code)]
unsafe impl Source for GrowAhead {
    fn acquire<B: Binning>(talc: &mut Talc<Self, B>, layout: Layout) -> Result<(), ()> {
        let needed = layout.size().saturating_add(layout.align() + OVERHEAD).div_ceil(PAGE);
        // Where that much cannot be had, what is needed may still fit.
        let grow = |pages: usize| Some((memory_grow::<0>(pages), pages)).filter(|(before, _)| *before != usize::MAX);
        let (before, pages) = grow(needed.max(pages() / 8)).or_else(|| grow(needed)).ok_or(())?;
        let base = before * PAGE;
        let end = base.saturating_add(pages * PAGE) as *mut u8;
        talc.source.end = match talc.source.end {
            // SAFETY: the memory from the end of the heap to `end` was just taken, and nothing else uses it.
            Some(old) if old.as_ptr() as usize == base => Some(unsafe { talc.extend(old, end) }),
            // SAFETY: as above; somebody else grew the memory before this.
            _ => unsafe { talc.claim(base as *mut u8, pages * PAGE) },
        };
        Ok(())
    }
}
