//! Bad input of a caller: each has an error of code `input` that helps, and holds no secret.

use serde_json::{Value, json};

use super::{call, refused, settings};

fn said(messages: Value) -> String {
    let call = call(json!({ "url": "https://shop.example" }), json!({ "messages": messages }));
    refused(call.and_then(|call| call.newest_and_earlier().map(|_| ())))
}

#[test]
fn no_messages() {
    assert_eq!(refused(call(json!({ "url": "https://shop.example" }), json!({}))), "messages is missing");
    assert_eq!(said(Value::Null), "messages is missing");
    assert_eq!(said(json!([])), "messages is empty: give at least one message");
    for wrong in [json!(5), json!({ "role": "user", "content": "Hi" }), json!(true)] {
        assert_eq!(said(wrong), "messages must be an array of { role, content }, or a string");
    }
}

#[test]
fn a_message_without_role() {
    assert_eq!(said(json!([{ "content": "Hi" }])), "messages[0].role is missing");
    assert_eq!(said(json!([{ "role": null, "content": "Hi" }])), "messages[0].role is missing");
    for wrong in [json!(5), json!(""), json!("  "), json!(["user"])] {
        assert_eq!(
            said(json!([{ "role": wrong, "content": "Hi" }])),
            "messages[0].role must be a string such as 'user'"
        );
    }
}

#[test]
fn a_message_that_is_none() {
    for wrong in [json!("Hi"), json!(null), json!(5), json!([])] {
        assert_eq!(
            said(json!([{ "role": "user", "content": "a" }, wrong])),
            "messages[1] must be an object { role, content }"
        );
    }
}

#[test]
fn content_of_a_wrong_type() {
    assert_eq!(said(json!([{ "role": "user" }])), "messages[0].content is missing");
    for wrong in [json!(5), json!(true), json!({ "text": "Hi" })] {
        let words = said(json!([{ "role": "user", "content": wrong }]));
        assert_eq!(words, "messages[0].content must be a string or an array of content parts");
    }
    for wrong in [json!(5), json!(null), json!([]), json!({ "type": 5 })] {
        let words = said(json!([{ "role": "user", "content": ["a", wrong] }]));
        assert_eq!(words, "messages[0].content[1] must be a string or an object with a type");
    }
    assert_eq!(
        said(json!([{ "role": "user", "content": [{ "type": "text" }] }])),
        "messages[0].content[0].text must be a string"
    );
}

#[test]
fn a_last_message_that_says_nothing_or_is_not_the_users() {
    for blank in [json!(""), json!(" \n"), json!([])] {
        assert_eq!(said(json!([{ "role": "user", "content": blank }])), "the last message has no text");
    }
    let left_out = said(json!([{ "role": "user", "content": [{ "type": "image_url" }] }]));
    assert!(left_out.starts_with("the last message has no text: messages[0].content[0] is of type"), "{left_out}");
    let words = said(json!([{ "role": "user", "content": "Hi" }, { "role": "assistant", "content": "Hello" }]));
    assert_eq!(words, "the last message must have role 'user', not 'assistant'");
}

#[test]
fn an_assistant_turn_that_only_called_tools_is_no_error() {
    let messages = json!([
        { "role": "user", "content": "Hi" }, { "role": "assistant", "content": null, "tool_calls": [] }, { "role": "user", "content": "So?" },
    ]);
    assert_eq!(
        call(json!({ "url": "https://shop.example" }), json!({ "messages": messages })).unwrap().messages[1].text,
        ""
    );
}

#[test]
fn a_url_that_is_none() {
    assert_eq!(refused(settings(json!({}))), "url is missing: the address of the site");
    assert_eq!(refused(settings(json!({ "url": "" }))), "url is missing: the address of the site");
    for wrong in [
        " ",
        "shop.example",
        "shop",
        "https:",
        "https:shop.example",
        "https:/shop.example",
        "5",
        "//shop.example",
        "localhost:8080",
        "shop.example:443/blog",
    ] {
        let words = refused(settings(json!({ "url": wrong })));
        assert_eq!(words, "url: not a URL; it begins with https:// (or http://)", "{wrong}");
    }
    for wrong in [
        "https://",
        "https:///x",
        "https://shop example",
        "https://shop.example/a b",
        "https://shop.example/\nx",
        "https://shop\0.example",
        "https://<shop>",
        "https://:80",
        "https://shop.example:http",
        "https://shop.example:99999",
        "https://shop.example:-1",
        "https://shop\\x",
    ] {
        assert_eq!(refused(settings(json!({ "url": wrong }))), "url: not a URL", "{wrong}");
    }
    for wrong in [json!(true), json!({}), json!(["https://shop.example"])] {
        assert_eq!(refused(settings(json!({ "url": wrong }))), "url must be a string");
    }
}

#[test]
fn a_url_that_no_request_can_go_to() {
    for wrong in
        ["javascript:alert(1)", "ftp://shop.example", "file:///etc/passwd", "data:text/html,x", "ws://shop.example"]
    {
        let words = refused(settings(json!({ "url": wrong })));
        assert_eq!(words, "url: only http: and https: URLs can be asked", "{wrong}");
    }
}

#[test]
fn a_url_with_credentials_is_refused_without_telling_them() {
    for wrong in
        ["https://user:canary@shop.example/", "https://canary@shop.example", "http://shop.example:canary@evil.example"]
    {
        let words = "url: credentials do not belong into a URL: give headers: { authorization: 'Basic ' + btoa('user:password') }";
        assert_eq!(refused(settings(json!({ "url": wrong }))), words);
    }
}

#[test]
fn a_url_is_taken_as_people_write_it() {
    let table = [
        (" HTTPS://Shop.Example ", "https://shop.example"),
        ("https://shop.example/Blog/", "https://shop.example/Blog"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081"),
        ("https://shop.example/?a=1#b", "https://shop.example"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("http://[::1]", "http://[::1]"),
        ("https://münchen.example", "https://münchen.example"),
    ];
    for (given, wanted) in table {
        assert_eq!(settings(json!({ "url": given })).unwrap().url, wanted);
    }
}

#[test]
fn header_values_with_line_breaks_or_nul_are_refused_without_telling_them() {
    for bad in ["canary\r\nX-Evil: 1", "canary\n", "\rcanary", "can\0ary"] {
        for key in ["nonce", "apiKey"] {
            let words = refused(settings(json!({ "url": "https://shop.example", key: bad })));
            assert_eq!(
                words,
                format!(
                    "{key} holds a line break, another control character or one beyond Latin-1, which no header may"
                )
            );
        }
    }
}

#[test]
fn a_page_must_be_on_the_site() {
    for wrong in [
        "https://evil.example/chat",
        "//evil.example",
        "http://shop.example/",
        "javascript:alert(1)",
        "https://shop.example:8443/",
    ] {
        let words = refused(settings(json!({ "url": "https://shop.example", "page": wrong })));
        assert_eq!(words, "page must be a path or URL on the site", "{wrong}");
    }
    for (page, wanted) in [
        ("/chat/", "https://shop.example/chat/"),
        ("chat", "https://shop.example/blog/chat"),
        ("?p=5", "https://shop.example/blog/?p=5"),
        ("https://shop.example/x", "https://shop.example/x"),
    ] {
        let read = settings(json!({ "url": "https://shop.example/blog", "page": page })).unwrap();
        assert_eq!(read.get("page"), Some(wanted));
    }
    assert_eq!(refused(settings(json!({ "url": "https://shop.example", "page": "/a b" }))), "page: not a URL");
}

#[test]
fn options_of_a_wrong_type() {
    let site = |name: &str, key: &str, value: Value| {
        rivulet::options::Settings::read(
            &crate::protocol(name).info,
            &crate::ours(&json!({ "url": "https://shop.example", key: value })),
        )
    };
    let with = |key: &str, value: Value| site("AiEngine", key, value);
    for wrong in [json!("gpt-4"), json!({}), json!([5]), json!(["a", null])] {
        assert_eq!(refused(with("models", wrong)), "models must be an array of names");
    }
    for wrong in [json!("x"), json!([]), json!({ "a": 5 })] {
        assert_eq!(refused(with("modelAliases", wrong)), "modelAliases must be an object of names");
    }
    for key in ["botId", "customId", "nonce", "page", "restRoot", "name", "defaultModel", "apiKey"] {
        assert_eq!(refused(with(key, json!({}))), format!("{key} must be a string"));
    }
    assert_eq!(refused(site("AiPower", "postId", json!({}))), "postId must be a string");
    assert_eq!(refused(site("AiPower", "widget", json!("yes"))), "widget must be true or false");
    assert_eq!(with("botId", json!(5)).unwrap().get("botId"), Some("5"), "ids come as numbers, too");
    let option = |key: &str, value: Value| {
        call(json!({ "url": "https://shop.example" }), json!({ "messages": "Hi", key: value }))
    };
    assert_eq!(refused(option("model", json!(5))), "model must be a string");
    assert_eq!(
        refused(option("conversation", json!("x"))),
        "conversation must be the object that reply.conversation gave"
    );
}

#[test]
fn null_is_as_good_as_nothing() {
    let options =
        json!({ "messages": "Hi", "model": null, "history": null, "conversation": null, "temperature": null });
    let given = json!({ "url": "https://shop.example", "botId": null, "models": null, "modelAliases": null, "widget": null, "nonce": null });
    assert!(call(given, options).unwrap().warnings.is_empty());
}

/// The words about a setting of `OpenAiChat`, and about an option of its call, with this name.
fn about(name: &str) -> [String; 2] {
    let info = &crate::protocol("OpenAiChat").info;
    let setting =
        rivulet::options::Settings::read(info, &crate::ours(&json!({ "apiKey": "sk-canary", name: "canary" })));
    let options = crate::ours(&json!({ "messages": "Hi", name: "canary" }));
    let option = rivulet::options::ChatRequest::read(info, &crate::ours(&json!({})), &options, crate::RANDOM);
    [refused(setting), refused(option)]
}

#[test]
fn an_unknown_name_is_refused_with_the_name_that_was_meant() {
    let table = [
        ("max_tokens", "maxTokens"),
        ("MaxTokens", "maxTokens"),
        ("maxtoken", "maxTokens"),
        ("max_completion_tokens", "maxTokens"),
        ("max_output_tokens", "maxTokens"),
        ("maxOutputTokens", "maxTokens"),
        ("top_p", "topP"),
        ("tool_choice", "toolChoice"),
        ("toolchoise", "toolChoice"),
        ("response_format", "responseFormat"),
        ("reasoning_effort", "reasoningEffort"),
        ("think_tags", "thinkTags"),
        ("stop_sequences", "stop"),
        ("abortSignal", "signal"),
        ("abort_signal", "signal"),
        ("singal", "signal"),
        ("time_out", "timeout"),
        ("on_retry", "onRetry"),
        ("fetc", "fetch"),
        ("maxRetries", "retries"),
        ("retires", "retries"),
        ("header", "headers"),
        ("temprature", "temperature"),
        ("temperatur", "temperature"),
        ("mesages", "messages"),
        ("message", "messages"),
        ("prompt", "messages"),
        ("base_url", "baseUrl"),
        ("baseUri", "baseUrl"),
        ("BASEURL", "baseUrl"),
        ("endpoint", "baseUrl"),
        ("api_key", "apiKey"),
        ("apikey", "apiKey"),
        ("default_model", "defaultModel"),
        ("modle", "model"),
        ("mode", "model"),
    ];
    for (wrong, right) in table {
        for (words, kind) in about(wrong).iter().zip(["setting", "option"]) {
            assert_eq!(*words, format!("unknown {kind} '{wrong}': did you mean '{right}'?"));
        }
    }
}

#[test]
fn an_unknown_name_without_a_near_one_is_refused_with_the_way_out() {
    for wrong in ["system", "system_prompt", "instructions"] {
        for words in about(wrong) {
            assert!(
                words.ends_with(&format!(
                    "'{wrong}': a system message belongs into messages, as {{ role: 'system', content }}"
                )),
                "{words}"
            );
        }
    }
    for words in about("stream") {
        assert!(words.ends_with("createAsyncGenerator streams, and createAsync gives the whole text"), "{words}");
    }
    for wrong in ["output", "maxSteps", "max_steps", "onStep"] {
        for words in about(wrong) {
            assert!(words.ends_with("runTools of rivulet/tools has this option"), "{words}");
        }
    }
    // Settings of other protocols, members that only a service knows, and what nobody could have meant.
    for wrong in [
        "top_k",
        "topK",
        "store",
        "user",
        "metadata",
        "logprobs",
        "n",
        "verbosity",
        "botId",
        "accountId",
        "_",
        "",
        "x",
        "__proto__",
        "constructor",
        "é",
    ] {
        for words in about(wrong) {
            assert!(words.starts_with("unknown ") && words.contains(&format!("'{wrong}'")), "{words}");
            assert!(words.contains("README.md") && words.ends_with("go into extra"), "{words}");
        }
    }
}

#[test]
fn an_address_under_the_name_of_another_kind_of_provider_is_refused() {
    let site = "https://shop.example";
    for wrong in ["baseUrl", "baseURL", "base_url", "endpoint", "host"] {
        let words = refused(settings(json!({ "url": site, wrong: "https://other.example" })));
        assert_eq!(words, format!("unknown setting '{wrong}': did you mean 'url'?"));
    }
}

#[test]
fn base_url_has_two_names() {
    let service = |given: Value| {
        rivulet::options::Settings::read(&crate::protocol("OpenAiChat").info, &crate::ours(&given)).map(|read| read.url)
    };
    let [one, other] = ["https://llm.example/v1", "https://other.example"];
    assert_eq!(service(json!({ "baseURL": one })).unwrap(), one);
    assert_eq!(service(json!({ "baseURL": one, "baseUrl": one })).unwrap(), one);
    assert_eq!(service(json!({ "baseURL": null, "baseUrl": one })).unwrap(), one);
    let words = refused(service(json!({ "baseURL": one, "baseUrl": other })));
    assert_eq!(words, "baseUrl and baseURL are two names of one setting, and their values differ");
    assert_eq!(refused(service(json!({ "baseURL": true }))), "baseURL must be a string");
}

#[test]
fn what_is_for_the_provider_and_what_for_a_call_is_not_mixed_up() {
    let site = json!({ "url": "https://shop.example" });
    for (name, value) in [("url", json!("https://other.example")), ("botId", json!(5)), ("apiKey", json!("canary"))] {
        let words = refused(call(site.clone(), json!({ "messages": "Hi", name: value })));
        let rest =
            "is a setting of the provider and no option of a call: give it where the provider is made, or to with()";
        assert_eq!(words, format!("{name} {rest}"));
    }
    for (name, value) in [("messages", json!("Hi")), ("conversation", json!({}))] {
        let words = refused(settings(json!({ "url": "https://shop.example", name: value })));
        assert_eq!(words, format!("{name} is an option of a call and no setting of a provider"));
    }
}

#[test]
fn every_known_name_is_taken_by_every_protocol() {
    for protocol in rivulet::providers::REGISTRY {
        let own = protocol.info.settings.iter().map(|(name, _)| *name);
        let names = rivulet::options::OPTIONS.iter().chain(rivulet::options::CALL_OPTIONS).copied().chain(own);
        for name in names.chain(["preset"]).filter(|name| !["messages", "conversation"].contains(name)) {
            let given = crate::ours(
                &json!({ "url": if protocol.info.is_site() { "https://shop.example" } else { "" }, name: 5 }),
            );
            let words =
                rivulet::options::Settings::read(&protocol.info, &given).err().map(|error| error.message.clone());
            assert!(
                !words.as_ref().is_some_and(|words| words.starts_with("unknown")),
                "{}: {words:?}",
                protocol.info.name
            );
        }
    }
}

#[test]
fn the_query_of_base_url_goes_behind_each_path() {
    let address = |name: &str, key: &str, url: &str, path: &str| {
        let given = crate::ours(&json!({ key: url }));
        rivulet::options::Settings::read(&crate::protocol(name).info, &given).unwrap().address(path)
    };
    for key in ["baseUrl", "baseURL"] {
        let table = [
            ("https://a.example/v1?api-version=5", "/chat", "https://a.example/v1/chat?api-version=5"),
            (" https://a.example/v1/?a=/b&c=d#e ", "/chat", "https://a.example/v1/chat?a=/b&c=d"),
            ("https://a.example?a=b", "/chat?alt=sse", "https://a.example/chat?alt=sse&a=b"),
            ("https://a.example/#?a", "/chat", "https://a.example/chat"),
            ("https://a.example/?", "/chat", "https://a.example/chat"),
        ];
        for (url, path, wanted) in table {
            assert_eq!(address("OpenAiChat", key, url, path), wanted, "{url}");
        }
    }
    assert_eq!(
        address("AiEngine", "url", "https://shop.example/?a=1", "/x"),
        "https://shop.example/x",
        "a site has none"
    );
    let words = refused(rivulet::options::Settings::read(
        &crate::protocol("OpenAiChat").info,
        &crate::ours(&json!({ "baseUrl": "https://a.example/?a b" })),
    ));
    assert_eq!(words, "baseUrl: not a URL");
}
