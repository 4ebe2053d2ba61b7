//! What services that are compatible with OpenAI's Chat Completions take in another way than OpenAI (setting `service`), and what
//! they want back of their earlier answers.

use super::chat_messages::{OwnTools, Takes};
use super::embeddings::{self, Form};
use super::message_decoder::str_or_empty;
use super::messages::{self, KnownCalls};
use super::strict;
use crate::chat::reasoning_detail::{self, DETAILS, GOOGLE};
use crate::chat::{Error, Result};
use crate::http::Request;
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, Settings, json_words};
use crate::providers::keyed;
use crate::text::{self, filled, find, listed};

/// Under which name the reasoning of an answer goes back to the service, in the message of the assistant.
#[derive(Clone, Copy)]
enum Back {
    /// The message stays as the caller gives it.
    AsGiven,
    /// The service refuses it under any name.
    Nowhere,
    /// As text, under each of these names.
    Text(&'static [&'static str]),
    /// `reasoning_details` stay as they are; text without them goes under this name.
    Details(&'static str),
    /// As a part of the content.
    Part,
}

/// What the words of `reasoningEffort` become.
#[derive(Clone, Copy)]
struct Effort {
    /// The words for `reasoning_effort`, the highest first. Empty: any word, as it is given.
    words: &'static [&'static str],
    /// The member, and its JSON, that switches reasoning off, in the place of the word `none`. Empty: there is none.
    off: (&'static str, &'static str),
    /// The member, and its JSON, that switches it on.
    on: (&'static str, &'static str),
    /// Whether the service has only the switch, and no words.
    is_switch: bool,
}

/// What is special about a service.
#[derive(Clone, Copy)]
pub struct Service {
    /// As `SERVICES` in JavaScript has it.
    name: &'static str,
    /// Whether it knows the role `developer`; `system` is sent otherwise.
    has_developer: bool,
    /// Its name for `seed`.
    seed: &'static str,
    /// Its name for the limit of tokens.
    limit: &'static str,
    back: Back,
    /// What is sent as the reasoning of a message that calls tools and has none, where the service refuses the message otherwise.
    /// The reasoning of an answer is kept for that message (`DIALECT_WITH_REASONING`).
    filler: Option<&'static str>,
    effort: Effort,
    /// How many stop words it takes. The others end the text here.
    stop: usize,
    /// The choices of a tool that it takes: words, and `named` for a function.
    choices: &'static [&'static str],
    /// Of a service that refuses to be forced to call a tool while it thinks: whether it thinks unless the request says otherwise.
    thinks: Option<bool>,
    /// What it refuses or silently ignores: members of the body, `name` of messages, and types of `response_format`.
    lacks: &'static [&'static str],
    /// Whether the ids of calls must be nine letters or digits.
    has_short_ids: bool,
    /// Whether its key is sent as `api-key`, unless it is a token.
    has_api_key: bool,
    /// Whether it refuses a schema that is `strict` and not of the form that OpenAI wants.
    has_strict_form: bool,
    /// Whether models of OpenAI answer, some of which refuse members that others take.
    is_openai: bool,
    /// How it takes texts and gives vectors. `None`: it has no such models, or a form of its own for them.
    embeddings: Option<&'static Form>,
}

const AS_GIVEN: Effort = Effort { words: &[], off: ("", ""), on: ("", ""), is_switch: false };

const fn words(words: &'static [&'static str]) -> Effort {
    Effort { words, ..AS_GIVEN }
}

const UP_TO_HIGH: Effort = words(&["high", "medium", "low"]);
const OFF_TO_HIGH: Effort = words(&["high", "medium", "low", "none"]);
const THINKING_OFF: (&str, &str) = ("thinking", r#"{"type":"disabled"}"#);
const THINKING_ON: (&str, &str) = ("thinking", r#"{"type":"enabled"}"#);

/// An unknown service.
const USUAL: Service = Service {
    name: "",
    has_developer: true,
    seed: "seed",
    limit: "max_tokens",
    back: Back::AsGiven,
    filler: None,
    effort: AS_GIVEN,
    // OpenAI takes four. That fewer words are sent than a service may take changes nothing.
    stop: 4,
    choices: &["auto", "none", "required", "named"],
    thinks: None,
    lacks: &[],
    has_short_ids: false,
    has_api_key: false,
    // It may be OpenAI behind a gateway.
    has_strict_form: true,
    is_openai: false,
    embeddings: Some(&embeddings::COMPATIBLE),
};

/// Most services know the roles of OpenAI's first API only.
const NAMED: Service = Service { has_developer: false, has_strict_form: false, ..USUAL };

/// OpenAI itself, which is no preset. Its newer models refuse `max_tokens`, which is the only name that other services know, and it
/// refuses members of messages that it does not know.
const OPENAI: Service = Service {
    limit: "max_completion_tokens",
    back: Back::Nowhere,
    is_openai: true,
    embeddings: Some(&embeddings::OPENAI),
    ..USUAL
};
const AZURE: Service = Service { name: "azure", has_api_key: true, ..OPENAI };

const CONTENT_ONLY: Back = Back::Text(&[CONTENT]);
const REASONING_ONLY: Back = Back::Text(&[REASONING]);

/// The services of `SERVICES` in src/js/services.js; `tests/lists.rs` compares them, and `tests/flows/compatible.rs` has a row for
/// each. Sources: each service's documentation and its own client, and reports of 400 and 422, which the comments and tests/cases name.
static SERVICES: [Service; 24] = [
    // A gateway: what is sent reaches the service in front of which it stands.
    Service { name: "aigateway", has_developer: true, ..USUAL },
    AZURE,
    // Its API for OpenAI's clients has chat and Responses only.
    Service { name: "bedrock", embeddings: None, ..NAMED },
    // Unknown members are refused: 400 `wrong_api_format` (kilocode#10375).
    Service {
        name: "cerebras",
        has_strict_form: true,
        has_developer: true,
        back: REASONING_ONLY,
        effort: OFF_TO_HIGH,
        embeddings: None,
        ..NAMED
    },
    // Strands Agents has to take out `stream_options`.
    Service {
        name: "cohere",
        back: Back::Nowhere,
        effort: words(&["high", "none"]),
        lacks: &["parallel_tool_calls", "stream_options"],
        embeddings: Some(&Form { dimensions: "", inputs: 96, takes_tokens: false, ..embeddings::COMPATIBLE }),
        ..NAMED
    },
    Service {
        name: "dashscope",
        back: CONTENT_ONLY,
        effort: Effort {
            off: ("enable_thinking", "false"),
            on: ("enable_thinking", "true"),
            is_switch: true,
            ..AS_GIVEN
        },
        // qwen-code#7659, eino#994.
        thinks: Some(false),
        embeddings: Some(&Form { inputs: 10, takes_tokens: false, ..embeddings::COMPATIBLE }),
        ..NAMED
    },
    // `developer`: pi#1048. A forced choice: DeepSeek-V3#1376, osaurus#1940. Seeds and parallel calls are not in its API, and ignored.
    Service {
        name: "deepseek",
        back: CONTENT_ONLY,
        filler: Some(""),
        effort: Effort { words: &["max", "high", "low"], off: THINKING_OFF, ..AS_GIVEN },
        thinks: Some(true),
        lacks: &["seed", "parallel_tool_calls", "json_schema"],
        embeddings: None,
        ..NAMED
    },
    Service { name: "fireworks", back: CONTENT_ONLY, effort: OFF_TO_HIGH, ..NAMED },
    // `reasoning_content`: jan#8136. `reasoning` is refused, too, where the model has none (gptel#774): see `Service::of`.
    Service {
        name: "groq",
        has_strict_form: true,
        has_developer: true,
        back: REASONING_ONLY,
        effort: OFF_TO_HIGH,
        embeddings: None,
        ..NAMED
    },
    // Its router has chat only; what makes vectors there has an address for each model.
    Service { name: "huggingface", embeddings: None, ..NAMED },
    Service { name: "llamacpp", back: CONTENT_ONLY, ..NAMED },
    // `json_object`: lmstudio-bug-tracker#189. A named tool: page-agent#367.
    Service { name: "lmstudio", choices: &["auto", "none", "required"], lacks: &["json_object"], ..NAMED },
    // Parameters that are documented as ignored, or are not in the documentation (the formatter of agentscope takes them out).
    Service {
        name: "minimax",
        back: Back::Details(DETAILS),
        effort: Effort { off: THINKING_OFF, on: ("thinking", r#"{"type":"adaptive"}"#), is_switch: true, ..AS_GIVEN },
        stop: 0,
        lacks: &["seed", "parallel_tool_calls"],
        // Texts go in `texts`, with a `type`.
        embeddings: None,
        ..NAMED
    },
    // Members that it does not know are 422 `extra_forbidden` (eca#231, crush#1590, mistral-go#2). It counts tokens unasked.
    Service {
        name: "mistral",
        seed: "random_seed",
        back: Back::Part,
        effort: words(&["xhigh", "high", "medium", "low", "minimal", "none"]),
        lacks: &["stream_options", "name"],
        has_short_ids: true,
        // It takes 16,384 tokens at once (semantic-router#297, continue#2418).
        embeddings: Some(&Form {
            dimensions: "output_dimension",
            letters: 16_000,
            takes_tokens: false,
            ..embeddings::COMPATIBLE
        }),
        ..NAMED
    },
    // Unknown efforts and members are ignored. The reasoning of a call must not be missing or empty (spacebot#364, openclaw#59689).
    Service {
        name: "moonshot",
        back: CONTENT_ONLY,
        filler: Some(" "),
        effort: words(&["max", "high", "low"]),
        choices: &["auto", "none", "named"],
        lacks: &["seed"],
        embeddings: None,
        ..NAMED
    },
    // It does not answer a request with `stream_options` (DeepTutor#420), or refuses it, by model.
    Service { name: "nvidia", lacks: &["stream_options"], ..NAMED },
    Service { name: "openrouter", has_developer: true, has_strict_form: true, back: Back::Details(REASONING), ..NAMED },
    // Stop words are in its types, and without effect (litellm#867).
    Service {
        name: "perplexity",
        stop: 0,
        back: Back::Nowhere,
        effort: words(&["high", "medium", "low", "minimal"]),
        // Its vectors are bytes.
        embeddings: None,
        ..NAMED
    },
    Service { name: "sambanova", back: REASONING_ONLY, effort: UP_TO_HIGH, ..NAMED },
    Service {
        name: "together",
        back: Back::Text(&[REASONING, CONTENT]),
        effort: Effort { off: ("reasoning", r#"{"enabled":false}"#), ..UP_TO_HIGH },
        // `dimensions` are 400 (ogx#3559).
        embeddings: Some(&Form { dimensions: "", takes_tokens: false, ..embeddings::COMPATIBLE }),
        ..NAMED
    },
    // What it does not know is ignored, says its documentation.
    Service {
        name: "vertex",
        effort: words(&["high", "medium", "low", "minimal", "none"]),
        lacks: &["parallel_tool_calls"],
        // This address has chat only.
        embeddings: None,
        ..NAMED
    },
    // Since 2026 `reasoning`, without the older `reasoning_content`.
    Service { name: "vllm", back: REASONING_ONLY, ..NAMED },
    // Models that reason refuse `stop` (NativeTavern#83, opencodex#5280), so the words end the text here.
    Service {
        name: "xai",
        back: CONTENT_ONLY,
        effort: words(&["xhigh", "high", "medium", "low", "none"]),
        stop: 0,
        ..NAMED
    },
    // One stop word, and no choice of a tool but `auto` (hindsight#4246).
    Service {
        name: "zai",
        back: CONTENT_ONLY,
        effort: Effort { off: THINKING_OFF, on: THINKING_ON, ..AS_GIVEN },
        stop: 1,
        choices: &["auto"],
        lacks: &["parallel_tool_calls", "json_schema"],
        embeddings: Some(&Form { inputs: 64, takes_tokens: false, ..embeddings::COMPATIBLE }),
        ..NAMED
    },
];

/// The words that `reasoningEffort` has here, in their order. Others are a service's own, and go as they are.
const EFFORTS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/// OpenAI's models that refuse `temperature`, `top_p` and `stop` (OpenAI's reasoning guide; litellm#28662). Later ones take the first
/// two at some efforts.
const FIXED: [&str; 7] = ["o1", "o3", "o3-mini", "o4-mini", "gpt-5", "gpt-5-mini", "gpt-5-nano"];

/// The names of the services that the setting `service` may have.
pub fn names() -> impl Iterator<Item = &'static str> {
    SERVICES.iter().map(|service| service.name)
}

/// How many stop words go to the service: see [`crate::options::ProtocolInfo::stop_words`].
pub fn stop_words(settings: &Settings, model: &str) -> usize {
    Service::of(settings, model).map_or(USUAL.stop, |service| service.stop)
}

impl Service {
    /// The service that the setting `service` names, or else the one at the address, as far as it is known, for a request of this
    /// model.
    ///
    /// # Errors
    /// [`crate::chat::Code::Input`]: there is no such service, or it has no address.
    #[inline(never)]
    pub fn of(settings: &Settings, model: &str) -> Result<Service> {
        let url = settings.url.as_str();
        let is_at_openai = url.starts_with("https://api.openai.com/");
        let is_at_azure = || find(url.as_bytes(), b".azure.com/").is_some();
        let mut service = *match settings.get("service") {
            None if is_at_openai => &OPENAI,
            None if is_at_azure() => &AZURE,
            None => &USUAL,
            // Otherwise the key of this service would go to OpenAI.
            Some(wanted) if is_at_openai && names().any(|name| name == wanted) => {
                return Err(Error::wrong("service: '$' also needs its baseUrl, as SERVICES has it", &[wanted]));
            }
            Some(wanted) => SERVICES.iter().find(|service| service.name == wanted).ok_or_else(|| {
                let known = listed(&names().collect::<Vec<_>>(), ", ");
                Error::wrong("service: '$' is none of $", &[wanted, &known])
            })?,
        };
        let mut short = model;
        match service.name {
            "aigateway" => {
                if let Some(rest) = model.strip_prefix("openai/") {
                    (service, short) = (Service { name: "aigateway", ..OPENAI }, rest);
                }
            }
            "groq" if !["gpt-oss", "qwen", "deepseek-r1"].iter().any(|reasons| text::contains(model, reasons)) => {
                service.back = Back::Nowhere;
            }
            // Kimi K3 has words, and thinks always; the models before it have only the switch. All have a temperature of their own.
            "moonshot" if model.starts_with("kimi-k") => {
                service.lacks = &["seed", "temperature", "top_p"];
                if model.starts_with("kimi-k2") {
                    service.thinks = Some(true);
                    // The newest of them refuses to be switched off.
                    let off = if model.starts_with("kimi-k2.7") { ("", "") } else { THINKING_OFF };
                    service.effort = Effort { off, on: THINKING_ON, is_switch: true, ..AS_GIVEN };
                }
            }
            // hermes-agent#23435, big-AGI#1104.
            "xai" if has_fixed_effort(model) => service.lacks = &["reasoning_effort"],
            _ => {}
        }
        let is_fixed =
            |name: &&str| short.strip_prefix(*name).is_some_and(|rest| rest.is_empty() || rest.starts_with("-20"));
        if service.is_openai && FIXED.iter().any(is_fixed) {
            (service.stop, service.lacks) = (0, &["temperature", "top_p"]);
        }
        // Models that do not reason refuse to be told how much ("Unrecognized request argument").
        if service.is_openai && ["gpt-4", "gpt-3.5", "chatgpt-4o"].iter().any(|name| short.starts_with(name)) {
            service.lacks = &["reasoning_effort"];
        }
        Ok(service)
    }

    /// How it takes texts and gives vectors, if it does.
    pub fn embeddings(self) -> Option<&'static Form> {
        self.embeddings
    }

    /// Whether the reasoning of its answers has to be kept, for the message with the tool calls to which it led.
    pub fn wants_reasoning(&self) -> bool {
        self.filler.is_some()
    }

    /// Which tools it has beside functions.
    pub fn own_tools(&self) -> OwnTools {
        match self.name {
            _ if self.is_openai => OwnTools::Text,
            "" | "aigateway" => OwnTools::Any,
            _ => OwnTools::Own,
        }
    }

    /// What its messages may have beyond OpenAI's. A service that is not known gets the marks of caches as they
    /// are.
    pub fn takes(self) -> Takes {
        let is_router = self.name == "openrouter";
        Takes {
            marks: is_router
                || matches!(self.name, "dashscope" | "aigateway")
                || self.name.is_empty() && !self.is_openai,
            addresses_of_files: is_router,
            parts_in_results: is_router,
            images_of_assistant: is_router,
            thoughts: matches!(self.back, Back::Part),
            state_of_calls: self.may_be_google(),
        }
    }

    /// Adds the key as the service wants it. A JSON Web Token goes as Bearer everywhere: Azure has keys, and tokens of Entra.
    pub fn key(&self, chat: &ChatRequest, request: Request) -> Request {
        let is_token = |key: &str| key.starts_with("eyJ") && key.contains('.');
        match self.has_api_key && !chat.settings.get("apiKey").is_some_and(is_token) {
            true => keyed::with_key(chat, request, "api-key", ""),
            false => keyed::bearer(chat, request),
        }
    }

    /// Whether a model of Google may answer, which wants back the signature in `extra_content` of its calls. Others refuse the member
    /// (Mistral, Groq and Cerebras refuse every one that they do not know), and the signature says nothing to them.
    fn may_be_google(&self) -> bool {
        !self.is_openai && matches!(self.name, "" | "vertex" | "aigateway" | "openrouter")
    }

    fn has(&self, member: &str) -> bool {
        !self.lacks.contains(&member)
    }

    /// Gives the options the names and values that the service has for them, and leaves out what it refuses.
    /// `options`: see [`crate::options::ProtocolInfo::options`].
    pub fn adapt(&self, chat: &ChatRequest, options: &[(&str, &str)], body: &mut Map, warnings: &mut Vec<String>) {
        let name = chat.settings.name.as_str();
        let mut warn = |template: &'static str, holes: &[&str]| warnings.push(filled(template, holes));
        const LIMITS: [&str; 2] = ["max_tokens", "max_completion_tokens"];
        let adds = |member: &str| chat.extras().any(|extra| extra.non_null(member).is_some());
        let limits = LIMITS.map(|limit| body.take(limit));
        // OpenAI's own, and an unknown service, which may be OpenAI behind a gateway: a client of OpenAI's API (`Client`, and those
        // of the edge) knows which name it wants.
        let named = chat.mapped_options.get(".compatible").filter(|_| self.name.is_empty() || self.is_openai);
        let is_named = named.is_some_and(|named| LIMITS.iter().any(|limit| named.non_null(limit).is_some()));
        // What the owner of an endpoint sets in `extra` counts, whichever name a client gives its own limit.
        if LIMITS.iter().any(|limit| adds(limit)) {
        } else if is_named {
            for &name in &LIMITS {
                let limit = named.and_then(|named| named.non_null(name));
                limit.into_iter().for_each(|limit| body.insert(name, limit.clone()));
            }
        } else if let Some(most) = limits.into_iter().flatten().next_back() {
            body.insert(self.limit, most);
        }
        let has_tools = body.get("tools").is_some_and(|tools| tools.as_array().is_none_or(|tools| !tools.is_empty()));
        if !has_tools && !adds("tools") {
            // Mistral, vLLM, NVIDIA and LM Studio refuse an empty list, and a choice without tools.
            body.remove("tools");
            body.remove("parallel_tool_calls");
            if body.take("tool_choice").is_some_and(|choice| !matches!(choice.as_str(), Some("auto" | "none"))) {
                warn("there are no 'tools': 'toolChoice' was left out", &[]);
            }
        }
        self.adapt_effort(name, body, &mut warn);
        let switch = self.effort.off.0;
        let switch = chat.extras().find_map(|extra| extra.non_null(switch)).or(body.get(switch)).map(Value::to_json);
        let thinks = self.thinks.is_some_and(|thinks| switch.map_or(thinks, |switch| switch != self.effort.off.1));
        self.adapt_choice(name, thinks, body, &mut warn);
        self.adapt_format(name, body, &mut warn);
        for &member in self.lacks {
            // Where these are fixed, they are 1.
            let is_fixed = |value: &Value| matches!(member, "temperature" | "top_p") && value.to_json() == "1";
            if body.take(member).is_some_and(|value| !is_fixed(&value)) {
                let option = options.iter().find(|(_, place)| *place == member).map_or(member, |(option, _)| option);
                warn("$ takes no '$' here: it was left out", &[name, option]);
            }
        }
        if self.seed != USUAL.seed
            && let Some(seed) = body.take(USUAL.seed)
        {
            body.insert(self.seed, seed);
        }
        if !self.name.is_empty() {
            // Together and Z.ai take nothing but a list.
            messages::wrap_in_list(body, "stop");
        }
        if self.has("stream_options") {
            body.insert_filled("stream_options", r#"{"include_usage":true}"#, &[]);
        }
        if self.has_strict_form {
            strict::adapt_chat(body, name, warnings);
        }
    }

    fn adapt_choice(&self, name: &str, thinks: bool, body: &mut Map, warn: &mut dyn FnMut(&'static str, &[&str])) {
        let Some(given) = body.get("tool_choice") else { return };
        let choice = given.as_str().unwrap_or("named");
        let (choices, while_thinking) =
            if thinks { (&["auto", "none"][..], " while it thinks") } else { (self.choices, "") };
        if choices.contains(&choice) || !USUAL.choices.contains(&choice) {
            return;
        }
        if choice == "none" {
            // A model without tools calls none.
            ["tools", "tool_choice", "parallel_tool_calls"].iter().for_each(|member| body.remove(member));
            return;
        }
        let instead = if choice == "named" && choices.contains(&"required") { "required" } else { "auto" };
        let given = if choice == "named" { "the name of a tool" } else { "'required'" };
        warn("$ does not take $ as 'toolChoice'$: '$' was sent", &[name, given, while_thinking, instead]);
        body.insert_str("tool_choice", instead);
    }

    fn adapt_effort(&self, name: &str, body: &mut Map, warn: &mut dyn FnMut(&'static str, &[&str])) {
        let Effort { words, off, on, is_switch } = self.effort;
        let Some(given) = body.text("reasoning_effort").map(str::to_owned) else { return };
        let Some(wanted) = EFFORTS.iter().position(|word| *word == given) else { return };
        let set = |body: &mut Map, (member, json): (&str, &'static str)| {
            // What the caller put there by `extra` comes later and counts.
            if !member.is_empty() {
                body.insert_filled(member, json, &[]);
            }
        };
        if wanted == 0 && !off.0.is_empty() {
            body.remove("reasoning_effort");
            return set(body, off);
        }
        set(body, on);
        if is_switch {
            body.remove("reasoning_effort");
            if wanted == 0 {
                warn("$ cannot do without reasoning: 'reasoningEffort' was left out", &[name]);
            }
        } else if !words.is_empty() && !words.contains(&given.as_str()) {
            let place = |word: &str| EFFORTS.iter().position(|known| *known == word).unwrap_or_default();
            let usable = words.iter().filter(|word| **word != "none");
            if let Some(nearest) = usable.min_by_key(|word| place(word).abs_diff(wanted)) {
                if wanted == 0 {
                    warn("$ cannot do without reasoning: '$' was sent as 'reasoningEffort'", &[name, nearest]);
                }
                body.insert_str("reasoning_effort", nearest);
            }
        }
    }

    fn adapt_format(&self, name: &str, body: &mut Map, warn: &mut dyn FnMut(&'static str, &[&str])) {
        let kind = body.get("response_format").map_or("", |format| str_or_empty(format, "type"));
        if self.has(kind) {
        } else if kind == "json_schema" {
            warn(
                "$ takes no schema: it is asked for any JSON, and for the schema of 'responseFormat' in words",
                &[name],
            );
            let words = json_words::in_words(body.get("response_format").unwrap_or(&Value::Null));
            let mut system = Map::new();
            system.insert_str("role", "system");
            system.insert_str("content", &words);
            let given = body.take("messages").unwrap_or_default();
            let given = if let Value::Shared(shared) = &given { &**shared } else { &given };
            let mut all = vec![Value::Object(system)];
            all.extend_from_slice(messages::items(given));
            body.insert("messages", all.into());
            body.insert_filled("response_format", r#"{"type":"json_object"}"#, &[]);
        } else {
            warn("$ has no JSON mode without a schema: it is asked for any object by a schema", &[name]);
            const ANY_OBJECT: &str =
                r#"{"type":"json_schema","json_schema":{"name":"answer","schema":{"type":"object"}}}"#;
            body.insert_filled("response_format", ANY_OBJECT, &[]);
        }
    }

    /// The messages as the service takes them, with what it wants back. `None`: as they are.
    pub fn messages(
        &self,
        chat: &ChatRequest,
        given: &Value,
        known: &KnownCalls,
        warnings: &mut Vec<String>,
    ) -> Option<Value> {
        let given = messages::items(given);
        let mut warn = |template: &'static str, holes: &[&str]| {
            let warning = filled(template, holes);
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        };
        let name = &chat.settings.name;
        let mut changed: Vec<_> = given.iter().map(|message| self.message(name, message, known, &mut warn)).collect();
        // The beginning of the answer that the caller gives. Mistral refuses it without this mark.
        if let (Back::Part, Some(changed), Some(last)) = (self.back, changed.last_mut(), given.last())
            && last.says("role", "assistant")
            && last.list("tool_calls").is_empty()
            && last.get("prefix").is_none()
            && let Value::Object(message) = changed.get_or_insert_with(|| last.clone())
        {
            message.insert("prefix", true.into());
        }
        if changed.iter().all(Option::is_none) {
            return None;
        }
        let written =
            changed.into_iter().zip(given).map(|(changed, message)| changed.unwrap_or_else(|| message.clone()));
        Some(written.collect::<Vec<_>>().into())
    }

    fn message(
        &self,
        name: &str,
        message: &Value,
        known: &KnownCalls,
        warn: &mut dyn FnMut(&'static str, &[&str]),
    ) -> Option<Value> {
        let mut changed = None;
        let role = str_or_empty(message, "role");
        if !self.has_developer && role == "developer" {
            object(&mut changed, message).insert_str("role", "system");
        }
        if !self.has("name") && role != "tool" && message.get("name").is_some() {
            object(&mut changed, message).remove("name");
            warn("$ takes no 'name' in messages: it was left out", &[name]);
        }
        for (at, call) in message.list("tool_calls").iter().enumerate() {
            let id = str_or_empty(call, "id");
            let Some(Value::Object(state)) = known.get(id) else { continue };
            for (name, value) in state.iter() {
                if name == EXTRA {
                    if self.may_be_google()
                        && call.get(EXTRA).is_none()
                        && let Some(Value::Array(calls)) = object(&mut changed, message).get_mut("tool_calls")
                        && let Some(Value::Object(call)) = calls.get_mut(at)
                    {
                        call.insert(EXTRA, value.clone());
                    }
                } else if message.get(name).is_none() {
                    object(&mut changed, message).insert(name, value.clone());
                }
            }
        }
        if self.may_be_google() {
            self.sign_calls(&mut changed, message);
        }
        if role == "assistant" {
            self.place_reasoning(name, &mut changed, message, warn);
        }
        if self.has_short_ids {
            shorten(str_or_empty(message, "tool_call_id"), |id| {
                object(&mut changed, message).insert_str("tool_call_id", id);
            });
            for (at, call) in message.list("tool_calls").iter().enumerate() {
                shorten(str_or_empty(call, "id"), |id| {
                    if let Some(Value::Array(calls)) = object(&mut changed, message).get_mut("tool_calls")
                        && let Some(Value::Object(call)) = calls.get_mut(at)
                    {
                        call.insert_str("id", id);
                    }
                });
            }
        }
        changed.map(Value::Object)
    }

    /// Puts Google's signatures, which stand in `reasoning_details` by the ids of the calls, into the calls.
    fn sign_calls(&self, changed: &mut Option<Map>, message: &Value) {
        let signatures = reasoning_detail::by_call(message, GOOGLE);
        if signatures.is_empty() {
            return;
        }
        let signatures = KnownCalls::of(&signatures);
        for (at, call) in message.list("tool_calls").iter().enumerate() {
            let Some(data) = signatures.get(str_or_empty(call, "id")).and_then(Value::as_str) else { continue };
            if call.get(EXTRA).is_none()
                && let Some(Value::Array(calls)) = object(changed, message).get_mut("tool_calls")
                && let Some(Value::Object(call)) = calls.get_mut(at)
                && !call.contains_key(EXTRA)
            {
                call.insert(EXTRA, fill_template(r#"{"google":{"thought_signature":$}}"#, &[data]));
            }
        }
    }

    /// Puts the reasoning of a message where the service wants it. Signatures and encrypted reasoning mean
    /// something only to the service that gave them, so no other gets them.
    fn place_reasoning(
        &self,
        name: &str,
        changed: &mut Option<Map>,
        message: &Value,
        warn: &mut dyn FnMut(&'static str, &[&str]),
    ) {
        let has = |member: &&str| changed.as_ref().map_or(message.get(member), |changed| changed.get(member)).is_some();
        let filler = self.filler.filter(|_| !message.list("tool_calls").is_empty());
        // An unknown service and a gateway may want the details back.
        let keeps_details = matches!(self.name, "" | "aigateway") || !has(&DETAILS);
        if matches!(self.back, Back::AsGiven) && keeps_details
            || filler.is_none() && ![CONTENT, REASONING, DETAILS].iter().any(has)
        {
            return;
        }
        let message = object(changed, message);
        let [content, short, details] = [CONTENT, REASONING, DETAILS].map(|member| message.take(member));
        let parts = details.as_ref().and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let given = content.as_ref().and_then(Value::as_str).or(short.as_ref().and_then(Value::as_str));
        let text = given.map_or_else(|| messages::text_of_details(parts), str::to_owned);
        let is_state = |part: &Value| part.non_null("signature").is_some() || part.non_null("data").is_some();
        let mut has_state = parts.iter().any(is_state);
        match self.back {
            Back::Details(other) if !parts.is_empty() => {
                message.insert(DETAILS, parts.to_vec().into());
                short.into_iter().filter(|_| other == REASONING).for_each(|short| message.insert(REASONING, short));
                has_state = false;
            }
            Back::AsGiven if given.is_none() && !text.is_empty() => message.insert_str(CONTENT, &text),
            Back::AsGiven => {
                for (name, value) in [(CONTENT, content), (REASONING, short)] {
                    value.into_iter().for_each(|value| message.insert(name, value));
                }
            }
            // An empty text may be what the service wants, too.
            Back::Text(names) if given.is_some() || !text.is_empty() => {
                names.iter().for_each(|name| message.insert_str(name, &text));
            }
            _ if text.is_empty() => {}
            Back::Details(DETAILS) => {
                message.insert_filled(DETAILS, r#"[{"type":"reasoning.text","text":$}]"#, &[&text]);
            }
            Back::Details(name) => message.insert_str(name, &text),
            Back::Part => add_thought(message, &text),
            _ => warn("$ takes no reasoning in messages: it was left out", &[name]),
        }
        if has_state {
            warn("$ takes no 'reasoning_details' in messages: they were left out", &[name]);
        }
        if let Some(filler) = filler.filter(|_| message.text(CONTENT).is_none()) {
            message.insert_str(CONTENT, filler);
        }
    }
}

/// Puts reasoning before the content, as Mistral has it.
fn add_thought(message: &mut Map, text: &str) {
    let thought = fill_template(r#"{"type":"thinking","thinking":[{"type":"text","text":$}],"closed":true}"#, &[text]);
    let mut parts = vec![thought];
    match message.take("content") {
        Some(Value::Array(given)) => {
            if given.iter().any(|part| part.says("type", "thinking")) {
                parts.clear();
            }
            parts.extend(given);
        }
        Some(Value::String(content)) if !content.is_empty() => {
            parts.push(fill_template(r#"{"type":"text","text":$}"#, &[&content]));
        }
        _ => {}
    }
    message.insert("content", parts.into());
}

/// Whether a model of xAI refuses an effort.
fn has_fixed_effort(model: &str) -> bool {
    let is_fixed = ["grok-4-", "grok-code-fast"].iter().any(|name| model.starts_with(name));
    model == "grok-4" || is_fixed || model.starts_with("grok-4.20") && model.ends_with("reasoning")
}

/// Gives `to` nine letters or digits for an id that is of another form, as those of other services are.
fn shorten(id: &str, to: impl FnOnce(&str)) {
    let is_short = id.len() == 9 && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !id.is_empty() && !is_short {
        to(&messages::id_digits(id, 9));
    }
}

/// The members that are kept of answers with tool calls.
const CONTENT: &str = "reasoning_content";
const REASONING: &str = "reasoning";
/// The member of a call that goes back with it.
pub const EXTRA: &str = "extra_content";

/// The copy of a message that is changed.
fn object<'a>(changed: &'a mut Option<Map>, message: &Value) -> &'a mut Map {
    changed.get_or_insert_with(|| message.as_object().cloned().unwrap_or_default())
}

/// What is kept of an answer until its end, in case it calls tools.
#[derive(Default)]
pub struct State {
    details: Vec<Value>,
    /// How many of them were handed out.
    told: usize,
    reasoning: String,
}

impl State {
    /// Pieces of `reasoning_details` (OpenRouter, MiniMax). A piece of a text is put behind the one before.
    pub fn add_details(&mut self, pieces: &[Value]) -> usize {
        for piece in pieces {
            let same = |known: &Value| {
                ["type", "index", "id"].iter().all(|key| piece.get(key).is_none() || piece.get(key) == known.get(key))
            };
            // One that was handed out cannot go on.
            let last = self.details.get_mut(self.told..).and_then(<[Value]>::last_mut);
            match (last.filter(|last| same(last)), piece) {
                (Some(Value::Object(last)), Value::Object(piece)) => {
                    for (name, value) in piece.iter() {
                        match (name, last.get_mut(name), value) {
                            ("text" | "summary" | "data", Some(Value::String(known)), Value::String(more)) => {
                                known.push_str(more);
                            }
                            _ if value.is_null() => {}
                            _ => last.insert(name, value.clone()),
                        }
                    }
                }
                _ => self.details.push(piece.clone()),
            }
        }
        pieces.iter().map(Value::size).sum()
    }

    /// The details that came since this was asked last, if one of them is more than a text.
    pub fn untold_details(&mut self) -> Vec<Map> {
        let untold = self.details.get(self.told..).unwrap_or_default();
        if !untold.iter().any(reasoning_detail::has_state) {
            return Vec::new();
        }
        self.told = self.details.len();
        untold.iter().filter_map(Value::as_object).cloned().collect()
    }

    /// A piece of the reasoning, for a service that wants it back.
    pub fn add_reasoning(&mut self, piece: &str) {
        self.reasoning.push_str(piece);
    }

    /// What the message of the answer has beside its text, its calls and its reasoning.
    pub fn of_message(&self) -> Map {
        let mut members = Map::new();
        if !self.details.is_empty() {
            members.insert(DETAILS, self.details.clone().into());
        }
        members
    }

    /// What the next request needs with a call: what the answer said before its first one (`is_first`), and the `extra` of the call
    /// itself, in which Google's compatible API has the signature of the reasoning.
    pub fn of_call(&mut self, is_first: bool, extra: Value) -> Map {
        let mut members = Map::new();
        if !extra.is_null() {
            members.insert(EXTRA, extra);
        }
        if !is_first {
            return members;
        }
        if !self.details.is_empty() {
            members.insert(DETAILS, std::mem::take(&mut self.details).into());
        }
        if !self.reasoning.is_empty() {
            members.insert_str(CONTENT, &std::mem::take(&mut self.reasoning));
        }
        members
    }
}
