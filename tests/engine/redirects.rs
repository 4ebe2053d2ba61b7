//! Rule 8: a redirect stays on its origin, and no message is lost to a changed method. Rule 7: it ends.

use rivulet::chat::Code;
use rivulet::exchange::{Exchange, Operation, Transition};
use rivulet::http::{Method, Request};

use crate::support::drive::{self, Played, Reply};
use crate::support::toy::{Toy, frames, stream};

const OVER: &str = r#"{"over":true}"#;

fn get() -> Operation {
    Operation::buffered(Request::get("https://chat.example/blog/page?x=1"), |_, _| Ok(Transition::Over))
}

fn post() -> Operation {
    stream(Toy::default())
}

fn redirected(step: Operation, status: u16, location: &str) -> Played {
    let first = Reply::new(status, "moved").header("location", location);
    drive::play(Exchange::new(Ok(step), 1 << 20), |_, number| match number {
        0 => first.clone(),
        _ => Reply::new(200, frames(&[OVER])),
    })
}

#[test]
fn a_redirect_stays_on_its_origin() {
    let elsewhere = [
        "https://evil.example/",
        "//evil.example/x",
        "http://chat.example/say",
        "https://chat.example:8443/say",
        "https://chat.example.evil.example/",
        "https://user@evil.example/",
        "javascript:alert(1)",
        "https://chat.example@evil.example/",
    ];
    for location in elsewhere {
        for (step, status) in [(get(), 301), (get(), 302), (get(), 307), (post(), 307), (post(), 308)] {
            let played = redirected(step, status, location);
            assert_eq!(played.requests.len(), 1, "{location}: something was sent there");
            let error = played.error();
            assert_eq!((error.code, error.status), (Code::Service, Some(status)), "{location}");
            assert!(error.message.starts_with("the site redirects to "), "{error}");
        }
    }
}

#[test]
fn a_redirect_on_the_same_origin_is_followed() {
    for (location, url) in [
        ("/new", "https://chat.example/new"),
        ("new", "https://chat.example/blog/new"),
        ("?y=2", "https://chat.example/blog/page?y=2"),
        ("//chat.example/new", "https://chat.example/new"),
        ("https://CHAT.example:443/new", "https://CHAT.example:443/new"),
    ] {
        let played = redirected(get(), 301, location);
        assert_eq!(played.urls().get(1), Some(&url), "{:?}", played.end);
    }
}

#[test]
fn a_message_is_followed_only_where_it_stays_a_message() {
    for status in [307, 308] {
        let played = redirected(post(), status, "/new");
        assert_eq!((played.requests[1].method, &played.end), (Method::Post, &Ok(())));
    }
    // To be sent again as a GET, without its body: that would be an empty message.
    for status in [301, 302, 303] {
        let played = redirected(post(), status, "/new");
        assert_eq!((played.requests.len(), played.error().code), (1, Code::Service), "{status}");
    }
}

#[test]
fn what_a_redirect_names_is_told_without_its_query() {
    let played = redirected(get(), 302, "https://evil.example/login?token=canary#canary");
    assert!(played.error().message.contains("https://evil.example/login:"), "{}", played.error());
    assert!(!format!("{:?}", played.error()).contains("canary"));
}

#[test]
fn at_most_eight_requests_an_exchange() {
    for step in [get(), post()] {
        let exchange = Exchange::new(Ok(step), 1 << 20);
        let played = drive::play(exchange, |_, _| Reply::new(307, "").header("location", "/again?_ajax_nonce=canary"));
        assert_eq!(played.requests.len(), 8);
        let message = &played.error().message;
        assert_eq!(message, "gave up after 8 requests; the next would go to https://chat.example/again");
    }
}

#[test]
fn steps_count_as_requests_too() {
    fn endless() -> Operation {
        Operation::buffered(Request::get("https://chat.example/"), |_, _| Ok(Transition::Send(endless())))
    }
    let played = drive::play(Exchange::new(Ok(endless()), 1 << 20), |_, _| Reply::new(200, "x"));
    assert_eq!((played.requests.len(), played.error().code), (8, Code::Service));
}
