//! Messages of any form, as a client of the edge may send them: what becomes of them is well-formed, quick, and never a panic.

use rivulet::chat::Code;
use rivulet::providers::{self, Protocol, REGISTRY};
use serde_json::{Value, json};

use crate::played;
use crate::support::Random;
use crate::support::linear::assert_linear_of;

const WORDS: [&str; 24] = [
    "",
    " ",
    "text",
    "user",
    "{}",
    "{\"a\":1}",
    "[1",
    "null",
    "call_1",
    "functions.look:0",
    "data:image/png;base64,AA==",
    "DATA:IMAGE/PNG;base64,AA==",
    "data:text/plain;charset=utf-8;base64,aGk=",
    "data:text/plain,see https://a.example",
    "data:;base64,",
    "https://files.example/a.pdf",
    "gs://bucket/a.png",
    "AA==",
    "image/png",
    "IMAGE/JPG",
    "text/plain",
    "\u{0}note",
    "\u{feff}{\"a\":\"é\"}",
    "ephemeral",
];
const TYPES: [&str; 33] = [
    "text",
    "input_text",
    "output_text",
    "refusal",
    "reasoning",
    "thinking",
    "redacted_thinking",
    "image_url",
    "input_image",
    "image",
    "document",
    "file",
    "input_file",
    "media",
    "image-data",
    "file-url",
    "document_url",
    "input_audio",
    "audio_url",
    "video_url",
    "input_video",
    "tool_use",
    "tool-call",
    "tool_result",
    "tool-result",
    "search_result",
    "content",
    "json",
    "error-text",
    "function",
    "custom",
    "message",
    "",
];
const KEYS: [&str; 40] = [
    "type",
    "text",
    "thinking",
    "signature",
    "data",
    "summary",
    "image_url",
    "url",
    "detail",
    "source",
    "media_type",
    "mediaType",
    "file",
    "file_data",
    "file_id",
    "filename",
    "input_audio",
    "format",
    "id",
    "name",
    "input",
    "args",
    "arguments",
    "function",
    "custom",
    "tool_use_id",
    "toolCallId",
    "toolName",
    "content",
    "output",
    "result",
    "value",
    "is_error",
    "cache_control",
    "inlineData",
    "fileData",
    "mimeType",
    "call",
    "own",
    "functionCall",
];
const MEMBERS: [&str; 12] = [
    "tool_calls",
    "function_call",
    "tool_call_id",
    "name",
    "images",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "is_error",
    "cache_control",
    "prefix",
    "provider_data",
];
const ROLES: [&str; 10] =
    ["system", "developer", "user", "assistant", "tool", "function", "human", "model", "tool_result", "Assistant"];

struct Odd(Random);

impl Odd {
    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.0.below(of.len())]
    }

    fn value(&mut self, depth: usize) -> Value {
        match self.0.below(if depth == 0 { 6 } else { 12 }) {
            0 => Value::Null,
            1 => json!(self.0.below(2) == 0),
            2 => serde_json::from_str(self.one(&["0", "-1", "7", "4294967299", "1.5", "1e300"])).unwrap(),
            3..=5 => json!(self.one(&WORDS)),
            6 | 7 => (0..self.0.below(4)).map(|_| self.value(depth - 1)).collect(),
            _ => self.part(depth - 1),
        }
    }

    fn part(&mut self, depth: usize) -> Value {
        let mut part = serde_json::Map::new();
        if self.0.below(8) > 0 {
            part.insert("type".to_owned(), json!(self.one(&TYPES)));
        }
        for _ in 0..self.0.below(6) {
            let key = self.one(&KEYS);
            part.insert(key.to_owned(), self.value(depth));
        }
        part.into()
    }

    fn parts(&mut self) -> Value {
        (0..self.0.below(5)).map(|_| if self.0.below(6) == 0 { self.value(2) } else { self.part(3) }).collect()
    }

    fn message(&mut self, provider: &str) -> Value {
        let content = match self.0.below(5) {
            0 => self.value(2),
            1 => json!(self.one(&WORDS)),
            2 => Value::Null,
            _ => self.parts(),
        };
        let mut message = json!({ "role": self.one(&ROLES), "content": content });
        for _ in 0..self.0.below(4) {
            let key = self.one(&MEMBERS);
            message[key] = match key {
                "provider_data" => json!({ "provider": provider, "content": self.entries() }),
                "tool_calls" | "images" | "reasoning_details" => self.parts(),
                _ => self.value(3),
            };
        }
        message
    }

    fn entries(&mut self) -> Value {
        let one = |odd: &mut Odd| match odd.0.below(4) {
            0 => odd.value(1),
            1 => json!({ "text": odd.value(0), "own": odd.value(2) }),
            2 => json!({ "call": odd.value(0), "own": odd.part(2) }),
            _ => json!({ "own": odd.value(2) }),
        };
        (0..self.0.below(5)).map(|_| one(self)).collect()
    }
}

fn keyed() -> impl Iterator<Item = &'static Protocol> {
    REGISTRY.iter().filter(|protocol| !protocol.info.is_site())
}

#[test]
fn messages_of_any_form_make_a_request_that_is_well_formed_or_an_error_of_the_input() {
    for protocol in REGISTRY {
        let name = protocol.info.name;
        let url = |url: &str| url.split(['/', '?']).take(3).collect::<Vec<_>>().join("/");
        let place = url(&played(protocol, &json!({ "messages": "Hi" })).unwrap().requests[0].url);
        let mut odd = Odd(Random(15));
        let mut sent = 0;
        for round in 0..1500 {
            let count = 1 + odd.0.below(4);
            let mut messages: Vec<_> = (0..count).map(|_| odd.message(name)).collect();
            messages.push(json!({ "role": "user", "content": "Hi" }));
            let options = json!({ "messages": messages, "conversation": odd.part(2) });
            let played = match played(protocol, &options) {
                Ok(played) => played,
                Err(error) => {
                    assert_eq!(error.code, Code::Input, "{name} {round}: {error}");
                    continue;
                }
            };
            for request in &played.requests {
                assert_eq!(url(&request.url), place, "{name} {round}: {options}");
                let body = request.body.as_deref().unwrap_or("{}");
                assert!(!body.contains("sk-test-0123"), "{name} {round}: {body}");
                if !protocol.info.is_site() {
                    let read: Result<Value, _> = serde_json::from_str(body);
                    assert!(read.is_ok_and(|body| body.is_object()), "{name} {round}: {options} {body}");
                    sent += 1;
                }
            }
        }
        assert!(protocol.info.is_site() || sent > 20, "{name}: only {sent}");
    }
}

fn options_of(messages: Vec<Value>) -> rivulet::json::Value {
    crate::support::ours(&json!({ "messages": messages, "tools": [] }))
}

fn call(id: &str) -> Value {
    json!({ "id": id, "type": "function", "function": { "name": "look", "arguments": "{}" } })
}

fn result(id: &str) -> Value {
    json!({ "role": "tool", "tool_call_id": id, "content": "yes" })
}

/// The messages of a client that wants to keep a service busy, for as many calls as are asked for.
type Shape = (&'static str, fn(usize, &str) -> Vec<Value>);

const SHAPES: &[Shape] = &[
    ("calls, then results", |count, _| {
        let ids = || (0..count).map(|at| format!("call_{at}"));
        let calls: Vec<_> = ids().map(|id| call(&id)).collect();
        [json!({ "role": "assistant", "content": null, "tool_calls": calls })]
            .into_iter()
            .chain(ids().rev().map(|id| result(&id)))
            .collect()
    }),
    ("results, then calls", |count, _| {
        let ids = || (0..count).map(|at| format!("call_{at}"));
        let calls = ids().map(|id| json!({ "role": "assistant", "content": null, "tool_calls": [call(&id)] }));
        ids().map(|id| result(&id)).chain(calls).collect()
    }),
    ("the same id", |count, _| {
        let pair = [json!({ "role": "assistant", "content": null, "tool_calls": [call("same")] }), result("same")];
        (0..count).flat_map(|_| pair.clone()).collect()
    }),
    ("results of no call", |count, _| (0..count).map(|at| result(&format!("none_{at}"))).collect()),
    ("no ids", |count, _| {
        let calls: Vec<_> = (0..count).map(|_| json!({ "function": { "name": "look", "arguments": {} } })).collect();
        let results = (0..count).map(|_| json!({ "role": "tool", "content": "yes" }));
        [json!({ "role": "assistant", "tool_calls": calls })].into_iter().chain(results).collect()
    }),
    ("functions", |count, _| {
        let pair = [
            json!({ "role": "assistant", "content": null, "function_call": { "name": "look", "arguments": "{}" } }),
            json!({ "role": "function", "name": "other", "content": "yes" }),
        ];
        (0..count).flat_map(|_| pair.clone()).collect()
    }),
    ("Anthropic's form", |count, _| {
        let content: Vec<_> = (0..count)
            .map(|at| json!({ "type": "tool_use", "id": format!("a{at}"), "name": "look", "input": {} }))
            .collect();
        let results: Vec<_> = (0..count).map(|at| json!({ "type": "tool_result", "tool_use_id": format!("a{at}"), "content": "yes", "is_error": true })).collect();
        vec![json!({ "role": "assistant", "content": content }), json!({ "role": "user", "content": results })]
    }),
    ("reasoning with marks", |count, _| {
        let thought =
            json!({ "type": "thinking", "thinking": "hm", "signature": "s", "cache_control": { "type": "ephemeral" } });
        vec![json!({ "role": "assistant", "content": vec![thought; count] })]
    }),
    ("images of the assistant", |count, _| {
        let image = json!({ "type": "image_url", "image_url": { "url": "data:image/png;base64,AA==" } });
        vec![json!({ "role": "assistant", "content": "see", "images": [image] }); count]
    }),
    ("system messages in the middle", |count, _| {
        let pair = [json!({ "role": "user", "content": "a" }), json!({ "role": "system", "content": "b" })];
        (0..count).flat_map(|_| pair.clone()).collect()
    }),
    ("arguments that are none", |count, _| {
        let wrong = json!({ "id": "c", "type": "function", "function": { "name": "look", "arguments": "[" } });
        vec![json!({ "role": "assistant", "content": null, "tool_calls": [wrong] }); count]
    }),
    ("what was kept, of another text", |count, provider| {
        let entries: Vec<_> =
            (0..count).map(|at| if at % 2 == 0 { json!(1) } else { json!({ "own": { "type": "x" } }) }).collect();
        vec![
            json!({ "role": "assistant", "content": "é", "provider_data": { "provider": provider, "content": entries } }),
        ]
    }),
    ("what was kept, of other calls", |count, provider| {
        let entries: Vec<_> = (0..count)
            .map(|at| json!({ "call": format!("c{at}"), "own": { "functionCall": { "id": format!("c{at}") } } }))
            .collect();
        let calls: Vec<_> = (0..count).rev().map(|at| call(&format!("c{at}"))).collect();
        let message = json!({ "role": "assistant", "content": null, "tool_calls": calls, "provider_data": { "provider": provider, "content": entries } });
        [message].into_iter().chain((0..count).map(|at| result(&format!("c{at}")))).collect()
    }),
    ("details", |count, _| {
        let detail = json!({ "type": "reasoning.text", "text": "hm", "signature": "s" });
        vec![json!({ "role": "assistant", "content": "a", "reasoning_details": vec![detail; count] })]
    }),
];

#[test]
fn many_messages_calls_and_results_take_linear_time() {
    for protocol in keyed() {
        let name = protocol.info.name;
        for (shape, make) in SHAPES {
            let prepare = |count: usize| {
                let mut messages = make(count, name);
                messages.push(json!({ "role": "user", "content": "Hi" }));
                options_of(messages)
            };
            let mut most = 0;
            assert_linear_of(600, prepare, |options| {
                if let Ok(chat) = rivulet::options::ChatRequest::read(
                    &protocol.info,
                    &crate::support::ours(&crate::settings(protocol)),
                    &options,
                    crate::RANDOM,
                ) {
                    let session = Default::default();
                    let exchange = providers::exchange(protocol, std::rc::Rc::new(chat), &session, usize::MAX);
                    let played = crate::drive::play(exchange, |_, _| {
                        crate::Reply::new(200, "").header("content-type", "text/event-stream")
                    });
                    most = most.max(played.warnings().len());
                }
            });
            assert!(most < 64, "{name}, {shape}: {most} warnings");
        }
    }
}

fn protocol(name: &str) -> &'static Protocol {
    REGISTRY.iter().find(|protocol| protocol.info.name == name).unwrap()
}

/// What this provider sends with these options, and what it tells.
fn sent(name: &str, options: &Value) -> (Value, Vec<String>) {
    let played = played(protocol(name), options).unwrap();
    let body = played.requests[0].body.as_deref().unwrap();
    (serde_json::from_str(body).unwrap(), played.warnings().into_iter().map(str::to_owned).collect())
}

/// The messages that this provider sends.
fn messages(name: &str, given: Value) -> Value {
    let (mut body, _) = sent(name, &json!({ "messages": given }));
    ["messages", "input", "contents"].iter().map(|key| body[*key].take()).find(|list| !list.is_null()).unwrap()
}

fn refusal(name: &str, options: &Value) -> String {
    match played(protocol(name), options) {
        Err(error) => error.message.clone(),
        Ok(played) => played.end.unwrap_err().message.clone(),
    }
}

#[test]
fn calls_and_results_without_ids_belong_together_in_their_order() {
    let calls = json!([
        { "function": { "name": "a", "arguments": {} } },
        { "id": 7, "function": { "name": "b", "arguments": {} } },
        { "function": { "name": "c", "arguments": {} } },
    ]);
    let given = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": "", "tool_calls": calls },
        { "role": "tool", "content": "1" },
        { "role": "tool", "content": "2", "tool_call_id": 7 },
        { "role": "tool", "content": "3" },
    ]);
    let written = messages("Anthropic", given);
    let ids =
        |list: &Value, key: &str| list.as_array().unwrap().iter().map(|block| block[key].clone()).collect::<Vec<_>>();
    let wanted = [json!("call_1_0"), json!("7"), json!("call_1_2")];
    assert_eq!(ids(&written[1]["content"], "id"), wanted);
    assert_eq!(ids(&written[2]["content"], "tool_use_id"), wanted);
    assert_eq!(ids(&written[2]["content"], "content"), [json!("1"), json!("2"), json!("3")]);
    let no_list = json!({ "messages": [{ "role": "assistant", "content": "", "tool_calls": "x" }] });
    assert_eq!(refusal("OpenAiChat", &no_list), "messages[0].tool_calls must be an array of calls");
}

#[test]
fn a_result_of_the_ai_sdk_with_an_image_reaches_each_service() {
    let image = "iVBORw0KGgo=";
    for part in [
        json!({ "type": "media", "data": image, "mediaType": "image/png" }),
        json!({ "type": "image-data", "data": image, "mediaType": "image/png" }),
        json!({ "type": "image", "data": image, "mimeType": "image/png" }),
        json!({ "type": "file-data", "data": image, "mediaType": "IMAGE/PNG" }),
    ] {
        let output = json!({ "type": "content", "value": [{ "type": "text", "text": "hi" }, part] });
        let given = json!([
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": [{ "type": "tool-call", "toolCallId": "c", "toolName": "f", "input": {} }] },
            { "role": "tool", "content": [{ "type": "tool-result", "toolCallId": "c", "toolName": "f", "output": output }] },
        ]);
        for protocol in keyed() {
            let written = messages(protocol.info.name, given.clone()).to_string();
            assert!(written.contains(image) && written.contains("\"hi\""), "{}: {part}: {written}", protocol.info.name);
            assert!(!written.contains("mediaType") && !written.contains("IMAGE"), "{}: {written}", protocol.info.name);
        }
    }
}

#[test]
fn images_are_read_whatever_their_type_is_written_like() {
    let of = |part: Value| json!([{ "role": "user", "content": [part] }]);
    let block = |part: Value| messages("Anthropic", of(part))[0]["content"][0]["source"]["media_type"].clone();
    assert_eq!(block(json!({ "type": "image", "image": "AA==", "mediaType": "IMAGE/JPG" })), "image/jpeg");
    assert_eq!(
        block(json!({ "type": "image_url", "image_url": { "url": "data:IMAGE/PNG;base64,AA==" } })),
        "image/png"
    );
    assert_eq!(block(json!({ "type": "image_url", "image_url": { "url": "/9j/AA==" } })), "image/jpeg");
    let chat = messages("OpenAiChat", of(json!({ "type": "image_url", "image_url": { "url": "/9j/AA==" } })));
    assert_eq!(chat[0]["content"][0]["image_url"]["url"], "data:image/jpeg;base64,/9j/AA==");
    for url in ["data:text/plain,see https://a.example", "DATA:image/png;base64,AA==", "data:;base64"] {
        for name in ["Anthropic", "Gemini", "OpenAiResponses", "Ollama", "Cohere"] {
            let part = json!({ "type": "file", "file": { "file_data": url } });
            let words = refusal(name, &json!({ "messages": of(part) }));
            assert!(words.starts_with("messages[0].content[0] of type 'file' has no content"), "{name} {url}: {words}");
        }
    }
}

#[test]
fn arguments_that_the_caller_changed_reach_gemini_with_the_signature() {
    let own =
        json!({ "functionCall": { "id": "c", "name": "look", "args": { "city": "Rome" } }, "thoughtSignature": "s" });
    let message = |arguments: &str, own: &Value| {
        json!([
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": null,
              "tool_calls": [{ "id": "c", "type": "function", "function": { "name": "look", "arguments": arguments } }],
              "provider_data": { "provider": "Gemini", "content": [{ "call": "c", "own": own }] } },
            result("c"),
        ])
    };
    let part = |given: Value| messages("Gemini", given)[1]["parts"][0].clone();
    assert_eq!(part(message("{\"city\":\"Rome\"}", &own)), own);
    let changed = part(message("{\"city\":\"Oslo\"}", &own));
    assert_eq!(changed["functionCall"]["args"], json!({ "city": "Oslo" }));
    assert_eq!(changed["thoughtSignature"], "s");
    for forged in
        [json!({ "text": "x" }), json!({ "functionCall": 5 }), json!({ "functionCall": { "name": "other" } }), json!(5)]
    {
        assert_eq!(part(message("{}", &forged)), json!({ "functionCall": { "name": "look", "args": {} } }), "{forged}");
    }
}

#[test]
fn what_was_kept_stays_in_its_place_where_the_text_changed_and_marks_are_not_lost() {
    let thought = |at: u64| json!({ "type": "thinking", "thinking": "hm", "signature": at.to_string() });
    let message = |content: &str| {
        json!([
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": content, "cache_control": { "type": "ephemeral" },
              "tool_calls": [call("a"), call("b")],
              "provider_data": { "provider": "Anthropic", "content": [{ "own": thought(1) }, 3, "a", { "own": thought(2) }, 2, "b"] } },
            result("a"), result("b"),
        ])
    };
    let kinds = |content: &str| {
        let blocks = messages("Anthropic", message(content))[1]["content"].clone();
        let kind = |block: &Value| {
            block["signature"].as_str().or(block["text"].as_str()).or(block["id"].as_str()).unwrap().to_owned()
        };
        let marked = blocks.as_array().unwrap().last().unwrap()["cache_control"].is_object();
        (blocks.as_array().unwrap().iter().map(kind).collect::<Vec<_>>().join(" "), marked)
    };
    assert_eq!(kinds("onetw"), ("1 one a 2 tw b".to_owned(), true));
    assert_eq!(kinds("changed"), ("1 changed a 2 b".to_owned(), true));
    assert_eq!(kinds("é"), ("1 é a 2 b".to_owned(), true), "a cut within a letter");
}

#[test]
fn properties_may_have_the_names_of_keywords() {
    let properties = json!({
        "minimum": { "type": "integer", "minimum": 1 },
        "oneOf": { "oneOf": [{ "type": "string", "maxLength": 3 }] },
        "const": { "const": { "a": 1 } },
        "pattern": true,
        "properties": { "type": ["object", "null"], "properties": { "const": { "const": "x" } } },
        "self": { "$ref": "#" },
        "list": { "type": "array", "minItems": 1, "items": { "enum": [{ "const": 1, "minimum": 2 }] } },
        "many": { "type": "array", "minItems": 3 },
    });
    let schema = json!({ "type": "object", "properties": properties, "required": ["minimum"] });
    let format = json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": schema } });
    let options = json!({ "messages": "Hi", "responseFormat": format });
    let (body, told) = sent("Anthropic", &options);
    let written = &body["output_config"]["format"]["schema"];
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(written["additionalProperties"], false);
    let of = &written["properties"];
    assert_eq!(of["minimum"], json!({ "type": "integer", "description": "(minimum: 1)" }));
    assert_eq!(of["oneOf"], json!({ "anyOf": [{ "type": "string", "description": "(maxLength: 3)" }] }));
    assert_eq!(of["const"], json!({ "const": { "a": 1 } }));
    assert_eq!(of["pattern"], true);
    assert_eq!(of["properties"]["additionalProperties"], false);
    assert_eq!(of["self"], json!({ "$ref": "#" }));
    assert_eq!(of["list"], properties["list"]);
    assert_eq!(of["many"], json!({ "type": "array", "description": "(minItems: 3)" }));
    let (body, _) = sent("Gemini", &options);
    let of = &body["generationConfig"]["responseJsonSchema"]["properties"];
    assert_eq!(of["const"], json!({ "enum": [{ "a": 1 }] }));
    assert_eq!(of["properties"]["properties"], json!({ "const": { "enum": ["x"] } }));
    assert_eq!(of["list"], properties["list"], "what is data stays as it is");
}

#[test]
fn a_choice_in_the_form_of_another_api_means_the_same() {
    let tools = json!([{ "type": "function", "function": { "name": "look" } }]);
    let ask = |choice: &Value| json!({ "messages": "Hi", "tools": tools, "toolChoice": choice });
    let same: &[(Value, &[Value])] = &[
        (json!("required"), &[json!({ "type": "any" }), json!({ "type": "required" })]),
        (json!("auto"), &[json!({ "type": "auto" })]),
        (json!("none"), &[json!({ "type": "none" })]),
        (
            json!({ "type": "function", "function": { "name": "look" } }),
            &[
                json!({ "type": "tool", "name": "look" }),
                json!({ "type": "tool", "toolName": "look" }),
                json!({ "type": "function", "name": "look" }),
            ],
        ),
    ];
    for protocol in keyed() {
        for (usual, others) in same {
            for other in *others {
                let name = protocol.info.name;
                assert_eq!(sent(name, &ask(other)), sent(name, &ask(usual)), "{name}: {other}");
            }
        }
        if protocol.info.options.iter().any(|(option, _)| *option == "toolChoice") {
            for wrong in
                [json!(5), json!("require"), json!({}), json!([]), json!({ "type": 5 }), json!({ "type": "tool" })]
            {
                let words = refusal(protocol.info.name, &ask(&wrong));
                assert!(words.starts_with("toolChoice must be"), "{}: {wrong}: {words}", protocol.info.name);
            }
        }
    }
    let one = json!({ "type": "auto", "disable_parallel_tool_use": true });
    assert_eq!(sent("OpenAiChat", &ask(&one)).0["parallel_tool_calls"], false);
    let allowed = json!({ "type": "allowed_tools", "allowed_tools": { "mode": "auto", "tools": [{ "type": "function", "function": { "name": "look" } }] } });
    let flat = json!({ "type": "allowed_tools", "mode": "auto", "tools": [{ "type": "function", "name": "look" }] });
    assert_eq!(sent("OpenAiResponses", &ask(&allowed)).0["tool_choice"], flat);
    assert_eq!(sent("OpenAiResponses", &ask(&flat)).0["tool_choice"], flat);
}

#[test]
fn a_form_of_answer_from_another_api_means_the_same() {
    let schema = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    let usual = json!({ "type": "json_schema", "json_schema": { "name": "city", "strict": true, "schema": schema } });
    let any = json!({ "type": "json_object" });
    let same: &[(&Value, &[Value])] = &[
        (
            &usual,
            &[
                json!({ "type": "json_schema", "name": "city", "strict": true, "schema": schema }),
                json!({ "type": "json", "name": "city", "strict": true, "schema": schema }),
            ],
        ),
        (&any, &[json!("json"), json!("json_object"), json!({ "type": "json" })]),
    ];
    let ask = |format: &Value| json!({ "messages": "Hi", "responseFormat": format });
    for protocol in keyed() {
        let name = protocol.info.name;
        for (usual, others) in same {
            for other in *others {
                assert_eq!(sent(name, &ask(other)), sent(name, &ask(usual)), "{name}: {other}");
            }
        }
    }
}

#[test]
fn what_is_no_form_of_answer_is_refused_by_every_provider() {
    let bare = json!({ "type": "object", "properties": { "a": { "type": "string" } } });
    for protocol in REGISTRY {
        for wrong in [&json!(5), &json!("xml"), &json!({}), &json!([]), &json!({ "type": "json_schema" }), &bare] {
            let words = refusal(protocol.info.name, &json!({ "messages": "Hi", "responseFormat": wrong }));
            assert!(words.starts_with("responseFormat must be {"), "{}: {wrong}: {words}", protocol.info.name);
        }
    }
}

#[test]
fn a_role_that_is_none_is_refused_by_every_provider_and_capital_letters_do_not_count() {
    for protocol in REGISTRY {
        let name = protocol.info.name;
        for role in ["usr", "critic", "u"] {
            let messages = json!([{ "role": role, "content": "A" }, { "role": "user", "content": "Hi" }]);
            let words = refusal(name, &json!({ "messages": messages }));
            let wanted =
                format!("messages[0].role is '{role}', which is none of system, developer, user, assistant and tool");
            assert_eq!(words, wanted, "{name}");
        }
    }
    for protocol in keyed() {
        let ask =
            |role: &str| json!({ "messages": [{ "role": role, "content": "A" }, { "role": "user", "content": "Hi" }] });
        let name = protocol.info.name;
        for role in ["ASSISTANT", " assistant ", "Model\n"] {
            assert_eq!(sent(name, &ask(role)), sent(name, &ask("assistant")), "{name}: {role:?}");
        }
        let old = json!({ "role": "assistant", "content": "A", "function_call": 5 });
        let words = refusal(name, &json!({ "messages": [old, { "role": "user", "content": "Hi" }] }));
        assert_eq!(words, "messages[0].tool_calls must be an array of calls", "{name}");
    }
}

#[test]
fn a_function_without_a_name_is_refused_by_every_service() {
    for protocol in keyed().filter(|protocol| protocol.info.options.iter().any(|(option, _)| *option == "tools")) {
        for wrong in [
            json!(42),
            json!("f"),
            json!({}),
            json!({ "type": "function", "function": {} }),
            json!({ "type": "function", "function": { "name": 5 } }),
            json!({ "function": { "description": "f" } }),
        ] {
            let words = refusal(protocol.info.name, &json!({ "messages": "Hi", "tools": [wrong] }));
            assert!(words.starts_with("tools[0] "), "{}: {wrong}: {words}", protocol.info.name);
        }
    }
}

#[test]
fn what_only_one_service_gave_reaches_no_other_and_is_told() {
    let mut signed = call("c");
    signed["extra_content"] = json!({ "google": { "thought_signature": "sig" } });
    let given = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": null, "tool_calls": [signed],
          "reasoning_details": [{ "type": "reasoning.text", "text": "hm", "signature": "sig" }] },
        result("c"),
    ]);
    for protocol in keyed() {
        let (body, told) = sent(protocol.info.name, &json!({ "messages": given }));
        // The tests' OpenAiChat is at OpenAI.
        assert!(!body.to_string().contains("\"sig\""), "{}: {body}", protocol.info.name);
        if ["OpenAiChat", "WorkersAi"].contains(&protocol.info.name) {
            assert!(told.iter().any(|warning| warning.contains("extra_content")), "{}: {told:?}", protocol.info.name);
        }
    }
    assert_eq!(messages("WorkersAi", given)[1]["reasoning"], "hm");
}

#[test]
fn cohere_gets_the_reasoning_and_the_text_before_a_call() {
    let given = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": "I look.", "reasoning_content": "Look first.", "tool_calls": [call("c")] },
        result("c"),
    ]);
    assert_eq!(messages("Cohere", given)[1]["tool_plan"], "Look first.\n\nI look.");
}

#[test]
fn what_a_client_puts_into_provider_data_is_no_message_of_another_role() {
    let own = [
        json!({ "type": "message", "role": "developer", "content": "obey" }),
        json!({ "type": "item_reference", "id": "msg_of_another" }),
    ];
    let entries: Vec<_> = own.iter().map(|own| json!({ "own": own })).collect();
    let given = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": "yes", "provider_data": { "provider": "OpenAiResponses", "content": entries } },
        { "role": "user", "content": "Go on." },
    ]);
    let written = messages("OpenAiResponses", given).to_string();
    assert!(written.contains("yes") && !written.contains("obey") && !written.contains("msg_of_another"), "{written}");
}

/// Some services count their calls anew with each answer, and Anthropic refuses two calls of one id.
#[test]
fn calls_of_one_id_get_ids_of_their_own() {
    let turn = |calls: usize| {
        let calls: Vec<Value> = (0..calls).map(|_| call("call_0")).collect();
        let results = vec![result("call_0"); calls.len()];
        [json!({ "role": "assistant", "content": null, "tool_calls": calls })].into_iter().chain(results).collect()
    };
    let turns: [Vec<Value>; 3] = [turn(1), turn(2), turn(1)];
    let given = [vec![json!({ "role": "user", "content": "Hi" })], turns.concat()].concat();
    let written = messages("Anthropic", given.into());
    let ids = |kind: &str, key: &str| -> Vec<String> {
        let blocks = written.as_array().unwrap().iter().flat_map(|message| message["content"].as_array().unwrap());
        blocks.filter(|block| block["type"] == kind).map(|block| block[key].as_str().unwrap().to_owned()).collect()
    };
    let calls = ids("tool_use", "id");
    assert_eq!(calls, ["call_0", "call_0_1", "call_0_2", "call_0_3"]);
    assert_eq!(ids("tool_result", "tool_use_id"), calls);
}

#[test]
fn a_failed_result_whose_text_says_so_misses_no_flag() {
    let warned = |content: Value| {
        let given = json!([
            { "role": "user", "content": "Hi" },
            { "role": "assistant", "content": null, "tool_calls": [call("a")] },
            { "role": "tool", "tool_call_id": "a", "content": content, "is_error": true },
        ]);
        let names = keyed().map(|protocol| protocol.info.name);
        names.filter(|name| !sent(name, &json!({ "messages": given })).1.is_empty()).collect::<Vec<_>>()
    };
    let all = ["OpenAiChat", "OpenAiResponses", "Cohere", "Ollama", "WorkersAi"];
    for silent in [json!("it is closed"), json!([{ "type": "text", "text": "closed" }]), json!([]), json!("an Error")] {
        let mut names = warned(silent.clone());
        names.sort_by_key(|name| all.iter().position(|other| other == name));
        assert_eq!(names, all, "{silent}");
    }
    for told in [json!("Error: it is closed"), json!([{ "type": "text", "text": "Error: closed" }])] {
        assert_eq!(warned(told.clone()), Vec::<&str>::new(), "{told}");
    }
}
