//! What is found in a page is what the `regex` crate finds there, and no page makes the finder panic.
#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use rivulet::providers::wordpress::page;

#[path = "../../tests/support/oracle.rs"]
mod oracle;

fuzz_target!(|input: &[u8]| {
    static ORACLE: OnceLock<oracle::Oracle> = OnceLock::new();
    ORACLE.get_or_init(oracle::Oracle::new).agrees(input);
    page::ENGINE_SYSTEM.find_object(input);
    page::PUFFER_CONFIG.find_object(input);
});
