//! One request of a provider: what the caller gives, checked and complete.

use std::cell::OnceCell;
use std::rc::Rc;

use crate::chat::{Error, Message, Result};
use crate::http::{base64, url};
use crate::json::{Map, Value};
use crate::options::names::{OPTIONS, check_embed_options, check_options};
use crate::options::{AttachmentSupport, ProtocolInfo, Settings, history, json_words, preset, prompt};
use crate::text::{decimal, digit, filled, join, listed};

/// What a request is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// A reply to the messages.
    #[default]
    Reply,
    /// Only the session, whose nonce the caller wants (`getNonce`): the exchange ends before a message is sent.
    Session,
    /// Only the names of the models (`listModels`).
    Models,
    /// Vectors of texts (`embed`).
    Embeddings,
}

/// One request of a provider, checked and complete.
#[derive(Clone, Debug)]
pub struct ChatRequest {
    /// What the provider was made with.
    pub settings: Rc<Settings>,
    /// What the request is for. Without [`Purpose::Reply`] there are no messages.
    pub purpose: Purpose,
    /// The messages as texts, for protocols that carry nothing else.
    pub messages: Vec<Message>,
    /// The images and files of the newest message, for protocols that take them ([`ProtocolInfo::attachments`]).
    pub attachments: Vec<Attachment>,
    /// Where earlier messages go.
    pub history: History,
    /// The model as it was given, or empty; see [`Settings::get_model`].
    pub model: String,
    /// The options that the protocol can pass on, by their places in its request ([`ProtocolInfo::options`]).
    pub mapped_options: Map,
    /// The `conversation` of an earlier reply, or empty.
    pub conversation: Map,
    /// Random bits. They come from the caller, since the core has no source of its own.
    pub random: Random,
    /// Whether the caller is a page of another origin that uses no relay. Such a page cannot read every response of a
    /// site.
    pub cross_origin: bool,
    /// Whether the caller's cookies hold a WordPress login. Nonces of guests are not valid with it.
    pub logged_in: bool,
    /// Whether the whole text is wanted and no pieces (`createAsync`).
    pub whole: bool,
    /// Whether an end that is none (the service ran out of something, or broke off) is an error, as for clients of the edge, whose APIs
    /// have no word for it. Otherwise its reason is `unknown`.
    pub fails_unless_ended: bool,
    /// Stop words that end the text here, since the protocol cannot pass them on.
    pub stop_words: Vec<String>,
    /// Whether `<think>` and `</think>` in the text stand around reasoning.
    pub think_tags: bool,
    /// Whether the text begins with reasoning, as if after `<think>`: the template of some models ends with that tag, so the
    /// answer has only the other one.
    pub begins_in_thought: bool,
    /// Whether each frame is told by an event before those that come from it.
    pub include_raw: bool,
    /// Messages about what the caller asked for and this protocol cannot do.
    pub warnings: Vec<String>,
}

/// Options of `embed` that requests of replies do not have, by which `mapped_options` has them.
const OF_VECTORS: [&str; 2] = ["input", "dimensions"];

/// The place of what a client of Anthropic's Messages wants of that API alone (option `native`).
pub const NATIVE_MESSAGES: &str = ".native.messages";

/// Names of `maxTokens` in Chat Completions, of which a service may know one only.
const TOKEN_LIMITS: [&str; 2] = ["max_tokens", "max_completion_tokens"];

impl ChatRequest {
    /// A request for a reply, from `settings` and `options` as the caller gave them. `random` is called at most once.
    ///
    /// # Errors
    /// [`crate::chat::Code::Input`] where they are wrong, `ModelNotFound` where the provider lists its models without
    /// this one.
    pub fn read(
        info: &ProtocolInfo,
        settings: &Value,
        options: &Value,
        random: fn() -> [u64; 2],
    ) -> Result<ChatRequest> {
        let settings = Rc::new(Settings::read(info, settings)?);
        ChatRequest::with(info, settings, &mut options.clone(), Purpose::Reply, random)
    }

    /// A request with settings that were read before. An option counts before the setting of the same name; `extra` of
    /// both counts. The messages are taken out of `options`, since they may hold large images.
    ///
    /// # Errors
    /// As for [`ChatRequest::read`].
    pub fn with(
        info: &ProtocolInfo,
        settings: Rc<Settings>,
        options: &mut Value,
        purpose: Purpose,
        random: fn() -> [u64; 2],
    ) -> Result<ChatRequest> {
        // Settings and options of replies say nothing about vectors.
        let is_for_vectors = purpose == Purpose::Embeddings;
        match is_for_vectors {
            true => check_embed_options(options)?,
            false => check_options(info, options)?,
        }
        let mut given_messages =
            options.as_object_mut().and_then(|options| options.take("messages")).unwrap_or_default();
        history::repair(&mut given_messages);
        let mut mapped_options = Map::new();
        for &name in &OF_VECTORS {
            if let Some(value) =
                options.as_object_mut().and_then(|options| options.take(name)).filter(|_| is_for_vectors)
            {
                mapped_options.insert(name, value);
            }
        }
        let (given, options) = (if is_for_vectors { &Value::Null } else { &settings.given }, &*options);
        let option = |key: &str| options.non_null(key).or_else(|| given.non_null(key));
        let mut model = String::new();
        if let Some(given) = option("model") {
            model.push_str(given.as_str().ok_or_else(|| Error::input("model must be a string"))?);
            if !is_for_vectors {
                settings.get_model(&model)?;
            }
        }
        if is_for_vectors {
            model = settings.embedding_model(&model)?;
        }
        let is_preset = given.text("preset").and_then(preset).is_some();
        let history = match option("history").map(|value| value.as_str().unwrap_or_default()) {
            None if is_preset => History::Prompt,
            None | Some("messages") => History::Messages,
            Some("prompt") => History::Prompt,
            Some(_) => return Err(Error::input("history must be 'messages' or 'prompt'")),
        };
        // Where the protocol has an option in its request.
        let place_of = |wanted: &str| info.options.iter().find(|(name, _)| *name == wanted).map(|(_, place)| *place);
        for (name, place) in info.options {
            if let Some(value) = option(name) {
                mapped_options.insert(place, value.clone());
            }
        }
        if let (Some(place), Some(given)) = (place_of("toolChoice"), option("toolChoice")) {
            if let Some(choice) = history::repaired_choice(given)? {
                mapped_options.insert(place, choice);
            }
            if given.is_true("disable_parallel_tool_use")
                && option("parallelToolCalls").is_none()
                && let Some(place) = place_of("parallelToolCalls")
            {
                mapped_options.insert(place, false.into());
            }
        }
        let repaired = option("responseFormat").map(history::repaired_format).transpose()?.flatten();
        if let (Some(place), Some(format)) = (place_of("responseFormat"), &repaired) {
            mapped_options.insert(place, format.clone());
        }
        let format = repaired.as_ref().or(option("responseFormat")).unwrap_or(&Value::Null);
        // A budget of tokens for thinking, as Anthropic's clients give it, in the words of everybody else.
        let is_of_messages = place_of("native") == Some(NATIVE_MESSAGES);
        if let (Some(place), None) = (place_of("reasoningEffort"), option("reasoningEffort"))
            && !is_of_messages
            && let Some(word) = option("native").and_then(|native| native.get("effort"))
        {
            mapped_options.insert(place, word.clone());
        }
        let is_mapped = |wanted: &str| place_of(wanted).is_some();
        // The `extra` of the settings, which SERVICES uses, is kept apart: the `extra` of the call is laid over it.
        if let (Some(_), Some(under)) = (options.non_null("extra"), given.non_null("extra")) {
            mapped_options.insert(".under", under.clone());
        }
        let mut warnings = Vec::new();
        // Only AI Puffer has this setting, and a bot goes before it.
        let asks_without_bot = settings.get("provider").is_some() && settings.get("botId").is_none();
        if settings.models.is_empty() && options.non_null("model").is_some() && !is_mapped("model") && !asks_without_bot
        {
            warnings.push(filled("the bots of $ have their own model: 'model' was left out", &[&settings.name]));
        }
        let mut attachments = Vec::new();
        let is_empty = given_messages.as_array().is_none_or(|list| list.is_empty());
        let mut messages = match &given_messages {
            _ if purpose != Purpose::Reply => Vec::new(),
            // A shortcut stands in the place of a message.
            Value::Null | Value::Array(_) if is_empty && is_mapped("shortcutId") && option("shortcutId").is_some() => {
                Vec::new()
            }
            Value::Null => return Err(Error::input("messages is missing")),
            messages => {
                let mut reader =
                    MessageReader { warnings: &mut warnings, support: info.attachments, found: Vec::new(), info };
                let read = reader.read(messages)?;
                attachments = reader.found;
                for (at, Message { role, .. }) in read.iter().enumerate() {
                    // `formatPrompt`, which reads messages, too, writes any role.
                    if history::role_of(role).is_none() {
                        return Err(history::unknown_role(&filled("messages[$]", &[&decimal(at as u64)]), role));
                    }
                }
                read
            }
        };
        if attachments.len() > info.attachments.most {
            let (most, found) = (decimal(info.attachments.most as u64), decimal(attachments.len() as u64));
            let noun = match (info.attachments.most, info.attachments.takes(PDF)) {
                (_, true) => " images and files",
                (1, false) => " image",
                _ => " images",
            };
            let parts = [info.name, " takes at most ", &most, noun, " with a message, and this one has ", &found];
            return Err(Error::input(join(&parts)));
        }
        if let Some(place) = place_of("messages").filter(|_| history == History::Messages) {
            // The protocol gets the messages as they are, so nothing of them is left out.
            warnings.clear();
            if given_messages.as_array().is_some() {
                messages = Vec::new();
                mapped_options.insert(place, Value::Shared(Rc::new(given_messages)));
            }
        }
        let conversation = match options.non_null("conversation") {
            Some(Value::Object(conversation)) => conversation.clone(),
            None => Map::new(),
            Some(_) => return Err(Error::input("conversation must be the object that reply.conversation gave")),
        };
        let mut stop_words = Vec::new();
        if let Some(given) = option("stop") {
            let place = place_of("stop");
            let most = if place.is_some() { (info.stop_words)(&settings, &settings.get_model(&model)?) } else { 0 };
            let count = given.as_array().map_or(1, Vec::len);
            if count > most {
                stop_words = read_stop_words(given)?;
                let kept: Vec<Value> = stop_words.drain(..most).map(Value::from).collect();
                match place {
                    Some(place) if kept.is_empty() => mapped_options.remove(place),
                    Some(place) => mapped_options.insert(place, kept.into()),
                    None => {}
                }
            }
        }
        let (think_tags, begins_in_thought) = match option("thinkTags") {
            None => (false, false),
            Some(Value::Bool(given)) => (*given, false),
            Some(Value::String(given)) if given == "open" => (true, true),
            Some(_) => return Err(Error::input("thinkTags must be true, false or 'open'")),
        };
        let include_raw = match option("includeRaw") {
            None => false,
            Some(given) => given.as_bool().ok_or_else(|| Error::input("includeRaw must be true or false"))?,
        };
        let mut asked_in_words = false;
        let is_off = |native: &Value| native.text_at("/messages/thinking/type") == Some("disabled");
        if !is_of_messages && option("native").is_some_and(is_off) {
            warnings
                .push(filled("'thinking': $ is not told to do without: it has other words for it", &[&settings.name]));
        }
        if !is_of_messages && option("native").is_some_and(|native| native.pointer("/messages/top_k").is_some()) {
            warnings.push(filled("$ has no way to pass on 'top_k': it was left out", &[&settings.name]));
        }
        let mut leave_out = |name: &str| {
            warnings.push(filled("$ has no way to pass on '$': it was left out", &[&settings.name, name]));
        };
        let is_single = option("toolChoice").is_some_and(|choice| choice.is_true("disable_parallel_tool_use"));
        if is_single
            && option("parallelToolCalls").is_none()
            && !is_mapped("parallelToolCalls")
            && is_mapped("toolChoice")
        {
            leave_out("parallelToolCalls");
        }
        for &name in OPTIONS {
            match option(name) {
                Some(_) if is_mapped(name) => {}
                // A site has no mode for JSON, but its bot reads.
                Some(_)
                    if name == "responseFormat"
                        && matches!(format.text("type"), Some("json_object" | "json_schema")) =>
                {
                    if let Some(last) = messages.last_mut().filter(|last| last.role == "user") {
                        last.text.push_str(&filled("\n\n$", &[&json_words::in_words(format)]));
                        asked_in_words = true;
                    }
                }
                // The names of the limit of tokens say only how the client wrote `maxTokens`.
                Some(Value::Object(more)) if name == "compatible" => {
                    more.keys().filter(|key| !TOKEN_LIMITS.contains(key)).for_each(&mut leave_out);
                }
                // Models without this switch may call several tools at once anyway.
                Some(Value::Bool(true)) if name == "parallelToolCalls" => {}
                Some(_) => leave_out(name),
                None => {}
            }
        }
        if asked_in_words {
            warnings.push(filled("$ has no JSON mode: 'responseFormat' was asked for in words", &[&settings.name]));
        }
        Ok(ChatRequest {
            settings,
            purpose,
            messages,
            attachments,
            history,
            model,
            mapped_options,
            conversation,
            random: Random { draw: random, drawn: OnceCell::new() },
            cross_origin: false,
            logged_in: false,
            whole: false,
            fails_unless_ended: false,
            stop_words,
            think_tags,
            begins_in_thought,
            include_raw,
            warnings,
        })
    }

    /// The text of the newest message, which must be the user's, and the messages before it. With `history: 'prompt'` that
    /// text holds all messages.
    ///
    /// # Errors
    /// There is no message, the last one is not the user's, or it has no text.
    pub fn newest_and_earlier(&self) -> Result<(String, &[Message])> {
        if self.history == History::Prompt {
            return Ok((prompt::format_prompt(&self.messages, Default::default())?, &[]));
        }
        let Some((last, earlier)) = self.messages.split_last() else {
            return Err(Error::input("messages is empty: give at least one message"));
        };
        if last.role != "user" {
            return Err(Error::wrong("the last message must have role 'user', not '$'", &[&last.role]));
        }
        if last.text.trim().is_empty() && self.attachments.is_empty() {
            // What it had instead may have been left out, which is the reason then.
            let place = filled("messages[$].", &[&decimal(earlier.len() as u64)]);
            let left_out = self.warnings.iter().find(|warning| warning.starts_with(&place));
            let reason = left_out.map(|warning| filled(": $", &[warning]));
            return Err(Error::wrong("the last message has no text$", &[reason.as_deref().unwrap_or_default()]));
        }
        Ok((last.text.clone(), earlier))
    }

    /// `extra` of the call and `extra` of the settings, as far as they are given. The first one with a member counts.
    pub fn extras(&self) -> impl Iterator<Item = &Value> {
        [".extra", ".under"].into_iter().filter_map(|key| self.mapped_options.get(key))
    }

    /// Puts at `key` of `conversation` what the conversation of the earlier reply has there, or else `fresh`.
    pub fn carry_over(&self, key: &str, fresh: &str, conversation: &mut Map) {
        conversation.insert_str(key, self.remembered(key).unwrap_or(fresh));
    }

    /// The string at `key` in the conversation of the earlier reply.
    pub fn remembered(&self, key: &str) -> Option<&str> {
        self.conversation.text(key)
    }

    /// An id of `length` letters and digits, at most 24, from the request's random bits. Different `salt`s make
    /// different ids.
    pub fn random_id(&self, length: usize, salt: u64) -> String {
        let [mut high, mut low] = self.bits(salt);
        let mut id = String::new();
        while id.len() < length {
            id.push(digit(low % 36));
            (high, low) = (low / 36, high);
        }
        id
    }

    /// A random UUID (RFC 9562, version 4). Different `salt`s make different ids.
    pub fn uuid(&self, salt: u64) -> String {
        let [high, low] = self.bits(salt);
        let high = high & !0xf000 | 0x4000;
        let low = low & !(0x3 << 62) | 0x2 << 62;
        let mut uuid = String::new();
        for index in 0..32 {
            if matches!(index, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            let half = if index < 16 { high } else { low };
            uuid.push(digit(half >> (60 - index % 16 * 4) & 0xf));
        }
        uuid
    }

    /// 128 random bits, the same ones for the same `salt`.
    fn bits(&self, salt: u64) -> [u64; 2] {
        let [high, low] = self.random.drawn.get_or_init(self.random.draw);
        [high ^ salt.wrapping_mul(0x9e37_79b9_7f4a_7c15), low.wrapping_add(salt.wrapping_mul(0xd1b5_4a32_d192_ed03))]
    }
}

/// Random bits of a request, drawn when they are first wanted: the first draw of a process takes half a millisecond in Node.
#[derive(Clone, Debug)]
pub struct Random {
    draw: fn() -> [u64; 2],
    drawn: OnceCell<[u64; 2]>,
}

/// Where the earlier messages go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum History {
    /// To the place that the protocol has for them.
    #[default]
    Messages,
    /// Into the newest message: `format_prompt` makes one text of all messages.
    Prompt,
}

/// The number of stop words that `stop` may have, and of their bytes. A client of the edge chooses the words, and what finds them
/// takes some twenty bytes of memory for each of theirs. OpenAI takes four words, Gemini and Cohere take five.
const MAX_STOP_WORDS: usize = 64;
const MAX_STOP_BYTES: usize = 65_536;

/// The words of the option `stop`, which is a string or an array of strings.
fn read_stop_words(given: &Value) -> Result<Vec<String>> {
    let one = std::slice::from_ref(given);
    let mut words = Vec::new();
    for stop in given.as_array().map_or(one, Vec::as_slice) {
        match stop.as_str() {
            _ if words.len() == MAX_STOP_WORDS => return Err(Error::input("stop: more than 64 words")),
            Some(word) if !word.is_empty() => words.push(word.to_owned()),
            _ => return Err(Error::input("stop must be a string or an array of strings, none of them empty")),
        }
    }
    if words.iter().map(String::len).sum::<usize>() > MAX_STOP_BYTES {
        return Err(Error::input("stop: the words have more than 65,536 bytes together"));
    }
    Ok(words)
}

/// An image or file of a message, in Base64.
#[derive(Clone, Debug, PartialEq)]
pub struct Attachment {
    /// The media type, such as `image/png` or [`PDF`].
    pub media: String,
    /// The content in Base64, as the caller gave it. It is not copied, since it may be large.
    base64: Value,
    /// How many bytes the content has.
    pub size: usize,
}

impl Attachment {
    /// The content in Base64, without blanks around it.
    pub fn base64(&self) -> &str {
        self.base64.as_str().unwrap_or_default().trim()
    }
}

/// The media type of the files that are no images.
pub const PDF: &str = "application/pdf";

/// The caller's `messages` as texts. A bare string is one user message; `content` is a string or OpenAI's content
/// parts. Parts that are not text are left out, each with a warning.
///
/// # Errors
/// [`crate::chat::Code::Input`]: a message has another form. The text of the error says which one, and where.
pub fn read_messages(messages: &Value, warnings: &mut Vec<String>) -> Result<Vec<Message>> {
    let info = &ProtocolInfo::site("", "", &[]);
    MessageReader { warnings, support: AttachmentSupport::NONE, found: Vec::new(), info }.read(messages)
}

/// The mark of a cache.
const CACHE_MARK: &str = "cache_control";

/// Members of a message beside its text that mean something to services, and that sites have no place for.
const MESSAGE_MEMBERS: [&str; 7] =
    ["name", "tool_calls", "reasoning_content", "reasoning", "reasoning_details", "images", CACHE_MARK];

/// Reads messages for one protocol.
struct MessageReader<'a> {
    warnings: &'a mut Vec<String>,
    /// The images and files that a message may have. Only the newest one's are taken.
    support: AttachmentSupport,
    found: Vec<Attachment>,
    info: &'a ProtocolInfo,
}

/// What a part without a type is: one of Gemini's with data or an address, or a text.
fn untyped(part: &Value) -> &'static str {
    ["inlineData", "fileData"].iter().find(|key| part.get(key).is_some()).unwrap_or(&"text")
}

impl MessageReader<'_> {
    fn read(&mut self, messages: &Value) -> Result<Vec<Message>> {
        let mut read = Vec::new();
        match messages {
            Value::String(text) => read.push(Message { role: "user".to_owned(), text: text.clone() }),
            Value::Array(list) if list.is_empty() => {
                return Err(Error::input("messages is empty: give at least one message"));
            }
            Value::Array(list) => {
                for (index, message) in list.iter().enumerate() {
                    let path = filled("messages[$]", &[&decimal(index as u64)]);
                    read.push(self.message(message, &path, index + 1 == list.len())?);
                }
            }
            _ => return Err(Error::input("messages must be an array of { role, content }, or a string")),
        }
        Ok(read)
    }

    fn message(&mut self, message: &Value, path: &str, is_newest: bool) -> Result<Message> {
        let wrong = |what: &str| Err(Error::input(join(&[path, what])));
        if !message.is_object() {
            return wrong(" must be an object { role, content }");
        }
        let role = match message.get("role") {
            Some(Value::String(role)) if !role.trim().is_empty() => role.trim().to_owned(),
            Some(Value::Null) | None => return wrong(".role is missing"),
            Some(_) => return wrong(".role must be a string such as 'user'"),
        };
        if message.non_null("tool_calls").is_some_and(|calls| calls.as_array().is_none())
            || message.list("tool_calls").iter().any(|call| !call.is_object())
        {
            return wrong(".tool_calls must be an array of calls");
        }
        let mut text = String::new();
        match message.get("content") {
            Some(Value::String(content)) => text.push_str(content),
            Some(Value::Array(parts)) => {
                for (index, part) in parts.iter().enumerate() {
                    let path = filled("$.content[$]", &[path, &decimal(index as u64)]);
                    text.push_str(self.part(part, &path, is_newest)?);
                }
            }
            // A message of the assistant that only calls tools has no content.
            Some(Value::Null) | None if role != "user" => {}
            Some(Value::Null) | None => return wrong(".content is missing"),
            Some(_) => return wrong(".content must be a string or an array of content parts"),
        }
        if self.info.is_site() {
            for &member in &MESSAGE_MEMBERS {
                if message.non_null(member).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty())) {
                    self.warnings.push(filled("$.$ has no place in this protocol: left out", &[path, member]));
                }
            }
        }
        Ok(Message { role, text })
    }

    fn part<'a>(&mut self, part: &'a Value, path: &str, is_newest: bool) -> Result<&'a str> {
        let wrong = |what: &str| Err(Error::input(join(&[path, what])));
        const NO_PART: &str = " must be a string or an object with a type";
        if self.info.is_site() && part.non_null(CACHE_MARK).is_some() {
            self.warnings.push(filled("$.$ has no place in this protocol: left out", &[path, CACHE_MARK]));
        }
        match part {
            Value::String(text) => Ok(text),
            Value::Object(_) => match part.get("type").map_or(Some(untyped(part)), Value::as_str) {
                None => wrong(NO_PART),
                Some("text" | "input_text" | "output_text") => {
                    part.text("text").map_or_else(|| wrong(".text must be a string"), Ok)
                }
                Some(kind @ "image_url") if self.support.most > 0 => {
                    self.attachment(kind, part, path, is_newest).map(|()| "")
                }
                Some(kind @ "file") if self.support.takes(PDF) => {
                    self.attachment(kind, part, path, is_newest).map(|()| "")
                }
                Some(other) => {
                    let left_out = "', which this protocol cannot carry: left out";
                    self.warnings.push(filled("$ is of type '$$", &[path, other, left_out]));
                    Ok("")
                }
            },
            _ => wrong(NO_PART),
        }
    }

    /// Reads an image or a file.
    fn attachment(&mut self, kind: &str, part: &Value, path: &str, is_newest: bool) -> Result<()> {
        let (noun, article, given) = match kind {
            "file" => ("file", "a ", part.pointer("/file/file_data")),
            _ => ("image", "an ", part.pointer("/image_url/url").or(part.get("image_url"))),
        };
        let given = given.unwrap_or(&Value::Null);
        let address = given.as_str().unwrap_or_default();
        if !is_newest {
            self.warnings.push(filled("$ is $$ of an earlier message: left out", &[path, article, noun]));
            return Ok(());
        }
        if !address.starts_with("data:") {
            let what = "', which sites take as data: URLs only: left out";
            self.warnings.push(filled("$ is of type '$$", &[path, kind, what]));
            return Ok(());
        }
        let read =
            url::data_url(address).and_then(|(media, base64)| Some((media, base64, base64::decoded_size(base64)?)));
        let Some((media, base64, size)) = read else {
            return Err(Error::wrong("$ is no $ in Base64", &[path, noun]));
        };
        if !self.support.takes(media) {
            let types = listed(self.support.types, ", ");
            return Err(Error::wrong("$ is of the type $; $ takes $", &[path, media, self.info.name, &types]));
        }
        self.found.push(Attachment { media: media.to_owned(), base64: given.end(base64.len()), size });
        Ok(())
    }
}
