//! The names of options and settings. A name that is none of them is an error, since what it was meant to say would be
//! lost: with a misspelt `baseUrl` the key would go to another host than the one it was made for.

use crate::chat::{Error, Result};
use crate::json::Value;
use crate::options::ProtocolInfo;
use crate::text::{filled, join, listed};

/// Options that a protocol may have no way to pass on. Those that it neither maps nor handles itself are reported by a
/// warning. `tests/fidelity.rs` gives each of them to each provider.
pub const OPTIONS: &[&str] = &[
    "temperature",
    "topP",
    "maxTokens",
    "seed",
    "tools",
    "toolChoice",
    "parallelToolCalls",
    "reasoningEffort",
    "responseFormat",
    "compatible",
    "extra",
    "shortcutId",
];

/// Options that every protocol knows how to treat, since they are about the call and not about the model.
pub const CALL_OPTIONS: &[&str] = &[
    "messages",
    "model",
    "proxy",
    "retries",
    "maxEventBytes",
    "headers",
    "cookies",
    "conversation",
    "history",
    "stop",
    "thinkTags",
    "includeRaw",
    "allowBrowser",
    "native",
];

/// Options of `embed` that the core reads.
pub const EMBED_OPTIONS: &[&str] = &[
    "input",
    "model",
    "dimensions",
    "extra",
    "proxy",
    "retries",
    "maxEventBytes",
    "headers",
    "cookies",
    "allowBrowser",
];

/// Options that are not plain data: JavaScript keeps them (`src/js/options.js`), so here they are only what a wrong name
/// may have meant.
pub const LIVE_OPTIONS: &[&str] = &["signal", "fetch", "session", "timeout", "coalesce", "onRetry", "onWarning"];

/// Settings that every provider has beside its address and its own ones ([`ProtocolInfo::settings`]).
pub const COMMON_SETTINGS: &[&str] = &["apiKey", "name", "models", "defaultModel", "modelAliases", "preset"];

/// Settings that every service has, too. `SERVICES` names a `service`, also where another class asks it, and those without embeddings
/// take an `embeddingModel`, so that settings can be shared.
pub const OF_SERVICES: &[&str] = &[BASE_URL, "service", "embeddingModel"];

/// Another name of `baseUrl`, which clients of OpenAI's API have.
pub const BASE_URL: &str = "baseURL";

/// Options that are about one call, so that they mean nothing as settings.
const NO_SETTINGS: &[&str] = &["messages", "conversation"];

/// Names that other libraries and services have for something here, in small letters without `_` and `-`, each with
/// the name that it has here, or with advice, which holds a blank. Names that differ less are found by [`is_within`].
const FOREIGN: &[(&str, &str)] = &[
    ("abortsignal", "signal"),
    ("apibase", ADDRESS),
    ("baseurl", ADDRESS),
    ("dangerouslyallowbrowser", "allowBrowser"),
    ("defaultheaders", "headers"),
    ("effort", "reasoningEffort"),
    ("endpoint", ADDRESS),
    ("functioncall", "toolChoice"),
    ("functions", "tools"),
    ("host", ADDRESS),
    ("input", "messages"),
    ("instructions", SYSTEM),
    ("key", "apiKey"),
    ("maxcompletiontokens", "maxTokens"),
    ("maxnewtokens", "maxTokens"),
    ("maxoutputtokens", "maxTokens"),
    ("maxretries", "retries"),
    ("maxsteps", TOOLS),
    ("numpredict", "maxTokens"),
    ("onstep", TOOLS),
    ("output", TOOLS),
    ("prompt", "messages"),
    ("reasoning", "reasoningEffort"),
    ("stopsequences", "stop"),
    ("stream", "createAsyncGenerator streams, and createAsync gives the whole text"),
    ("system", SYSTEM),
    ("systeminstruction", SYSTEM),
    ("systemprompt", SYSTEM),
    ("token", "apiKey"),
    ("topk", DOCUMENTED),
    ("url", ADDRESS),
];

/// In [`FOREIGN`]: the setting that holds the address, whose name differs between sites and services.
const ADDRESS: &str = "";

const SYSTEM: &str = "a system message belongs into messages, as { role: 'system', content }";

/// The advice for options of a run.
const TOOLS: &str = "runTools of rivulet/tools has this option";

/// The advice where nothing is known that the name may have meant.
const DOCUMENTED: &str = "options and settings are listed in README.md (The API in short) and in index.d.ts; members of a request \
    that only the service knows go into extra";

/// Checks that all members of `given` are settings, or options of a call, whose defaults settings are.
///
/// # Errors
/// [`crate::chat::Code::Input`]: one is neither.
pub fn check_settings(info: &ProtocolInfo, given: &Value) -> Result<()> {
    for name in names(given) {
        if NO_SETTINGS.contains(&name) {
            return Err(Error::wrong("$ is an option of a call and no setting of a provider", &[name]));
        }
        if !is_setting(info, name) && !is_option(name) {
            return Err(unknown(info, "setting", name));
        }
    }
    Ok(())
}

/// Checks that all members of `given` are options of a call.
///
/// # Errors
/// [`crate::chat::Code::Input`]: one is not.
pub fn check_options(info: &ProtocolInfo, given: &Value) -> Result<()> {
    match names(given).find(|name| !is_option(name)) {
        Some(name) if is_setting(info, name) => {
            let way_out = " is a setting of the provider and no option of a call: give it where the provider is made, or \
                to with()";
            Err(Error::input(join(&[name, way_out])))
        }
        Some(name) => Err(unknown(info, "option", name)),
        None => Ok(()),
    }
}

/// Checks that all members of `given` are options of `embed`.
///
/// # Errors
/// [`crate::chat::Code::Input`]: one is not.
pub fn check_embed_options(given: &Value) -> Result<()> {
    match names(given).find(|name| !EMBED_OPTIONS.contains(name)) {
        Some(name) => {
            let known = listed(EMBED_OPTIONS, ", ");
            Err(Error::wrong("embed has no option '$'; it has signal, fetch, timeout, onRetry, $", &[name, &known]))
        }
        None => Ok(()),
    }
}

/// The names of the members that are given: `null` counts as not given.
fn names(given: &Value) -> impl Iterator<Item = &str> {
    let members = given.as_object().into_iter().flat_map(|members| members.iter());
    members.filter(|(_, value)| !value.is_null()).map(|(name, _)| name)
}

fn is_option(name: &str) -> bool {
    OPTIONS.contains(&name) || CALL_OPTIONS.contains(&name)
}

fn is_setting(info: &ProtocolInfo, name: &str) -> bool {
    find_setting(info, &|setting| setting == name).is_some()
}

/// The first setting that is wanted.
fn find_setting(info: &ProtocolInfo, is_wanted: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    let own = info.settings.iter().map(|(name, _)| *name);
    let own: Vec<_> = [info.peer().setting()].into_iter().chain(own).collect();
    find_name(&[COMMON_SETTINGS, &own, if info.is_site() { &[] } else { OF_SERVICES }], is_wanted)
}

/// The first name in `lists` that is wanted.
fn find_name(lists: &[&[&'static str]], is_wanted: &dyn Fn(&str) -> bool) -> Option<&'static str> {
    lists.iter().find_map(|list| list.iter().find(|name| is_wanted(name)).copied())
}

/// The error for a name that is not known, with the one that was probably meant.
fn unknown(info: &ProtocolInfo, kind: &str, name: &str) -> Error {
    let given = plain(name);
    let foreign = FOREIGN.iter().find(|(foreign, _)| given == foreign.as_bytes());
    let meant = match foreign {
        Some((_, ADDRESS)) => Some(info.peer().setting()),
        Some((_, meant)) => Some(*meant),
        None => nearest(info, &given),
    };
    let start = filled("unknown $ '$': ", &[kind, name]);
    Error::input(match meant {
        Some(meant) if !meant.contains(' ') => filled("$did you mean '$'?", &[&start, meant]),
        advice => join(&[&start, advice.unwrap_or(DOCUMENTED)]),
    })
}

/// The known name that differs least from `given`, if it differs by no more than a fourth of its letters.
fn nearest(info: &ProtocolInfo, given: &[u8]) -> Option<&'static str> {
    let most = ((given.len() + 2) / 4).min(2);
    (0..=most).find_map(|edits| {
        let is_near = |known: &str| is_within(edits, given, &plain(known));
        find_name(&[OPTIONS, CALL_OPTIONS, LIVE_OPTIONS], &is_near).or_else(|| find_setting(info, &is_near))
    })
}

/// The letters and digits of `name`, in small letters.
fn plain(name: &str) -> Vec<u8> {
    name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')).map(|byte| byte.to_ascii_lowercase()).collect()
}

/// Whether `one` becomes `other` by this many edits at most. An edit adds, takes away or replaces a letter, or swaps two
/// neighbours. Takes time that is exponential in `edits`.
fn is_within(edits: usize, one: &[u8], other: &[u8]) -> bool {
    match (one, other) {
        ([], rest) | (rest, []) => rest.len() <= edits,
        ([a, one @ ..], [b, other @ ..]) if a == b => is_within(edits, one, other),
        ([_, one_rest @ ..], [_, other_rest @ ..]) => {
            edits > 0 && {
                let edits = edits - 1;
                is_within(edits, one_rest, other_rest)
                    || is_within(edits, one_rest, other)
                    || is_within(edits, one, other_rest)
                    || matches!((one, other), ([a, b, one @ ..], [c, d, other @ ..])
                        if a == d && b == c && is_within(edits, one, other))
            }
        }
    }
}
