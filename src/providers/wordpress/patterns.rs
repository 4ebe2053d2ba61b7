/// The patterns by which values are found in pages, with their names. Each matches what stands *before* a value, which begins
/// where the match ends. This file is included by `build.rs` (to compile the patterns), by `page.rs` (for the names) and by
/// `tests/page.rs` (where the `regex` crate is the oracle).
pub const PATTERNS: [(&str, &str); 7] = [
    // The REST root, which WordPress announces in the head of every page. Attributes are in the order in which it
    // prints them.
    ("rest_root", r#"<link\s+rel=["']https://api\.w\.org/["']\s+href=["']"#),
    // AI Engine: `data-system='{...}'` and `data-params='{...}'` of the chat element, HTML-escaped JSON.
    ("engine_system", r#"mwai-chatbot-container['"][^<>]*?\sdata-system\s*=\s*["']"#),
    ("engine_params", r#"mwai-chatbot-container['"][^<>]*?\sdata-params\s*=\s*["']"#),
    // AI Power: attributes of the chat element; the widget's post id has a stray `<`.
    ("power_nonce", r#"data-nonce\s*=\s*["']|["']search_nonce["']\s*:\s*["']"#),
    ("power_post_id", r#"data-post-id\s*=\s*["'](?:<|&lt;)?"#),
    ("power_bot_id", r#"wpaicg-chat[^>]*?\sdata-bot-id\s*=\s*["']"#),
    // AIPKit: `data-config='{...}'` of the container or the popup.
    ("puffer_config", r#"aipkit_(?:chat_container|popup_wrapper)[^<>]*?\sdata-config\s*=\s*["']"#),
];
