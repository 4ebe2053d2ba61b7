//! The public API, which takes the site's API key (A11). One request, and an answer in one piece.

use std::rc::Rc;

use super::super::keyed_request;
use super::refusal::{MessageLength, refusal_error};
use super::{FILE_MAY_BE_LOST, has_file, upload_error};
use crate::chat::{Code, Error, Event, Finish, Result, error_text};
use crate::exchange::{EMPTY_REPLY, EventQueue, Operation, Transition};
use crate::http::{Response, file_name};
use crate::json::{Map, Parsed, Value, fill_template};
use crate::options::{ChatRequest, prompt};
use crate::text::{count_characters, filled};

/// The operation that asks the public API.
///
/// # Errors
/// A shortcut is to be followed, or [`ChatRequest::newest_and_earlier`] fails.
pub fn operation(chat: Rc<ChatRequest>) -> Result<Operation> {
    if chat.mapped_options.get(super::SHORTCUT).is_some() {
        return Err(Error::input("shortcutId: the public API of AI Engine (apiKey) follows no shortcuts"));
    }
    // The API reads no history, so all messages become one text.
    let message = match chat.newest_and_earlier()? {
        (message, []) => message,
        _ => prompt::format_prompt(&chat.messages, Default::default())?,
    };
    let length = MessageLength { characters: count_characters(&message), limit: None };
    let mut conversation = Map::new();
    chat.carry_over("chatId", &chat.random_id(11, 1), &mut conversation);
    let mut body = Map::new();
    body.insert_str("botId", chat.settings.get("botId").unwrap_or("default"));
    body.insert_str("message", &message);
    body.copy("chatId", &conversation);
    let root = chat.settings.get("restRoot").map(str::to_owned);
    Ok(ask(chat, root, body, Vec::new(), length, conversation))
}

/// Uploads the images and files that have no id among `files` yet, then asks.
fn ask(
    chat: Rc<ChatRequest>,
    root: Option<String>,
    mut body: Map,
    mut files: Vec<Value>,
    length: MessageLength,
    conversation: Map,
) -> Operation {
    if let Some(attachment) = chat.attachments.get(files.len()) {
        let upload = fill_template(
            r#"{"base64":$,"filename":$,"purpose":"analysis"}"#,
            &[attachment.base64(), &file_name(&attachment.media)],
        );
        let size = attachment.size as u64;
        let path = "mwai/v1/simpleFileUpload".to_owned();
        return keyed_request(
            chat.clone(),
            root.clone(),
            path,
            upload,
            Box::new(move |response, _| {
                let value = response.json_or_null();
                let Some(id) = value.text_at("/data/id") else { return Err(upload_error(response, &value, size)) };
                files.push(id.into());
                Ok(Transition::Send(ask(chat, root, body, files, length, conversation)))
            }),
        );
    }
    match &files[..] {
        [] => {}
        [file] => body.insert("fileId", file.clone()),
        _ => body.insert("fileIds", files.into()),
    }
    let path = "mwai/v1/simpleChatbotQuery".to_owned();
    let has_file = has_file(&chat);
    keyed_request(
        chat,
        root,
        path,
        body.into(),
        Box::new(move |response, out| {
            if has_file {
                out.warn(FILE_MAY_BE_LOST);
            }
            read(response, length, conversation, out)
        }),
    )
}

/// Reads the answer.
fn read(response: &Response, length: MessageLength, conversation: Map, out: &mut EventQueue) -> Result<Transition> {
    let is_error = !response.head.is_success();
    let Parsed { value, has_lone_surrogates } = if is_error {
        Parsed { value: response.json_or_null(), has_lone_surrogates: false }
    } else {
        response.json()?
    };
    let text = error_text::of(&value);
    match value.text("code") {
        Some("rest_forbidden") => {
            let text = text.unwrap_or_default();
            return Err(Error::new(Code::Auth, filled("the site refused the key: $", &[&text])));
        }
        Some("rest_no_route") => {
            let message = "no public API of AI Engine here: the plugin is absent, or its public API is off";
            return Err(Error::new(Code::Service, message));
        }
        _ => {}
    }
    if let (None, Some(text)) = (value.get("code"), text.filter(|_| !value.is_true("success"))) {
        return Err(refusal_error(&text, length));
    }
    if is_error {
        return Err(response.status_error());
    }
    let Some(Value::String(reply)) = value.get("data") else {
        return Err(Error::new(Code::Protocol, "the answer holds no reply"));
    };
    out.text(reply, has_lone_surrogates);
    for action in value.pointer("/extra/actions").and_then(Value::as_array).into_iter().flatten() {
        let kind = action.text("type").unwrap_or("unknown").to_owned();
        out.push(Event::Action { kind, action: action.clone() });
    }
    if reply.is_empty() {
        out.warn(EMPTY_REPLY);
    }
    // The API does not say why the reply ended.
    out.finish(conversation, Finish::Unknown);
    Ok(Transition::Over)
}
