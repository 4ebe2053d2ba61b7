//! Plays an [`Exchange`] against answers that are known beforehand: what `web/driver.rs` does, without a network.

use rivulet::chat::{Error, Event, Result};
use rivulet::exchange::{Exchange, Feed, Poll, RunKind};
use rivulet::frame::Pieces;
use rivulet::http::{Head, Request};

/// What a server answers, and where the network cuts it.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    pub head: Head,
    pub body: Vec<u8>,
    pub cuts: Vec<usize>,
}

impl Reply {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Reply {
        Reply { head: Head { status, headers: Vec::new() }, body: body.into(), cuts: Vec::new() }
    }

    /// A response that the page may not read: `fetch` rejects.
    pub fn unreadable() -> Reply {
        Reply::new(0, "")
    }

    pub fn header(mut self, name: &str, value: &str) -> Reply {
        self.head.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn cut(mut self, cuts: Vec<usize>) -> Reply {
        self.cuts = cuts;
        self
    }

    fn chunks(&self) -> Vec<&[u8]> {
        let edges: Vec<usize> = [0].into_iter().chain(self.cuts.iter().copied()).chain([self.body.len()]).collect();
        edges.windows(2).map(|edge| &self.body[edge[0]..edge[1]]).collect()
    }
}

/// One item of a reply. Runs of pieces are taken apart: how many come in one run depends on the cuts, and may.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Piece(String),
    Event(Event),
}

#[derive(Clone, Debug)]
pub struct Played {
    pub requests: Vec<Request>,
    pub items: Vec<Item>,
    pub end: Result<()>,
}

impl Played {
    pub fn text(&self) -> String {
        self.pieces().concat()
    }

    pub fn pieces(&self) -> Vec<String> {
        let piece = |item: &Item| match item {
            Item::Piece(text) => Some(text.clone()),
            Item::Event(_) => None,
        };
        self.items.iter().filter_map(piece).collect()
    }

    pub fn events(&self) -> Vec<&Event> {
        let mut events = Vec::new();
        for item in &self.items {
            if let Item::Event(event) = item {
                events.push(event);
            }
        }
        events
    }

    pub fn warnings(&self) -> Vec<&str> {
        let mut warnings = Vec::new();
        for event in self.events() {
            if let Event::Warning(words) = event {
                warnings.push(words.as_str());
            }
        }
        warnings
    }

    pub fn error(&self) -> &Error {
        self.end.as_ref().expect_err("the reply should have failed")
    }

    pub fn urls(&self) -> Vec<&str> {
        self.requests.iter().map(|request| request.url.as_str()).collect()
    }
}

/// `answer` sees each request and its number, from 0 on.
pub fn play(mut exchange: Exchange, mut answer: impl FnMut(&Request, usize) -> Reply) -> Played {
    let mut played = Played { requests: Vec::new(), items: Vec::new(), end: Ok(()) };
    let mut reply = Reply::default();
    let mut chunks = Vec::new();
    let mut next = 0;
    // Text has two ways out, which are taken in turns.
    let mut shows = false;
    loop {
        if shows {
            exchange.show_run(|run, pieces| played.items.extend(items(run, pieces)));
        }
        shows = !shows;
        match exchange.poll() {
            Poll::Event(Event::Text(pieces)) => played.items.extend(items(&RunKind::Text, &pieces)),
            Poll::Event(Event::Reasoning(pieces)) => played.items.extend(items(&RunKind::Reasoning, &pieces)),
            Poll::Event(Event::ToolCall { call, arguments, done: false }) if !arguments.is_empty() => {
                played.items.extend(items(&RunKind::ToolCall(call), &arguments));
            }
            Poll::Event(event) => played.items.push(Item::Event(event)),
            Poll::Send(request) => {
                assert!(played.requests.len() < 8, "more than eight requests: {request:?}");
                reply = answer(&request, played.requests.len());
                played.requests.push((*request).clone());
                if reply.head.status == 0 {
                    assert!(exchange.no_response(), "no other request follows one without a response: {request:?}");
                    continue;
                }
                exchange.feed(Feed::Head(reply.head.clone()));
                chunks = reply.chunks().into_iter().map(<[u8]>::to_vec).collect::<Vec<_>>();
                next = 0;
            }
            Poll::Read => {
                assert!(next <= chunks.len(), "reads on after the end of the body of {:?}", reply.head);
                match chunks.get(next) {
                    Some(chunk) => exchange.feed(Feed::Chunk(chunk)),
                    None => exchange.feed(Feed::End),
                }
                next += 1;
            }
            Poll::Over(end) => {
                played.end = end;
                return played;
            }
        }
    }
}

fn items(run: &RunKind, pieces: &Pieces) -> impl Iterator<Item = Item> {
    split(pieces).map(move |piece| match run {
        RunKind::Text => Item::Piece(piece),
        RunKind::Reasoning => Item::Event(Event::Reasoning(piece.as_str().into())),
        RunKind::ToolCall(call) => {
            Item::Event(Event::ToolCall { call: call.clone(), arguments: piece.as_str().into(), done: false })
        }
    })
}

/// The pieces by their UTF-16 offsets, as JavaScript slices them.
pub fn split(pieces: &Pieces) -> impl Iterator<Item = String> {
    let units: Vec<u16> = pieces.text().encode_utf16().collect();
    assert_eq!(pieces.ends().last().copied().unwrap_or(0) as usize, units.len(), "the offsets do not cover the text");
    let starts = [0].into_iter().chain(pieces.ends().iter().copied());
    let edges: Vec<(u32, u32)> = starts.zip(pieces.ends().iter().copied()).collect();
    edges.into_iter().map(move |(from, to)| {
        String::from_utf16(&units[from as usize..to as usize]).expect("a piece ends inside a surrogate pair")
    })
}
