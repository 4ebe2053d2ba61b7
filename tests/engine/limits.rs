//! Nothing grows beyond `maxEventBytes`, and what is exactly as large is delivered - however it is cut.

use rivulet::chat::Code;
use rivulet::exchange::{Exchange, Feed, Operation, Poll, Transition};
use rivulet::http::{Head, Request};

use crate::support::drive::{self, Reply};
use crate::support::toy::{Toy, URL, frames, stream, within};

const OVER: &str = r#"{"over":true}"#;

fn cuts(length: usize) -> [Vec<usize>; 4] {
    [vec![], vec![length / 2], vec![length - 1], (0..length).collect()]
}

#[test]
fn a_json_answer_at_the_limit_is_delivered_and_one_beyond_is_not() {
    let answer = format!(r#"{{"say":"{}"}}"#, "a".repeat(1000));
    for cuts in cuts(answer.len()) {
        let reply = Reply::new(200, answer.clone()).cut(cuts);
        assert_eq!(within(reply.clone(), answer.len()).text().len(), 1000);
        let error = within(reply, answer.len() - 1).error().clone();
        assert_eq!((error.code, error.message.contains("maxEventBytes")), (Code::TooLarge, true), "{error}");
    }
}

#[test]
fn a_line_at_the_limit_is_delivered_and_one_beyond_is_not() {
    for ending in ["\n", "\r", "\r\n"] {
        let line = format!(r#"data: {{"say":"{}"}}"#, "a".repeat(1000));
        let body = format!("{line}{ending}{ending}data: {OVER}{ending}{ending}");
        for cuts in cuts(body.len()).into_iter().chain((line.len() - 3..line.len() + 6).map(|at| vec![at])) {
            let reply = Reply::new(200, body.clone()).cut(cuts.clone());
            assert_eq!(within(reply.clone(), line.len()).end, Ok(()), "{ending:?} {cuts:?}");
            let played = within(reply, line.len() - 1);
            assert_eq!((played.error().code, played.text().as_str()), (Code::TooLarge, ""), "{ending:?} {cuts:?}");
        }
    }
}

#[test]
fn the_scanner_keeps_the_limit_too() {
    let say = |length| format!(r#"{{"say":"{}"}}"#, "a".repeat(length));
    let body = frames(&[&say(10), &say(10), &say(500), OVER]);
    for cuts in cuts(body.len()) {
        let exchange = Exchange::new(Ok(stream(Toy { scanned: true, ..Toy::default() })), 100);
        let played = drive::play(exchange, |_, _| Reply::new(200, body.clone()).cut(cuts.clone()));
        assert_eq!((played.text().len(), played.error().code), (20, Code::TooLarge));
    }
}

#[test]
fn many_data_lines_of_one_event_are_bounded_together() {
    let body = "data: 12345678\n".repeat(20);
    for cuts in cuts(body.len()) {
        assert_eq!(within(Reply::new(200, body.clone()).cut(cuts), 100).error().code, Code::TooLarge);
    }
}

#[test]
fn an_endless_comment_is_bounded_and_no_error() {
    let say = "data: {\"say\":\"A\"}\n";
    let body = format!("{say}:{}\n\n: {}\n{}", "x".repeat(5000), "y".repeat(5000), frames(&[OVER]));
    let line_ends = body.match_indices('\n').map(|(at, _)| vec![at + 1]);
    for cuts in cuts(body.len()).into_iter().chain(line_ends).chain([vec![20, 60], vec![21, 22, 23]]) {
        let played = within(Reply::new(200, body.clone()).cut(cuts.clone()), 100);
        assert_eq!((played.text().as_str(), &played.end), ("A", &Ok(())), "{cuts:?}");
    }
}

/// Found by the fuzz target `ai_engine`: what followed in the same chunk was kept, and was too much.
#[test]
fn what_follows_done_counts_for_no_limit() {
    let body = format!("{}data: {}", frames(&[OVER]), "x".repeat(500));
    for cuts in cuts(body.len()) {
        assert_eq!(within(Reply::new(200, body.clone()).cut(cuts), 100).end, Ok(()));
    }
}

#[test]
fn blanks_without_end_are_no_reply() {
    let played = within(Reply::new(200, " ".repeat(500)).cut((0..500).collect()), 100);
    assert_eq!(played.error().code, Code::Protocol);
}

#[test]
fn a_refusal_without_end_is_read_in_part_and_then_left() {
    let mut exchange = Exchange::new(Ok(stream(Toy::default())), usize::MAX);
    assert!(matches!(exchange.poll(), Poll::Send(_)));
    exchange.feed(Feed::Head(Head { status: 500, headers: Vec::new() }));
    let chunk = vec![b'x'; 64 * 1024];
    let mut read = 0;
    let error = loop {
        match exchange.poll() {
            Poll::Read => exchange.feed(Feed::Chunk(&chunk)),
            Poll::Over(Err(error)) => break error,
            _ => panic!("neither read nor over"),
        }
        read += chunk.len();
    };
    assert!(read <= 512 * 1024, "{read} bytes of a refusal");
    assert_eq!((error.code, error.status), (Code::Service, Some(500)));
    assert_eq!(error.body.as_ref().unwrap().chars().count(), 2000);
}

#[test]
fn a_page_beyond_the_limit_is_too_large() {
    let step = Operation::buffered(Request::get("https://chat.example/"), |_, _| Ok(Transition::Over));
    let played = drive::play(Exchange::new(Ok(step), 100), |_, _| Reply::new(200, "x".repeat(101)));
    assert_eq!(played.error().code, Code::TooLarge);
}

#[test]
fn an_event_of_eight_mebibytes_comes_whole() {
    let text = "a".repeat((8 << 20) + 1);
    let body = frames(&[&format!(r#"{{"say":"{text}"}}"#), OVER]);
    let cuts = (0..body.len()).step_by(16 * 1024).collect();
    assert_eq!(within(Reply::new(200, body).cut(cuts), 64 << 20).text().len(), text.len());
}

#[test]
fn a_tight_limit_is_for_the_reply_and_not_for_the_page_before_it() {
    let page = "x".repeat(5_000);
    let ask = |request: Request| {
        let step = Operation::buffered(request, |answer, out| {
            out.text(&answer.body.len().to_string(), false);
            Ok(Transition::Over)
        });
        drive::play(Exchange::new(Ok(step), 100), |_, _| Reply::new(200, page.clone()))
    };
    assert_eq!(ask(Request::get(URL).shared()).text(), "5000");
    assert_eq!(ask(Request::get(URL)).error().code, Code::TooLarge);
}
