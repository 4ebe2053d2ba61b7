//! What kind of answer is wanted, and the values that stand in each part of it.

use super::tools::ToolNames;
use crate::json::Value;

/// An API that the edge serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Api {
    /// OpenAI's Chat Completions.
    #[default]
    Chat,
    /// OpenAI's Responses.
    Responses,
    /// Anthropic's Messages.
    Messages,
    /// OpenAI's Completions, which came before Chat Completions.
    Completions,
}

impl Api {
    /// All of them, with the names that JavaScript has for them (`src/js/edge/apis.js`), which `tests/lists.rs` compares.
    pub const ALL: &[(&str, Api)] = &[
        ("chat", Api::Chat),
        ("responses", Api::Responses),
        ("messages", Api::Messages),
        ("completions", Api::Completions),
    ];

    /// The API with this name. An unknown name is Chat Completions.
    pub fn named(name: &str) -> Api {
        Api::ALL.iter().find(|(known, _)| *known == name).map_or(Api::Chat, |(_, api)| *api)
    }
}

/// What kind of answer is wanted, and the values that stand in each part of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CompletionSpec {
    /// The API whose answer it is.
    pub api: Api,
    /// A stream of server-sent events; otherwise one JSON text.
    pub stream: bool,
    /// Whether a stream of Chat Completions ends with the token counts.
    pub include_usage: bool,
    /// Whether the client knows one `function_call` and no `tool_calls`, as clients of 2023 do.
    pub is_legacy: bool,
    /// The id of the completion or response.
    pub id: String,
    /// The name that the client asked for.
    pub model: String,
    /// Seconds since 1970.
    pub created: u64,
    /// The only stop word of the request. Empty: it has none, or several.
    pub stop: String,
    /// The client's names of tools that the model knows as plain functions.
    pub tools: ToolNames,
    /// The ids of the calls that the conversation has already, sorted.
    pub known_ids: Vec<String>,
}

impl CompletionSpec {
    /// Reads `{ api, stream, includeUsage, isLegacy, id, model, created, stop, tools, knownIds }`; what is missing is false, empty or 0.
    pub fn read(given: &Value) -> CompletionSpec {
        let text = |key| given.text_or_empty(key).to_owned();
        CompletionSpec {
            api: Api::named(given.text_or_empty("api")),
            stream: given.is_true("stream"),
            include_usage: given.is_true("includeUsage"),
            is_legacy: given.is_true("isLegacy"),
            id: text("id"),
            model: text("model"),
            created: given.number("created").unwrap_or_default(),
            stop: text("stop"),
            tools: ToolNames::read(given.list("tools")),
            known_ids: given.list("knownIds").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        }
    }

    /// Whether a call of the conversation has this id.
    pub fn knows_id(&self, id: &str) -> bool {
        self.known_ids.binary_search_by(|known| known.as_str().cmp(id)).is_ok()
    }

    /// The last characters of `id`, which is random: what makes the ids of this answer's parts its own.
    pub fn short_id(&self) -> &str {
        let from = self.id.len().saturating_sub(SHORT_ID);
        self.id.get(from..).filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric())).unwrap_or_default()
    }
}

/// Bytes of [`CompletionSpec::short_id`].
const SHORT_ID: usize = 12;
