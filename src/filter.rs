//! Between what a service says and the text that is handed out: thoughts that stand in the text become thoughts
//! (`thinkTags`), and the text ends where the service should have ended it (`stop`, of services that have no such option).

use crate::text::find;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

#[derive(Clone, Debug, Default)]
pub struct Filter {
    think_tags: bool,
    stops: Vec<String>,
    thinking: bool,
    stopped: bool,
    /// Perhaps the beginning of a mark.
    held: String,
}

#[derive(Debug, PartialEq)]
pub enum Part {
    Text(String),
    Thought(String),
}

impl Filter {
    /// `None`: there is nothing to do.
    pub fn new(think_tags: bool, stops: &[String]) -> Option<Filter> {
        let useful = think_tags || !stops.is_empty();
        useful.then(|| Filter { think_tags, stops: stops.to_vec(), ..Filter::default() })
    }

    /// As it was before any text.
    pub fn again(&self) -> Filter {
        Filter { think_tags: self.think_tags, stops: self.stops.clone(), ..Filter::default() }
    }

    /// The text is over, by a word of `stop`.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Whatever the cuts, the parts are the same when they are put together.
    pub fn push(&mut self, text: &str, parts: &mut Vec<Part>) {
        let mut rest = std::mem::take(&mut self.held);
        rest.push_str(text);
        while !self.stopped {
            let Some((at, length, is_tag)) = self.mark(&rest) else { break };
            self.give(&rest[..at], parts);
            rest.drain(..at + length);
            self.thinking ^= is_tag;
            self.stopped = !is_tag;
        }
        if !self.stopped {
            let sure = rest.len() - self.doubtful(&rest);
            self.give(&rest[..sure], parts);
            rest.drain(..sure);
            self.held = rest;
        }
    }

    /// Nothing more comes: what looked like the beginning of a mark was none.
    pub fn finish(&mut self, parts: &mut Vec<Part>) {
        let held = std::mem::take(&mut self.held);
        self.give(&held, parts);
    }

    fn give(&self, text: &str, parts: &mut Vec<Part>) {
        if !text.is_empty() {
            let text = text.to_owned();
            parts.push(if self.thinking { Part::Thought(text) } else { Part::Text(text) });
        }
    }

    /// The first mark that counts now: where, how long, and whether it is a tag. Nothing in a thought stops the text.
    fn mark(&self, text: &str) -> Option<(usize, usize, bool)> {
        let mut first: Option<(usize, usize, bool)> = None;
        self.marks(|mark, is_tag| {
            let at = find(text.as_bytes(), mark.as_bytes());
            if at.is_some_and(|at| first.is_none_or(|(known, ..)| at < known)) {
                first = at.map(|at| (at, mark.len(), is_tag));
            }
        });
        first
    }

    /// Bytes at the end that may be the beginning of a mark.
    fn doubtful(&self, text: &str) -> usize {
        let mut most = 0;
        self.marks(|mark, _| {
            let longest = mark.len().saturating_sub(1).min(text.len());
            for length in most + 1..=longest {
                if text.as_bytes().ends_with(&mark.as_bytes()[..length]) {
                    most = length;
                }
            }
        });
        most
    }

    fn marks(&self, mut each: impl FnMut(&str, bool)) {
        if self.think_tags {
            each(if self.thinking { CLOSE } else { OPEN }, true);
        }
        for stop in self.stops.iter().filter(|_| !self.thinking) {
            each(stop, false);
        }
    }
}
