//! What services that are compatible with OpenAI's Chat Completions get in another form, as tables. Each service of `SERVICES` has a
//! row in the first one.

use rivulet::providers::keyed::compatible;
use serde_json::{Map, Value, json};

use crate::support::drive::Reply;
use crate::support::flow::{Flow, call, recorded};

/// A call of this service for this model.
fn ask(service: &str, model: &str) -> Flow {
    let flow = call("OpenAiChat", json!("Hi")).options(json!({ "model": model }));
    let named = if service.is_empty() { Value::Null } else { json!(service) };
    let base = if service == "openai" { "https://api.openai.com/v1" } else { "https://llm.example/v1" };
    let named = if service == "openai" { Value::Null } else { named };
    flow.settings(json!({ "url": null, "baseUrl": base, "name": "S", "service": named, "apiKey": "sk-test-0123" }))
}

/// What is sent with these options, and what is told.
fn sent(flow: &Flow, options: Value) -> (Value, Vec<String>) {
    let played = flow.clone().options(options).answers(&[recorded("openai-chat/stream-ascii")]);
    (played.json(0), played.warnings().into_iter().map(str::to_owned).collect())
}

/// The members of a body that the options alone bring, as JSON; `!` before it: with a warning.
fn difference(flow: &Flow, options: Value) -> String {
    let (mut body, told) = sent(flow, options);
    let body = body.as_object_mut().unwrap();
    for member in ["model", "messages", "stream", "stream_options"] {
        body.remove(member);
    }
    let json = Value::Object(std::mem::take(body)).to_string().replace('"', "");
    let inner = json.strip_prefix('{').unwrap().strip_suffix('}').unwrap();
    format!("{}{inner}", if told.is_empty() { "" } else { "!" })
}

const WORDS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/// A row: the service; the role that `developer` becomes; what `seed`, `parallelToolCalls` and `maxTokens` become; how many of five stop
/// words are sent; what each of the efforts becomes; and where the text of `reasoning_content` goes back (empty: nowhere).
struct Row(&'static str, &'static str, &'static str, &'static str, usize, &'static str, &'static str);

const DEVELOPER: &str = "developer";
const SYSTEM: &str = "system";
const SEED: &str = "seed:7";
const BOTH: &str = "parallel_tool_calls:false";
const ALL: &str = "none minimal low medium high xhigh max";
const CONTENT: &str = "reasoning_content";

#[rustfmt::skip]
const ROWS: &[Row] = &[
    Row("aigateway", DEVELOPER, SEED, BOTH, 4, ALL, CONTENT),
    Row("azure", DEVELOPER, SEED, BOTH, 4, ALL, ""),
    Row("bedrock", SYSTEM, SEED, BOTH, 4, ALL, CONTENT),
    Row("cerebras", DEVELOPER, SEED, BOTH, 4, "none low low medium high high high", "reasoning"),
    Row("cohere", SYSTEM, SEED, "!", 4, "none high high high high high high", ""),
    Row("dashscope", SYSTEM, SEED, BOTH, 4, "enable_thinking:false enable_thinking:true enable_thinking:true enable_thinking:true enable_thinking:true enable_thinking:true enable_thinking:true", CONTENT),
    Row("deepseek", SYSTEM, "!", "!", 4, "thinking:{type:disabled} low low high high max max", CONTENT),
    Row("fireworks", SYSTEM, SEED, BOTH, 4, "none low low medium high high high", CONTENT),
    Row("groq", DEVELOPER, SEED, BOTH, 4, "none low low medium high high high", ""),
    Row("huggingface", SYSTEM, SEED, BOTH, 4, ALL, CONTENT),
    Row("llamacpp", SYSTEM, SEED, BOTH, 4, ALL, CONTENT),
    Row("lmstudio", SYSTEM, SEED, BOTH, 4, ALL, CONTENT),
    Row("minimax", SYSTEM, "!", "!", 0, "thinking:{type:disabled} thinking:{type:adaptive} thinking:{type:adaptive} thinking:{type:adaptive} thinking:{type:adaptive} thinking:{type:adaptive} thinking:{type:adaptive}", "reasoning_details"),
    Row("mistral", SYSTEM, "random_seed:7", BOTH, 4, "none minimal low medium high xhigh xhigh", "content"),
    Row("moonshot", SYSTEM, "!", BOTH, 4, "!low low low high high max max", CONTENT),
    Row("nvidia", SYSTEM, SEED, BOTH, 4, ALL, CONTENT),
    Row("openrouter", DEVELOPER, SEED, BOTH, 4, ALL, "reasoning"),
    Row("perplexity", SYSTEM, SEED, BOTH, 0, "!minimal minimal low medium high high high", ""),
    Row("sambanova", SYSTEM, SEED, BOTH, 4, "!low low low medium high high high", "reasoning"),
    Row("together", SYSTEM, SEED, BOTH, 4, "reasoning:{enabled:false} low low medium high high high", "reasoning reasoning_content"),
    Row("vertex", SYSTEM, SEED, "!", 4, "none minimal low medium high high high", CONTENT),
    Row("vllm", SYSTEM, SEED, BOTH, 4, ALL, "reasoning"),
    Row("xai", SYSTEM, SEED, BOTH, 0, "none low low medium high xhigh xhigh", CONTENT),
    Row("zai", SYSTEM, SEED, "!", 1, "thinking:{type:disabled} thinking:{type:enabled},minimal thinking:{type:enabled},low thinking:{type:enabled},medium thinking:{type:enabled},high thinking:{type:enabled},xhigh thinking:{type:enabled},max", CONTENT),
    // An unknown service gets what is given, and OpenAI is known by its address.
    Row("", DEVELOPER, SEED, BOTH, 4, ALL, CONTENT),
    Row("openai", DEVELOPER, SEED, BOTH, 4, ALL, ""),
];

#[test]
fn each_service_has_a_row() {
    let listed: Vec<_> = ROWS.iter().map(|row| row.0).filter(|name| !["", "openai"].contains(name)).collect();
    assert_eq!(listed, compatible::names().collect::<Vec<_>>());
}

fn tools() -> Value {
    json!([{ "type": "function", "function": { "name": "look" } }])
}

#[test]
fn options_get_the_names_and_values_of_each_service() {
    for Row(service, role, seed, parallel, stops, efforts, back) in ROWS {
        let flow = ask(service, "m");
        let (body, told) = sent(&flow, json!({ "messages": [{ "role": "developer", "content": "x" }] }));
        assert_eq!((&body["messages"][0]["role"], told.len()), (&json!(role), 0), "{service}");
        assert_eq!(difference(&flow, json!({ "seed": 7 })), *seed, "{service}");

        let (mut body, told) = sent(&flow, json!({ "tools": tools(), "parallelToolCalls": false }));
        let sent_parallel = body["parallel_tool_calls"].take();
        let wanted =
            if *parallel == BOTH { (json!(false), vec![]) } else { (json!(null), vec!["'parallelToolCalls'"]) };
        assert_eq!((&sent_parallel, told.len()), (&wanted.0, wanted.1.len()), "{service}");
        assert!(told.iter().zip(wanted.1).all(|(told, wanted)| told.contains(wanted)), "{service}: {told:?}");

        let limit = if ["azure", "openai"].contains(service) { "max_completion_tokens:9" } else { "max_tokens:9" };
        assert_eq!(difference(&flow, json!({ "maxTokens": 9 })), limit, "{service}");

        let (body, told) = sent(&flow, json!({ "stop": ["a", "b", "c", "d", "e"] }));
        let count = body["stop"].as_array().map_or(0, Vec::len);
        assert_eq!((count, told.len()), (*stops, 0), "{service}");

        let become_of = WORDS.map(|word| {
            let more = difference(&flow, json!({ "reasoningEffort": word }));
            let (warned, more) = more.strip_prefix('!').map_or(("", more.as_str()), |more| ("!", more));
            format!("{warned}{}", more.replace("reasoning_effort:", ""))
        });
        let both_orders = |text: &str| {
            text.split(' ')
                .map(|word| {
                    let mut parts: Vec<_> = word.split(',').map(str::to_owned).collect();
                    parts.sort();
                    parts.join(",")
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(both_orders(&become_of.join(" ")), both_orders(efforts), "{service}");
        // A word of its own goes as it is.
        assert_eq!(difference(&flow, json!({ "reasoningEffort": "brisk" })), "reasoning_effort:brisk", "{service}");

        let thought = json!([{ "role": "assistant", "content": "yes", "reasoning_content": "hm" }, { "role": "user", "content": "x" }]);
        let (body, told) = sent(&flow, json!({ "messages": thought }));
        let message = body["messages"][0].as_object().unwrap();
        let names: Vec<_> = message
            .iter()
            .filter(|(_, value)| value.to_string().contains("hm"))
            .map(|(name, _)| name.as_str())
            .collect();
        let mut wanted: Vec<_> = back.split_whitespace().collect();
        wanted.sort_unstable();
        let mut names = names;
        names.sort_unstable();
        assert_eq!(names, wanted, "{service}");
        let warning = "S takes no reasoning in messages: it was left out";
        assert_eq!(told, if back.is_empty() { vec![warning] } else { vec![] }, "{service}");
    }
}

#[test]
fn options_that_only_some_models_refuse_are_left_out_for_these() {
    let rows: &[(&str, &str, Value, &str)] = &[
        ("openai", "gpt-5", json!({ "temperature": 0.5 }), "!"),
        ("openai", "gpt-5-mini-2025-08-07", json!({ "topP": 0.5 }), "!"),
        ("openai", "o3", json!({ "temperature": 1 }), ""),
        ("openai", "o4-mini", json!({ "stop": "x" }), ""),
        ("openai", "gpt-5.1", json!({ "temperature": 0.5 }), "temperature:0.5"),
        ("openai", "gpt-5-chat-latest", json!({ "temperature": 0.5 }), "temperature:0.5"),
        ("openai", "gpt-6", json!({ "stop": "x" }), "stop:x"),
        ("azure", "o3", json!({ "temperature": 0.5 }), "!"),
        ("aigateway", "openai/gpt-5", json!({ "temperature": 0.5, "maxTokens": 9 }), "!max_completion_tokens:9"),
        (
            "aigateway",
            "anthropic/claude-opus-5",
            json!({ "temperature": 0.5, "maxTokens": 9 }),
            "max_tokens:9,temperature:0.5",
        ),
        ("", "gpt-5", json!({ "temperature": 0.5 }), "temperature:0.5"),
        ("moonshot", "kimi-k3", json!({ "temperature": 0.5 }), "!"),
        ("moonshot", "kimi-k2.6", json!({ "reasoningEffort": "none" }), "thinking:{type:disabled}"),
        ("moonshot", "kimi-k2.6", json!({ "reasoningEffort": "low" }), "thinking:{type:enabled}"),
        ("moonshot", "kimi-k2.7-code", json!({ "reasoningEffort": "none" }), "!thinking:{type:enabled}"),
        ("moonshot", "moonshot-v1-8k", json!({ "temperature": 0.5 }), "temperature:0.5"),
        ("xai", "grok-4-0709", json!({ "reasoningEffort": "low" }), "!"),
        ("xai", "grok-4.20-0309-reasoning", json!({ "reasoningEffort": "low" }), "!"),
        ("xai", "grok-4.3", json!({ "reasoningEffort": "low" }), "reasoning_effort:low"),
    ];
    for (service, model, options, wanted) in rows {
        assert_eq!(difference(&ask(service, model), options.clone()), *wanted, "{service} {model} {options}");
    }
}

#[test]
fn stop_words_that_are_not_sent_end_the_text_here() {
    let answer = || {
        Reply::new(
            200,
            "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"one two five six\"},\"finish_reason\":\"stop\"}]}\n\n",
        )
    };
    for (service, model, sent) in [("openai", "gpt-5", 0), ("xai", "grok-4", 0), ("zai", "glm-5", 1), ("groq", "m", 4)]
    {
        let flow = ask(service, model).options(json!({ "stop": ["v1", "w1", "x1", "y1", " five"] }));
        let played = flow.answers(&[answer()]);
        assert_eq!(played.text(), "one two", "{service}");
        assert_eq!(played.json(0)["stop"].as_array().map_or(0, Vec::len), sent, "{service}");
    }
    let many: Vec<_> = (0..65).map(|at| at.to_string()).collect();
    assert_eq!(ask("", "m").options(json!({ "stop": many })).input_error(), "stop: more than 64 words");
}

#[test]
fn what_is_about_tools_goes_where_tools_are() {
    let choice = |service: &str, choice: Value| {
        let (body, told) = sent(&ask(service, "m"), json!({ "tools": tools(), "toolChoice": choice }));
        (body["tool_choice"].clone(), body["tools"].is_array(), told)
    };
    let named = json!({ "type": "function", "function": { "name": "look" } });
    let told =
        |given: &str, instead: &str| vec![format!("S does not take {given} as 'toolChoice': '{instead}' was sent")];
    assert_eq!(choice("", named.clone()), (named.clone(), true, vec![]));
    assert_eq!(choice("lmstudio", named.clone()), (json!("required"), true, told("the name of a tool", "required")));
    assert_eq!(choice("zai", named.clone()), (json!("auto"), true, told("the name of a tool", "auto")));
    assert_eq!(choice("zai", json!("required")), (json!("auto"), true, told("'required'", "auto")));
    assert_eq!(choice("zai", json!("none")), (json!(null), false, vec![]), "without tools none is called");
    assert_eq!(choice("moonshot", json!("required")), (json!("auto"), true, told("'required'", "auto")));
    assert_eq!(choice("mistral", json!("any")), (json!("required"), true, vec![]), "another word of the service");

    // Some cannot be forced while they think.
    let forced = |service: &str, model: &str, more: Value| {
        let mut options = json!({ "tools": tools(), "toolChoice": "required" });
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (body, told) = sent(&ask(service, model), options);
        (body["tool_choice"].as_str().unwrap().to_owned(), told.len())
    };
    let (kept, changed) = (("required".to_owned(), 0), ("auto".to_owned(), 1));
    let off = json!({ "reasoningEffort": "none" });
    assert_eq!(forced("deepseek", "deepseek-v4-flash", json!({})), changed);
    assert_eq!(forced("deepseek", "deepseek-v4-flash", off.clone()), kept);
    assert_eq!(forced("deepseek", "m", json!({ "extra": { "thinking": { "type": "disabled" } } })), kept);
    assert_eq!(forced("dashscope", "qwen-plus", json!({})), kept);
    assert_eq!(forced("dashscope", "qwen-plus", off), kept);
    assert_eq!(forced("dashscope", "qwen-plus", json!({ "reasoningEffort": "high" })), changed);
    assert_eq!(forced("dashscope", "qwen-plus", json!({ "extra": { "enable_thinking": true } })), changed);
    let (body, told) = sent(&ask("moonshot", "kimi-k2.6"), json!({ "tools": tools(), "toolChoice": named }));
    let warning = "S does not take the name of a tool as 'toolChoice' while it thinks: 'auto' was sent";
    assert_eq!((&body["tool_choice"], told), (&json!("auto"), vec![warning.to_owned()]));

    for service in ["", "vllm", "mistral"] {
        let flow = ask(service, "m");
        let empty = json!({ "tools": [], "toolChoice": "auto", "parallelToolCalls": false });
        assert_eq!(difference(&flow, empty), "", "{service}");
        assert_eq!(difference(&flow, json!({ "toolChoice": "required" })), "!", "{service}");
        let hosted = json!({ "toolChoice": "required", "extra": { "tools": [{ "type": "own" }] } });
        assert_eq!(difference(&flow, hosted), "tool_choice:required,tools:[{type:own}]", "{service}");
    }
}

#[test]
fn forms_of_the_answer_are_those_that_a_service_has() {
    let schema = json!({ "type": "json_schema", "json_schema": { "name": "n", "schema": {} } });
    for service in ["deepseek", "zai"] {
        let more = difference(&ask(service, "m"), json!({ "responseFormat": schema }));
        assert_eq!(more, "!response_format:{type:json_object}", "{service}");
    }
    let any = json!({ "type": "json_object" });
    let by_schema = "!response_format:{json_schema:{name:answer,schema:{type:object}},type:json_schema}";
    assert_eq!(difference(&ask("lmstudio", "m"), json!({ "responseFormat": any })), by_schema);
    assert_eq!(difference(&ask("groq", "m"), json!({ "responseFormat": any })), "response_format:{type:json_object}");
}

#[test]
fn token_counts_are_asked_for_where_that_is_taken() {
    for name in compatible::names() {
        let (body, _) = sent(&ask(name, "m"), json!({}));
        let is_asked = !["cohere", "mistral", "nvidia"].contains(&name);
        assert_eq!(body["stream_options"] == json!({ "include_usage": true }), is_asked, "{name}");
    }
}

#[test]
fn the_limit_of_tokens_has_the_name_that_the_caller_has_for_it_at_an_unknown_service() {
    let given = json!({ "maxTokens": 9, "compatible": { "max_completion_tokens": 9 } });
    assert_eq!(difference(&ask("", "m"), given.clone()), "max_completion_tokens:9");
    assert_eq!(difference(&ask("mistral", "m"), given.clone()), "max_tokens:9", "this one knows no other");
    // The owner of an endpoint limits what its clients spend.
    for limit in ["max_tokens", "max_completion_tokens"] {
        let limited = ask("", "m").settings(json!({ "extra": { limit: 5 } }));
        assert_eq!(difference(&limited, given.clone()), format!("{limit}:5"));
        assert_eq!(difference(&limited, json!({ "maxTokens": 9 })), format!("{limit}:5"));
    }
    assert_eq!(
        difference(&ask("groq", "m"), json!({ "extra": { "max_completion_tokens": 3 } })),
        "max_completion_tokens:3"
    );
}

/// The message of the assistant as a service gets it, and what is told.
fn back(service: &str, model: &str, more: Value) -> (Map<String, Value>, Vec<String>) {
    let mut message = json!({ "role": "assistant", "content": "yes" });
    message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (mut body, told) =
        sent(&ask(service, model), json!({ "messages": [message, { "role": "user", "content": "x" }] }));
    let mut message = body["messages"][0].take();
    message.as_object_mut().unwrap().remove("role");
    (message.as_object().unwrap().clone(), told)
}

#[test]
fn reasoning_of_one_service_goes_to_another_under_its_name() {
    let plain = |text: &str| json!([{ "type": "reasoning.text", "text": text }]);
    let signed = json!([{ "type": "reasoning.text", "text": "hm", "signature": "s" }]);
    let details = "S takes no 'reasoning_details' in messages: they were left out";
    let rows: &[(&str, &str, Value, Value, &[&str])] = &[
        ("deepseek", "m", json!({ "reasoning": "hm" }), json!({ "reasoning_content": "hm" }), &[]),
        ("cerebras", "m", json!({ "reasoning_details": plain("hm") }), json!({ "reasoning": "hm" }), &[]),
        ("cerebras", "m", json!({ "reasoning_details": signed }), json!({ "reasoning": "hm" }), &[details]),
        ("groq", "openai/gpt-oss-120b", json!({ "reasoning_content": "hm" }), json!({ "reasoning": "hm" }), &[]),
        ("groq", "m", json!({ "reasoning_content": "" }), json!({}), &[]),
        ("minimax", "m", json!({ "reasoning_content": "hm" }), json!({ "reasoning_details": plain("hm") }), &[]),
        (
            "openrouter",
            "m",
            json!({ "reasoning_details": signed, "reasoning": "hm" }),
            json!({ "reasoning_details": signed, "reasoning": "hm" }),
            &[],
        ),
        (
            "openrouter",
            "m",
            json!({ "reasoning_details": signed, "reasoning_content": "hm" }),
            json!({ "reasoning_details": signed }),
            &[],
        ),
        ("", "m", json!({ "reasoning_details": signed }), json!({ "reasoning_details": signed }), &[]),
        (
            "azure",
            "m",
            json!({ "reasoning_details": [{ "type": "reasoning.encrypted", "data": "E" }] }),
            json!({}),
            &[details],
        ),
    ];
    for (service, model, given, wanted, warnings) in rows {
        let (mut message, told) = back(service, model, given.clone());
        assert_eq!(message.remove("content"), Some(json!("yes")), "{service}");
        assert_eq!(
            (&Value::Object(message), &told[..]),
            (wanted, &warnings.iter().map(ToString::to_string).collect::<Vec<_>>()[..]),
            "{service} {given}"
        );
    }
    let (message, told) = back("mistral", "m", json!({ "reasoning_content": "hm" }));
    let parts = json!([
        { "type": "thinking", "thinking": [{ "type": "text", "text": "hm" }], "closed": true },
        { "type": "text", "text": "yes" },
    ]);
    assert_eq!((&message["content"], message.len(), told.len()), (&parts, 1, 0));
    // A message of the user is not touched.
    let (body, _) =
        sent(&ask("groq", "m"), json!({ "messages": [{ "role": "user", "content": "x", "reasoning_content": "y" }] }));
    assert_eq!(body["messages"][0]["reasoning_content"], "y");
}

/// They refuse a call without the reasoning that led to it, also where another service made the call.
#[test]
fn calls_of_another_service_get_what_stands_for_their_reasoning() {
    let calls = json!([{ "id": "c1", "type": "function", "function": { "name": "look", "arguments": "{}" } }]);
    for (service, filler) in
        [("deepseek", json!("")), ("moonshot", json!(" ")), ("fireworks", json!(null)), ("", json!(null))]
    {
        let (message, told) = back(service, "m", json!({ "tool_calls": calls }));
        assert_eq!((message.get("reasoning_content").unwrap_or(&Value::Null), told.len()), (&filler, 0), "{service}");
        let (message, _) = back(service, "m", json!({ "tool_calls": calls, "reasoning_content": "hm" }));
        assert_eq!(message["reasoning_content"], "hm", "{service}");
        assert!(!back(service, "m", json!({})).0.contains_key("reasoning_content"), "{service}");
    }
}

#[test]
fn the_beginning_of_an_answer_is_marked_where_that_is_wanted() {
    let begun = json!([{ "role": "user", "content": "x" }, { "role": "assistant", "content": "Dear" }]);
    let last = |service: &str, messages: &Value| {
        sent(&ask(service, "m"), json!({ "messages": messages })).0["messages"][1].clone()
    };
    assert_eq!(last("mistral", &begun), json!({ "role": "assistant", "content": "Dear", "prefix": true }));
    assert_eq!(last("groq", &begun), begun[1]);
    let mut more = begun.clone();
    more.as_array_mut().unwrap().push(json!({ "role": "user", "content": "y" }));
    assert_eq!(last("mistral", &more), begun[1]);
}

#[test]
fn names_in_messages_are_left_out_where_they_are_refused() {
    let messages = json!([
        { "role": "user", "name": "ann", "content": "x" },
        { "role": "user", "name": "bob", "content": "y" },
        { "role": "tool", "name": "look", "tool_call_id": "abcdefghi", "content": "z" },
    ]);
    let (body, told) = sent(&ask("mistral", "m"), json!({ "messages": messages }));
    assert_eq!(told, ["S takes no 'name' in messages: it was left out"]);
    let names: Vec<_> = body["messages"].as_array().unwrap().iter().map(|message| message.get("name")).collect();
    assert_eq!(names, [None, None, Some(&json!("look"))]);
    assert_eq!(sent(&ask("groq", "m"), json!({ "messages": messages })).0["messages"], messages);
}

#[test]
fn azure_gets_a_key_as_its_own_header_and_a_token_as_bearer() {
    let headers = |settings: Value| {
        let flow = ask("azure", "m").settings(settings);
        let played = flow.answers(&[recorded("openai-chat/stream-ascii")]);
        let header = |name: &str| played.header(0, name).map(str::to_owned);
        (played.urls()[0].to_owned(), header("api-key"), header("authorization"))
    };
    let classic = "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21";
    let url = "https://r.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21".to_owned();
    let (key, token) = (Some("0123456789abcdef".to_owned()), "eyJhbGciOi.eyJzdWIi.c2ln");
    for named in [json!("azure"), Value::Null] {
        let with = |key: &str| headers(json!({ "service": named, "baseUrl": classic, "apiKey": key }));
        assert_eq!(with("0123456789abcdef"), (url.clone(), key.clone(), None));
        assert_eq!(with(token), (url.clone(), None, Some(format!("Bearer {token}"))));
    }
    let v1 = headers(json!({ "baseUrl": "https://r.openai.azure.com/openai/v1", "apiKey": null }));
    assert_eq!(
        v1,
        ("https://r.openai.azure.com/openai/v1/chat/completions".to_owned(), None, None),
        "by headers of the caller"
    );
    let models = ask("azure", "m").options(json!({ "messages": null })).models();
    let played = models.answers(&[crate::support::flow::json_answer(json!({ "data": [{ "id": "d" }] }))]);
    assert_eq!((played.header(0, "api-key"), played.header(0, "authorization")), (Some("sk-test-0123"), None));
}

#[test]
fn no_key_goes_to_an_address_that_is_not_the_services() {
    let azure = ask("azure", "m").settings(json!({ "baseUrl": "https://{resource}.openai.azure.com/openai/v1" }));
    assert_eq!(azure.input_error(), "baseUrl: write it out with your own resource, which stands in it as {resource}");
    for name in compatible::names() {
        let flow = ask(name, "m").settings(json!({ "baseUrl": null }));
        let wanted = format!("service: '{name}' also needs its baseUrl, as SERVICES has it");
        assert_eq!(flow.input_error(), wanted);
        assert_eq!(flow.options(json!({ "messages": null })).models().input_error(), wanted);
    }
}

#[test]
fn parallel_calls_are_switched_off_in_each_protocols_way() {
    let sent = |provider: &'static str, more: Value| {
        let flow = crate::support::service::ask(provider, json!("Hi")).options(more);
        let played = flow.answers(&[Reply::new(401, "{}")]);
        (played.json(0), played.warnings().len())
    };
    let with = |parallel: bool| json!({ "tools": tools(), "parallelToolCalls": parallel });
    assert_eq!(sent("OpenAiResponses", with(false)).0["parallel_tool_calls"], false);
    assert_eq!(sent("OpenAiResponses", json!({ "parallelToolCalls": false })).0["parallel_tool_calls"], Value::Null);
    let choice = |more: Value| {
        let mut options = with(false);
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        sent("Anthropic", options).0["tool_choice"].clone()
    };
    assert_eq!(choice(json!({})), json!({ "type": "auto", "disable_parallel_tool_use": true }));
    assert_eq!(
        choice(json!({ "toolChoice": "required" })),
        json!({ "type": "any", "disable_parallel_tool_use": true })
    );
    let named = json!({ "toolChoice": { "type": "function", "function": { "name": "look" } } });
    assert_eq!(choice(named), json!({ "type": "tool", "name": "look", "disable_parallel_tool_use": true }));
    assert_eq!(choice(json!({ "toolChoice": "none" })), json!({ "type": "none" }));
    assert_eq!(choice(json!({ "tools": null })), Value::Null);
    assert_eq!(sent("Anthropic", with(true)).0["tool_choice"], Value::Null);
}

#[test]
fn marks_of_a_cache_at_tools_go_where_the_service_has_them() {
    let tools =
        |mark: Value| json!({ "tools": [{ "type": "function", "function": { "name": "f" }, "cache_control": mark }] });
    let options = tools(json!({ "type": "ephemeral" }));
    let bare = json!([{ "type": "function", "function": { "name": "f" } }]);
    for (service, takes) in [("openrouter", true), ("dashscope", true), ("groq", false), ("mistral", false)] {
        let (body, warnings) = sent(&ask(service, "m"), options.clone());
        assert_eq!(body["tools"], if takes { options["tools"].clone() } else { bare.clone() }, "{service}");
        let told =
            warnings.iter().any(|warning| warning.ends_with("takes no cache marks: 'cache_control' was left out"));
        assert_eq!(told, !takes, "{service}: {warnings:?}");
    }
}

#[test]
fn the_signature_of_a_call_of_google_goes_to_no_service_that_refuses_it() {
    let extra = json!({ "google": { "thought_signature": "s" } });
    let call = json!({ "id": "call12345", "type": "function", "function": { "name": "f", "arguments": "{}" }, "extra_content": extra });
    let messages = json!([
        { "role": "user", "content": "Hi" },
        { "role": "assistant", "content": null, "tool_calls": [call] },
        { "role": "tool", "tool_call_id": "call12345", "content": "1" },
    ]);
    for (service, takes) in
        [("vertex", true), ("", true), ("mistral", false), ("groq", false), ("azure", false), ("openai", false)]
    {
        let (body, warnings) = sent(&ask(service, "m"), json!({ "messages": messages }));
        let sent = &body["messages"][1]["tool_calls"][0];
        assert_eq!(sent["id"], "call12345");
        assert_eq!(sent["extra_content"], if takes { extra.clone() } else { Value::Null }, "{service}");
        let told: &[&str] =
            if takes { &[] } else { &["S takes no 'extra_content' in calls of tools: it was left out"] };
        assert_eq!(warnings, told, "{service}");
    }
}

#[test]
fn details_of_the_reasoning_reach_only_services_that_may_want_them() {
    let details = json!([{ "type": "reasoning.text", "text": "hm", "signature": "sig" }]);
    for service in compatible::names().chain(["", "openai"]) {
        let (message, told) = back(service, "m", json!({ "reasoning_details": details }));
        let is_taken = ["", "aigateway", "minimax", "openrouter"].contains(&service);
        assert_eq!(message.get("reasoning_details"), is_taken.then_some(&details), "{service}");
        assert_eq!(
            told.iter().any(|warning| warning.contains("'reasoning_details'")),
            !is_taken,
            "{service}: {told:?}"
        );
        if ["bedrock", "huggingface", "lmstudio", "nvidia", "vertex"].contains(&service) {
            assert_eq!(message["reasoning_content"], "hm", "{service}");
        }
    }
}

/// Schemas of which OpenAI takes a strict one as it is, of which it takes one whose objects are closed, and of which it takes none.
fn schemas() -> [(&'static str, Value, Option<Value>); 20] {
    let text = json!({ "type": "string" });
    let closed =
        json!({ "type": "object", "properties": { "a": text }, "required": ["a"], "additionalProperties": false });
    let open = json!({ "type": "object", "properties": { "a": text }, "required": ["a"] });
    let with = |key: &str, value: Value| {
        let mut schema = closed.clone();
        schema[key] = value;
        schema
    };
    let inside = |inner: &Value| json!({ "type": "object", "properties": { "a": { "type": "array", "items": inner } }, "required": ["a"], "additionalProperties": false });
    [
        ("closed", closed.clone(), Some(closed.clone())),
        ("not closed", open.clone(), Some(closed.clone())),
        ("not closed inside", inside(&open), Some(inside(&closed))),
        (
            "no members",
            json!({ "type": "object", "properties": {} }),
            Some(json!({ "type": "object", "properties": {}, "additionalProperties": false })),
        ),
        (
            "a choice inside",
            inside(&json!({ "anyOf": [open, text] })),
            Some(inside(&json!({ "anyOf": [closed, text] }))),
        ),
        ("a reference", with("$defs", json!({ "x": closed })), Some(with("$defs", json!({ "x": closed })))),
        (
            "a member named as a keyword",
            inside(
                &json!({ "type": "object", "properties": { "not": text }, "required": ["not"], "additionalProperties": false }),
            ),
            Some(inside(
                &json!({ "type": "object", "properties": { "not": text }, "required": ["not"], "additionalProperties": false }),
            )),
        ),
        ("an optional member", with("required", json!([])), None),
        ("an optional member inside", inside(&with("required", json!([]))), None),
        ("open", with("additionalProperties", json!(true)), None),
        ("a record", inside(&json!({ "type": "object", "additionalProperties": text })), None),
        ("an object of anything", inside(&json!({ "type": ["object", "null"] })), None),
        ("a list at the root", json!({ "type": "array", "items": text }), None),
        ("a keyword that is refused", with("not", json!({})), None),
        (
            "a choice of one",
            inside(&json!({ "oneOf": [open, text] })),
            Some(inside(&json!({ "anyOf": [closed, text] }))),
        ),
        ("a choice of one at the root", with("oneOf", json!([text])), None),
        ("two choices", inside(&json!({ "oneOf": [text], "anyOf": [text] })), None),
        ("anything", inside(&json!({})), None),
        ("a list of anything", inside(&json!({ "type": ["array", "null"] })), None),
        ("a schema that is no object", with("properties", json!({ "a": true })), None),
    ]
}

#[test]
fn a_strict_schema_has_the_form_that_the_service_takes_or_is_not_strict_and_that_is_told() {
    for (what, given, wanted) in schemas() {
        let tool = json!({ "type": "function", "function": { "name": "f", "strict": true, "parameters": given } });
        let format = json!({ "type": "json_schema", "json_schema": { "name": "n", "strict": true, "schema": given } });
        let options = json!({ "tools": [tool], "responseFormat": format });
        for service in ["openai", "azure", "groq", "cerebras", "openrouter", "", "together", "vllm"] {
            let (body, told) = sent(&ask(service, "m"), options.clone());
            let (function, format) = (&body["tools"][0]["function"], &body["response_format"]["json_schema"]);
            let has_form = !matches!(service, "together" | "vllm");
            let is_strict = !has_form || wanted.is_some();
            let schema = wanted.as_ref().filter(|_| has_form).unwrap_or(&given);
            assert_eq!(
                (&function["strict"], &function["parameters"]),
                (&json!(is_strict), schema),
                "{service}: {what}"
            );
            assert_eq!((&format["strict"], &format["schema"]), (&json!(is_strict), schema), "{service}: {what}");
            let named = |name: &str| {
                told.iter().filter(|told| told.starts_with(name) && told.contains("'strict' was left out")).count()
            };
            let wanted = usize::from(!is_strict);
            assert_eq!(
                (named("the tool 'f': "), named("responseFormat: "), told.len()),
                (wanted, wanted, 2 * wanted),
                "{service}: {what}: {told:?}"
            );
        }
    }
}

/// A schema that nobody asked to be strict stays as it is.
#[test]
fn a_schema_that_is_not_strict_is_not_touched() {
    for (what, given, _) in schemas() {
        let tool = json!({ "type": "function", "function": { "name": "f", "parameters": given } });
        let format = json!({ "type": "json_schema", "json_schema": { "name": "n", "strict": false, "schema": given } });
        let (body, told) = sent(&ask("openai", "m"), json!({ "tools": [tool], "responseFormat": format }));
        assert_eq!(body["tools"][0], tool, "{what}");
        assert_eq!(body["response_format"], format, "{what}");
        assert_eq!(told, Vec::<String>::new(), "{what}");
    }
}
