//! Texts as vectors (`embed`): the one place for the requests and the answers of all services.

use std::rc::Rc;

use super::errors::{classify, error_in_success_body, is_error};
use super::{Dialect, in_path, merge_over};
use crate::chat::{Code, Error, Event, Result, Usage};
use crate::exchange::{EventQueue, Operation, Transition};
use crate::http::{Request, Response, base64};
use crate::json::{Map, Value, fill_template};
use crate::options::{ChatRequest, Settings};
use crate::providers::Protocol;
use crate::text::{decimal, filled, join};

/// How a service takes texts and gives vectors.
pub struct Form {
    /// The path below the service's address, by the request and the model, which is a part of it at some services.
    pub path: fn(&ChatRequest, &str) -> Result<String>,
    /// Whether the model is a member of the body, and not only a part of the path.
    pub has_model: bool,
    /// The member for the texts. Empty: the form of Gemini, with a request for each text.
    pub input: &'static str,
    /// Members that each request has, with their JSON. `extra` is laid over them.
    pub fixed: &'static [(&'static str, &'static str)],
    /// The member for the number of dimensions. Empty: the service has none.
    pub dimensions: &'static str,
    /// How many texts a request may have. The vectors of so many, of 4,096 numbers each, fit into the default of `maxEventBytes`.
    pub inputs: usize,
    /// How many letters, or tokens, the texts of a request may have together.
    pub letters: usize,
    /// Whether a text may be an array of tokens.
    pub takes_tokens: bool,
}

/// The form of OpenAI's API at a service that is not known. Gemini takes no more than 100 texts there (langchainjs#4491, LEANN#214).
pub const COMPATIBLE: Form = Form {
    path: |_, _| Ok("/embeddings".to_owned()),
    has_model: true,
    input: "input",
    fixed: &[("encoding_format", "\"float\"")],
    dimensions: "dimensions",
    inputs: 100,
    // OpenAI takes 300,000 tokens, which are four letters each in English, and one or less in other scripts.
    letters: 200_000,
    takes_tokens: true,
};

/// How OpenAI itself and Azure are asked, which take 2,048 texts. As Base64, a vector has a sixth of the bytes.
pub const OPENAI: Form = Form { fixed: &[("encoding_format", "\"base64\"")], inputs: 512, ..COMPATIBLE };

/// The form of Gemini, where each text is a content of its own: parts of one content become one vector (hindsight#4001).
pub const GEMINI: Form = Form {
    path: |_, model| Ok(filled("/$:batchEmbedContents", &[&model_path(model)?])),
    input: "",
    dimensions: "outputDimensionality",
    ..NATIVE
};

/// The form of Ollama since July 2024; the number of dimensions counts since 0.11. A text that is too long is an error, as it is at OpenAI: the
/// service would cut it and not say so.
pub const OLLAMA: Form = Form { path: |_, _| Ok("/api/embed".to_owned()), fixed: &[("truncate", "false")], ..NATIVE };

/// The form of version 2 of Cohere's API, which wants to be told what the vectors are for. Texts are cut as at Ollama.
pub const COHERE: Form = Form {
    path: |_, _| Ok("/v2/embed".to_owned()),
    input: "texts",
    fixed: &[("input_type", "\"search_document\""), ("embedding_types", "[\"float\"]"), ("truncate", "\"NONE\"")],
    dimensions: "output_dimension",
    inputs: 96,
    ..NATIVE
};

/// The form of Workers AI, without its path.
pub const WORKERS_AI: Form = Form { has_model: false, input: "text", dimensions: "", ..NATIVE };

/// What forms have in common that are not OpenAI's.
const NATIVE: Form = Form { fixed: &[], takes_tokens: false, ..COMPATIBLE };

/// Whose headers the requests have, and their form. `None`: the service has no embeddings.
pub type Found = Option<(&'static Dialect, &'static Form)>;

/// The embeddings of a protocol.
#[derive(Clone, Copy)]
pub struct Embeddings {
    find: fn(&Settings) -> Result<Found>,
    /// Makes the request for the vectors. The first piece of text that comes is the name of the model, each further one the vector of a
    /// text, in the order of the texts. All pieces are JSON: the vectors arrays of numbers, or Base64 of 32-bit floats. A pointer, and not
    /// called by its name, so that the core of the module goes without this code (`src/web/parts.rs`).
    pub open: fn(&Protocol, Rc<ChatRequest>) -> Result<Operation>,
}

impl Embeddings {
    /// The embeddings of a protocol that finds its form by the settings.
    pub const fn with(find: fn(&Settings) -> Result<Found>) -> Option<Embeddings> {
        Some(Embeddings { find, open })
    }
}

/// The form of the provider with these settings.
///
/// # Errors
/// [`Code::Input`]: the provider has no embeddings, or no form is known since a setting is wrong.
#[inline(never)]
pub fn form(protocol: &Protocol, settings: &Settings) -> Result<(&'static Dialect, &'static Form)> {
    let found = match protocol.embeddings {
        Some(Embeddings { find, .. }) => find(settings)?,
        None => None,
    };
    found.ok_or_else(|| none(settings))
}

/// The error of a provider that has no embeddings.
pub fn none(settings: &Settings) -> Error {
    let way_out = " has no embeddings that this package knows: use another provider for them, such as OpenAiChat, Gemini, Cohere, \
        Ollama or WorkersAi";
    Error::input(join(&[&settings.name, way_out]))
}

/// The operation that asks for the vectors: [`Embeddings::open`].
///
/// # Errors
/// [`Code::Input`]: those of [`form`], or an option is wrong. `src/js/embed.js` checks the texts, since it divides them among requests.
fn open(protocol: &Protocol, chat: Rc<ChatRequest>) -> Result<Operation> {
    let (dialect, form) = form(protocol, &chat.settings)?;
    let option = |key: &str| chat.mapped_options.get(key);
    let texts = option("input").and_then(Value::as_array).filter(|texts| !texts.is_empty());
    let texts = texts.ok_or_else(|| Error::input("input is empty: give a text, or an array of texts"))?;
    let dimensions = option("dimensions").filter(|given| !given.is_null());
    if dimensions.is_some_and(|given| given.as_u64().is_none_or(|number| number == 0)) {
        return Err(Error::input("dimensions must be a whole number above 0"));
    }
    let path = (form.path)(&chat, &chat.model)?;
    let mut more = Map::new();
    for (key, json) in form.fixed {
        more.insert(key, Value::Json((*json).to_owned()));
    }
    if let Some(number) = dimensions.filter(|_| !form.dimensions.is_empty()) {
        more.insert(form.dimensions, number.clone());
    }
    if let Some(extra) = option(".extra") {
        merge_over(&mut more, extra)?;
    }
    let mut body = Map::new();
    if form.input.is_empty() {
        let model = model_path(&chat.model)?;
        let mut requests = Vec::new();
        for text in texts {
            let mut request = Map::new();
            request.insert_str("model", &model);
            request.insert("content", fill_template(r#"{"parts":[{"text":%}]}"#, &[&text.to_json()]));
            more.iter().for_each(|(key, value)| request.insert(key, value.clone()));
            requests.push(request.into());
        }
        body.insert("requests", requests.into());
    } else {
        if form.has_model {
            body.insert_str("model", &chat.model);
        }
        body.insert(form.input, texts.clone().into());
        more.iter().for_each(|(key, value)| body.insert(key, value.clone()));
    }
    let request = Request::post(chat.settings.address(&path)).header("accept", "application/json").json(&body.into());
    let count = texts.len();
    let warning = (dimensions.is_some() && form.dimensions.is_empty())
        .then(|| filled("$ has no way to pass on 'dimensions': it was left out", &[&chat.settings.name]));
    Ok(Operation::buffered_any_status((dialect.headers)(&chat, request), move |response, out| {
        warning.into_iter().for_each(|warning| out.warn(warning));
        read(response, &chat.model, count, out)
    }))
}

/// The model as a part of Gemini's path, and as its requests name it.
///
/// # Errors
/// Those of [`in_path`].
pub fn model_path(model: &str) -> Result<String> {
    Ok(join(&[if model.contains('/') { "" } else { "models/" }, in_path(model)?]))
}

/// Reads the vectors of `count` texts.
fn read(response: &Response, model: &str, count: usize, out: &mut EventQueue) -> Result<Transition> {
    if !response.head.is_success() {
        return Err(classify(response.status_error(), &response.json_or_null()));
    }
    let value = response.json()?.value;
    if is_error(&value) {
        return Err(error_in_success_body(&value, &response.body));
    }
    // Cloudflare wraps its answers.
    let answer = value.non_null("result").unwrap_or(&value);
    let mut lists = ["/data", "/embeddings", "/embeddings/float"].iter().map(|place| answer.pointer(place));
    let list = lists.find_map(|list| list?.as_array()).map_or(&[][..], Vec::as_slice);
    let mut vectors: Vec<&Value> = Vec::new();
    vectors.resize(count, &Value::Null);
    let mut found = 0;
    for (at, item) in list.iter().enumerate() {
        let vector = ["embedding", "values"].iter().find_map(|key| item.get(key)).unwrap_or(item);
        // Some leave the index out, or only that of the first one, since it is 0.
        let at = match item.non_null("index") {
            Some(index) => index.as_u64().and_then(|index| usize::try_from(index).ok()),
            None => Some(at),
        };
        let place = at.and_then(|at| vectors.get_mut(at));
        if let Some(place) = place.filter(|place| place.is_null() && is_vector(vector)) {
            *place = vector;
            found += 1;
        }
    }
    if found != count || list.len() != count {
        let message = filled("the answer has not one vector for each of $ texts", &[&decimal(count as u64)]);
        return Err(Error::new(Code::Protocol, message));
    }
    let model = Value::from(answer.text("model").unwrap_or(model));
    out.text(&model.to_json(), false);
    vectors.iter().for_each(|vector| out.text(&vector.to_json(), false));
    let places = ["/usage", "/usageMetadata", "/meta/tokens", "/meta/billed_units"];
    let counts = places.iter().find_map(|place| answer.pointer(place).filter(|counts| counts.is_object()));
    let of_ollama = answer.get("prompt_eval_count").map(|count| {
        let mut counts = Map::new();
        counts.insert("prompt_eval_count", count.clone());
        counts.into()
    });
    if let Some(usage) = counts.or(of_ollama.as_ref()).and_then(Usage::from_json) {
        out.push(Event::Usage(usage));
    }
    Ok(Transition::Over)
}

/// Whether this is an array of numbers, or Base64 of 32-bit floats, that is not empty.
fn is_vector(value: &Value) -> bool {
    match value {
        Value::Array(numbers) => !numbers.is_empty() && numbers.iter().all(|number| matches!(number, Value::Number(_))),
        Value::String(text) => base64::decoded_size(text).is_some_and(|bytes| bytes > 0 && bytes % 4 == 0),
        _ => false,
    }
}
