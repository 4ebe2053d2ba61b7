//! No settings and no options, of whatever shape, make a provider panic before its first request; and what it then sends
//! goes to the address in the settings. The input is two JSON texts with a zero byte between them.
#![no_main]

use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use rivulet::chat::{Code, Session};
use rivulet::exchange::Poll;
use rivulet::json;
use rivulet::options::ChatRequest;
use rivulet::providers::{self, REGISTRY};

fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |byte| *byte == 0);
    let (Some(settings), Some(options)) = (parts.next(), parts.next()) else { return };
    let (Ok(settings), Ok(options)) = (json::parse(settings), json::parse(options)) else { return };
    for protocol in REGISTRY {
        let chat = match ChatRequest::read(&protocol.info, &settings.value, &options.value, || [1, 2]) {
            Ok(chat) => Rc::new(chat),
            Err(error) => {
                assert_eq!(error.code, Code::Input, "{error}");
                continue;
            }
        };
        let mut exchange = providers::exchange(protocol, chat, &Session::default(), 4096);
        for _ in 0..1000 {
            match exchange.poll() {
                Poll::Event(_) => {}
                Poll::Send(request) => {
                    assert!(request.url.starts_with("http://") || request.url.starts_with("https://"), "{}", request.url);
                    break;
                }
                Poll::Over(_) => break,
                Poll::Read => panic!("{} reads before it has sent", protocol.info.name),
            }
        }
    }
});
