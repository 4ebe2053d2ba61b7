//! Recordings that a chat client has no part in, and why. `tests/conformance.rs` checks that the list is exact.

pub const UNPLAYED: [(&str, &str); 18] = [
    ("ai-engine/cors-preflight-start-session", "preflights are the browser's"),
    ("ai-engine/cors-preflight-submit", "preflights are the browser's"),
    ("ai-engine/cross-site-auth", "a route of the paid edition, for embedding"),
    ("ai-engine/discussions-list", "stored discussions are for users who are logged in"),
    ("ai-engine/discussions-list-other-visitor", "stored discussions are for users who are logged in"),
    ("ai-engine/file-upload", "files are not part of a chat call"),
    ("ai-engine/file-upload-no-purpose", "files are not part of a chat call"),
    ("ai-engine/page-absent-plugin-probe", "a probe; the client asks the route itself"),
    ("ai-engine/rest-index-namespace", "a probe; the client asks the route itself"),
    ("ai-engine/start-session-get", "start_session is always a POST"),
    ("ai-engine/stream-ascii-raw-chunked", "chunked framing, which fetch takes off"),
    ("ai-engine/stream-slow-timing", "a log of arrival times"),
    ("ai-power/aipkit-cors-preflight", "preflights are the browser's"),
    ("ai-power/aipkit-history", "the server's history is not read back"),
    ("ai-power/aipkit-old-nonstream-action", "an action of 2.3 to 2.4.0 that is gone"),
    ("ai-power/aipkit-stream-slow-timing", "a log of arrival times"),
    ("ai-power/cors-preflight", "preflights are the browser's"),
    ("ai-power/stream-slow-timing", "a log of arrival times"),
];
