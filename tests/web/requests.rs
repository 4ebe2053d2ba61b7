//! What is sent, and where to.

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::wasm_bindgen_test;

use super::harness::*;

async fn answered(site: &Site, options: &[(&str, JsValue)]) {
    let text = site.reply_to(options).text();
    site.chat().await.push(RECORDED);
    done(text).await;
}

#[wasm_bindgen_test]
async fn headers_go_along_and_those_of_the_protocol_win() {
    let site = Site::new();
    let headers = object(&[
        ("X-Mine", "yes".into()),
        ("x-wp-nonce", "stolen".into()),
        ("Content-Type", "text/plain".into()),
        ("Accept", "image/png".into()),
    ]);
    answered(&site, &[("headers", headers.into())]).await;
    let sent = get(&site.call("chat", 0), "headers");
    assert_eq!(word(&sent, "x-mine"), "yes");
    assert_eq!(word(&sent, "x-wp-nonce"), NONCE);
    assert_eq!(word(&sent, "content-type"), "application/json");
    assert_eq!(word(&sent, "accept"), "text/event-stream");
}

#[wasm_bindgen_test]
async fn the_nonce_request_carries_no_nonce_and_a_page_no_credentials() {
    let site = Site::new();
    answered(&site, &[]).await;
    let nonce = site.call("session", 0);
    assert_eq!(word(&nonce, "url"), format!("{}/wp-json/mwai/v1/start_session", site.url()));
    assert!(!text_of(&get(&nonce, "headers")).contains("nonce"));
    for kind in ["session", "chat"] {
        let credentials = get(&site.call(kind, 0), "credentials");
        assert_eq!(credentials, if is_page() { "omit".into() } else { JsValue::UNDEFINED });
    }
}

#[wasm_bindgen_test]
async fn header_values_that_could_end_the_header_never_reach_fetch() {
    for bad in ["secret\rword", "secret\nword", "secret\r\nX-Evil: 1", "secret\0word"] {
        let site = Site::new();
        for option in ["headers", "cookies"] {
            if option == "cookies" && is_page() {
                continue;
            }
            let message =
                chat_error(site.reply_to(&[(option, object(&[("name", bad.into())]).into())]).text(), "input").await;
            assert!(message.contains("name") && !message.contains("secret"), "{message}");
        }
        let settings = object(&[("nonce", bad.into())]);
        let message = chat_error(site.reply_to(&[("settings", settings.into())]).text(), "input").await;
        assert!(!message.contains("secret"), "{message}");
        assert_eq!(site.count("session") + site.count("chat"), 0);
    }
}

#[wasm_bindgen_test]
async fn header_names_and_values_that_are_none_are_told() {
    let site = Site::new();
    let wrong = [("a b", "x".into()), ("", "x".into()), ("a\nb", "x".into()), ("name", 7.into()), ("name", "€".into())];
    for (name, value) in wrong {
        chat_error(site.reply_to(&[("headers", object(&[(name, value)]).into())]).text(), "input").await;
    }
    chat_error(site.reply_to(&[("headers", "name: value".into())]).text(), "input").await;
    assert_eq!(site.count("session"), 0);
}

#[wasm_bindgen_test]
async fn cookies_are_sent_outside_pages_and_refused_in_them() {
    let site = Site::new();
    let cookies = || object(&[("a", "1".into()), ("b", "2".into())]).into();
    if is_page() {
        let message = chat_error(site.reply_to(&[("cookies", cookies())]).text(), "input").await;
        assert_eq!(message, "cookies: a page cannot send them to a site; use a relay or an edge function");
        assert_eq!(site.count("session"), 0);
        return;
    }
    answered(&site, &[("cookies", cookies())]).await;
    for kind in ["session", "chat"] {
        assert_eq!(word(&get(&site.call(kind, 0), "headers"), "cookie"), "a=1; b=2");
    }
}

#[wasm_bindgen_test]
async fn a_relay_gets_the_sites_url_appended() {
    let site = Site::new();
    for relay in ["https://edge.example/relay", "https://edge.example/relay/", "https://edge.example/?url="] {
        answered(&site, &[("proxy", relay.into())]).await;
    }
    let route = format!("{}/wp-json/mwai-ui/v1/chats/submit", site.url());
    assert_eq!(word(&site.call("chat", 0), "url"), format!("https://edge.example/relay/{route}"));
    assert_eq!(word(&site.call("chat", 1), "url"), format!("https://edge.example/relay/{route}"));
    assert_eq!(word(&site.call("chat", 2), "url"), format!("https://edge.example/?url={route}"));
}

#[wasm_bindgen_test]
async fn a_forward_proxy_is_an_error_that_names_the_fetch_option() {
    let site = Site::new();
    for proxy in ["http://user:pass@127.0.0.1:8080", "http://127.0.0.1:8080", "socks5://127.0.0.1:1080", "proxy"] {
        let message = chat_error(site.reply_to(&[("proxy", proxy.into())]).text(), "input").await;
        assert!(message.contains("fetch option") && !message.contains("pass"), "{message}");
    }
    assert_eq!(site.count("session"), 0);
}

fn redirect(status: u16, to: &str) -> Function {
    let script =
        format!("return Promise.resolve(new Response(null, {{ status: {status}, headers: {{ location: {to:?} }} }}))");
    whatever(&script)
}

#[wasm_bindgen_test]
async fn a_redirect_within_the_site_is_followed_where_it_keeps_the_message() {
    for status in [307, 308] {
        let site = Site::new();
        site.order("chat", &redirect(status, "/moved/wp-json/mwai-ui/v1/chats/submit"));
        answered(&site, &[]).await;
        let [first, second] = [0, 1].map(|at| site.call("chat", at));
        assert_eq!(word(&second, "url"), format!("{}/moved/wp-json/mwai-ui/v1/chats/submit", site.url()));
        assert_eq!(word(&first, "body"), word(&second, "body"));
        assert_eq!(word(&first, "redirect"), "manual");
    }
}

#[wasm_bindgen_test]
async fn a_redirect_elsewhere_gets_nothing() {
    for status in [301, 302, 303, 307, 308] {
        for kind in ["session", "chat"] {
            let site = Site::new();
            site.order(kind, &redirect(status, "https://elsewhere.example/chats/submit?x=1"));
            let message = chat_error(site.reply().text(), "service").await;
            assert!(message.contains("https://elsewhere.example/chats/submit"), "{message}");
            assert!(!site.sent().contains("elsewhere.example"), "{status} of {kind}");
            assert_eq!(site.count(kind), 1);
        }
    }
}

#[wasm_bindgen_test]
async fn a_redirect_that_loses_the_message_is_an_error() {
    for status in [301, 302, 303] {
        let site = Site::new();
        site.order("chat", &redirect(status, "/chats/submit"));
        chat_error(site.reply().text(), "service").await;
        assert_eq!(site.count("chat"), 1);
    }
}

#[wasm_bindgen_test]
async fn a_loop_of_redirects_ends() {
    let site = Site::new();
    (0..20).for_each(|_| site.order("chat", &redirect(307, "/chats/submit")));
    let message = chat_error(site.reply().text(), "service").await;
    assert!(message.starts_with("gave up after 8 requests"), "{message}");
    assert!(site.count("chat") <= 8, "{}", site.count("chat"));
}

#[wasm_bindgen_test]
async fn a_redirect_that_a_page_cannot_see_is_explained() {
    let site = Site::new();
    site.order(
        "chat",
        &whatever("return Promise.resolve({ status: 0, type: 'opaqueredirect', headers: new Headers() })"),
    );
    let message = chat_error(site.reply().text(), "service").await;
    assert!(message.contains("give the address it redirects to as url"), "{message}");
}
