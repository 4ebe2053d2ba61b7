//! The rules above `Exchange`, each as a test of its name, and what follows from them.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "engine/limits.rs"]
mod limits;
#[path = "engine/redirects.rs"]
mod redirects;
mod support;

use std::rc::Rc;

use rivulet::chat::{Code, Error, Event};
use rivulet::exchange::{Exchange, Feed, Operation, Poll, Transition};
use rivulet::frame::Framing;
use rivulet::http::{Head, Request};

use support::drive::{self, Item, Played, Reply};
use support::toy::{self, Toy, URL, answered, frames, stream};

const OVER: &str = r#"{"over":true}"#;

fn ok(body: impl Into<Vec<u8>>) -> Reply {
    Reply::new(200, body)
}

#[test]
fn events_come_before_errors() {
    let body = frames(&[r#"{"say":"A"}"#, r#"{"note":"n"}"#, r#"{"say":"B"}"#, r#"{"fail":"no"}"#]);
    let played = answered(ok(body));
    assert_eq!(
        played.items,
        [Item::Piece("A".into()), Item::Event(Event::Reasoning("n".into())), Item::Piece("B".into()),]
    );
    assert_eq!(played.error(), &Error::new(Code::Service, "no"));
}

#[test]
fn events_of_an_errors_own_chunk_come_before_it_too() {
    let mut exchange = Exchange::new(Ok(stream(Toy::default())), 1 << 20);
    assert!(matches!(exchange.poll(), Poll::Send(_)));
    exchange.feed(Feed::Head(Head { status: 200, headers: Vec::new() }));
    exchange.feed(Feed::Chunk(frames(&[r#"{"say":"A"}"#, r#"{"fail":"no"}"#]).as_bytes()));
    assert!(matches!(exchange.poll(), Poll::Event(Event::Text(pieces)) if pieces.text() == "A"));
    assert!(matches!(exchange.poll(), Poll::Over(Err(_))));
    assert!(matches!(exchange.poll(), Poll::Over(Ok(()))), "an error is told once");
}

#[test]
fn nothing_counts_after_done() {
    let body = frames(&[r#"{"say":"A"}"#, OVER, r#"{"say":"B"}"#, "no JSON", r#"{"fail":"no"}"#]);
    for cuts in [vec![], (0..body.len()).collect()] {
        let played = answered(ok(body.clone()).cut(cuts));
        assert_eq!((played.text().as_str(), &played.end), ("A", &Ok(())));
    }
}

#[test]
fn what_is_fed_after_the_end_is_dropped() {
    let mut exchange = Exchange::new(Ok(stream(Toy::default())), 1 << 20);
    exchange.poll();
    exchange.feed(Feed::Head(Head { status: 200, headers: Vec::new() }));
    exchange.feed(Feed::Chunk(frames(&[OVER]).as_bytes()));
    exchange.feed(Feed::Chunk(frames(&[r#"{"say":"A"}"#]).as_bytes()));
    exchange.feed(Feed::Head(Head { status: 500, headers: Vec::new() }));
    exchange.feed(Feed::End);
    assert!(matches!(exchange.poll(), Poll::Event(Event::Finish { .. })));
    assert!(matches!(exchange.poll(), Poll::Over(Ok(()))));
}

#[test]
fn the_end_without_done_is_truncation() {
    for body in
        [frames(&[r#"{"say":"A"}"#]), format!("{}data: {{\"over\":", frames(&[r#"{"say":"A"}"#])), ": hi\n\n".into()]
    {
        let played = answered(ok(body.clone()));
        assert_eq!(played.error().code, Code::Truncated, "{body}");
    }
}

#[test]
fn truncation_is_an_error_after_the_text() {
    let played = answered(ok(frames(&[r#"{"say":"A"}"#, r#"{"say":"B"}"#])));
    assert_eq!((played.text().as_str(), played.error().code), ("AB", Code::Truncated));
}

#[test]
fn a_protocol_that_ends_by_closing_is_not_truncated() {
    let exchange = Exchange::new(Ok(stream(Toy { closes: true, ..Toy::default() })), 1 << 20);
    let played = drive::play(exchange, |_, _| ok(frames(&[r#"{"say":"A"}"#])));
    assert_eq!((played.text().as_str(), &played.end), ("A", &Ok(())));
}

#[test]
fn a_whole_last_frame_without_its_blank_line_counts() {
    for ending in ["", "\n", "\r", "\r\n"] {
        let played = answered(ok(format!("data: {{\"say\":\"A\"}}\n\ndata: {OVER}{ending}")));
        assert_eq!(played.end, Ok(()), "{ending:?}");
    }
}

#[test]
fn a_half_surrogate_at_the_end_is_a_replacement_character() {
    let played = answered(ok(frames(&[r#"{"say":"A\ud83d"}"#, OVER])));
    assert_eq!(played.text(), "A\u{fffd}");
    let played = answered(ok(frames(&[r#"{"say":"A\ud83d"}"#])));
    assert_eq!((played.text().as_str(), played.error().code), ("A\u{fffd}", Code::Truncated));
}

#[test]
fn unknown_frames_are_skipped() {
    let diary = Rc::default();
    let toy = Toy { diary: Rc::clone(&diary), ..Toy::default() };
    let body =
        format!("event: ping\ndata: no JSON\n\n{}", frames(&[r#"{"later":1}"#, "[]", "7", r#"{"say":"A"}"#, OVER]));
    let played = drive::play(Exchange::new(Ok(stream(toy)), 1 << 20), |_, _| ok(body.clone()));
    assert_eq!((played.text().as_str(), &played.end), ("A", &Ok(())));
    assert_eq!(diary.borrow().len(), 6);
}

#[test]
fn malformed_frames_of_a_known_kind_are_errors_that_do_not_quote_them() {
    let played = answered(ok(frames(&[r#"{"say":"A"}"#, r#"{"say": canary}"#, OVER])));
    assert_eq!((played.text().as_str(), played.error().code), ("A", Code::Protocol));
    assert!(!format!("{:?}", played.error()).contains("canary"));
}

#[test]
fn what_is_not_2xx_is_read_whole_bounded_and_refused() {
    let table = [
        (400, Code::Service, false),
        (401, Code::Auth, false),
        (402, Code::PaymentRequired, false),
        (403, Code::Blocked, false),
        (404, Code::Service, false),
        (408, Code::Timeout, true),
        (409, Code::Service, true),
        (413, Code::TooLarge, false),
        (422, Code::Service, false),
        (429, Code::RateLimited, true),
        (500, Code::Service, true),
        (501, Code::Service, false),
        (502, Code::Service, true),
        (503, Code::Service, true),
        (504, Code::Service, true),
        (529, Code::Service, true),
        (100, Code::Service, false),
        (304, Code::Service, false),
        (302, Code::Service, false),
    ];
    for (status, code, retryable) in table {
        let played = answered(Reply::new(status, "Go away").header("retry-after", "17"));
        let error = played.error();
        assert_eq!((error.code, error.retryable, error.status), (code, retryable, Some(status)), "{error}");
        assert_eq!((error.body.as_deref(), error.retry_after.as_deref()), (Some("Go away"), Some("17")));
        assert!(error.message.contains(&status.to_string()), "{error}");
    }
}

#[test]
fn milliseconds_to_wait_go_before_seconds_if_they_are_some() {
    let told = |ms: &str| {
        let reply = Reply::new(429, "Go away").header("retry-after", "17").header("retry-after-ms", ms);
        answered(reply).error().retry_after.clone().unwrap()
    };
    assert_eq!(["1001", "0"].map(told), ["1001e-3", "0e-3"]);
    assert_eq!(["", "soon", "-1", "1e3", "20.75", "1500, 1500", "99999999999999999999"].map(told), ["17"; 7]);
    let alone = answered(Reply::new(503, "Go away").header("retry-after-ms", "250"));
    assert_eq!(alone.error().retry_after.as_deref(), Some("250e-3"));
    assert_eq!(answered(Reply::new(503, "Go away").header("retry-after-ms", "x")).error().retry_after, None);
}

#[test]
fn a_refusal_speaks_in_the_services_words_wherever_they_stand() {
    let bodies = [
        r#"{"error":{"message":"Too hot"}}"#,
        r#"{"error":"Too hot"}"#,
        r#"{"message":"Too hot"}"#,
        r#"{"msg":"<p>Too hot</p>"}"#,
        r#"{"success":false,"data":{"message":"Too hot"}}"#,
        r#"[{"error":{"message":"Too hot"}}]"#,
        r#"{"detail":"Too hot"}"#,
    ];
    for body in bodies {
        assert_eq!(answered(Reply::new(500, body)).error().message, "Too hot (status 500)", "{body}");
    }
}

#[test]
fn a_refusal_may_lead_to_another_step_or_to_an_error_of_the_protocol() {
    let step = || stream(Toy { sulks: true, ..Toy::default() });
    let play = |status| {
        let exchange = Exchange::new(Ok(step()), 1 << 20);
        drive::play(exchange, |_, number| if number == 0 { Reply::new(status, "x") } else { ok(frames(&[OVER])) })
    };
    assert_eq!((play(419).requests.len(), play(419).end), (2, Ok(())));
    assert_eq!((play(420).error().code, play(420).error().status), (Code::Nonce, Some(420)));
    assert_eq!(play(421).error().message, "the service failed (status 421)");
    assert_eq!(play(421).warnings(), ["status 421"]);
}

#[test]
fn the_body_decides_between_json_and_stream() {
    let json = [r#"{"say":"A"}"#, "  \r\n\t{\"say\":\"A\"}\n", "\u{feff}{\"say\":\"A\"}", "\u{feff}\n{\"say\":\"A\"}"];
    let sse = frames(&[r#"{"say":"A"}"#, OVER]);
    let streams = [sse.clone(), format!("\u{feff}{sse}"), format!("\n\n\r\n{sse}"), format!(": hello\n\n{sse}")];
    for (body, content_type) in
        json.map(str::to_owned).into_iter().chain(streams).zip(["text/html"].into_iter().cycle())
    {
        let reply = ok(body.clone()).header("content-type", content_type);
        for cuts in [vec![], (0..body.len()).collect()] {
            let played = answered(reply.clone().cut(cuts));
            assert_eq!((played.text().as_str(), &played.end), ("A", &Ok(())), "{body:?}");
        }
    }
}

#[test]
fn a_web_page_with_200_is_no_reply() {
    let page = "<!DOCTYPE html><html><head><title>Just a moment &amp; wait</title></head>".to_owned();
    for body in [page.clone(), format!("\u{feff}\n {page}")] {
        for cuts in [vec![], (0..body.len()).collect()] {
            let error = answered(ok(body.clone()).cut(cuts)).error().clone();
            assert_eq!(error.code, Code::Blocked);
            assert_eq!(error.message, "a web page came instead of a reply: 'Just a moment & wait'");
            assert_eq!(error.status, Some(200));
        }
    }
}

#[test]
fn an_empty_or_blank_body_is_an_error() {
    for body in ["", "\n", "\u{feff}", " \r\n "] {
        let error = answered(ok(body)).error().clone();
        assert_eq!(
            (error.code, error.message.as_str()),
            (Code::Service, "the service answered with an empty body"),
            "{body:?}"
        );
    }
    assert_eq!(answered(Reply::new(204, "")).error().code, Code::Service);
}

#[test]
fn stray_text_is_neither_stream_nor_json() {
    for body in ["Bad gateway", "0", "Warning: something\n\nelse: here\n"] {
        let error = answered(ok(body)).error().clone();
        assert_eq!(
            (error.code, error.message.as_str()),
            (Code::Protocol, "the answer is neither an event stream nor JSON")
        );
    }
}

#[test]
fn ndjson_is_read_line_by_line() {
    let body = "{\"say\":\"A\"}\n\r\n  \n{\"say\":\"B\"}\r\n{\"over\":true}";
    for cuts in [vec![], (0..body.len()).collect()] {
        let step = Operation::stream(Request::post(URL), Framing::Ndjson, Toy { scanned: true, ..Toy::default() });
        let played = drive::play(Exchange::new(Ok(step), 1 << 20), |_, _| ok(body).cut(cuts.clone()));
        assert_eq!((played.text().as_str(), &played.end), ("AB", &Ok(())));
    }
}

#[test]
fn a_call_that_cannot_be_opened_sends_nothing() {
    let exchange = Exchange::new(Err(Error::input("no")), 1 << 20);
    let played: Played = drive::play(exchange, |_, _| panic!("nothing is to be sent"));
    assert_eq!(played.error(), &Error::input("no"));
}

#[test]
fn an_answer_read_whole_may_lead_on_or_end_it() {
    let last = || Operation::buffered(Request::get(URL), |_, out| Ok::<_, Error>(toy_over(out)));
    let first = Operation::buffered(Request::get("https://chat.example/first"), move |answer, out| {
        out.warn(String::from_utf8_lossy(&answer.body));
        Ok(Transition::Send(last()))
    });
    let played =
        drive::play(Exchange::new(Ok(first), 1 << 20), |_, number| ok(format!("answer {number}")).cut(vec![3]));
    assert_eq!(played.urls(), ["https://chat.example/first", URL]);
    assert_eq!((played.warnings(), &played.end), (vec!["answer 0"], &Ok(())));
}

fn toy_over(out: &mut rivulet::exchange::EventQueue) -> Transition {
    out.finish(Default::default(), rivulet::chat::Finish::Stop);
    Transition::Over
}

#[test]
fn shown_pieces_leave_no_trace() {
    let body = frames(&[
        r#"{"say":"one"}"#,
        r#"{"note":"n"}"#,
        r#"{"say":"two 👍"}"#,
        r#"{"note":"n"}"#,
        r#"{"say":"3"}"#,
        OVER,
    ]);
    assert_eq!(toy::answered(ok(body)).pieces(), ["one", "two 👍", "3"]);
}
