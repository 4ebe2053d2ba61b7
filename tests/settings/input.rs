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
    for wrong in [json!(5), json!(true), json!({ "type": "text", "text": "Hi" })] {
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
