//! Between what a service says and the text that is handed out: thoughts that stand in the text become thoughts
//! (`thinkTags`), and the text ends where the service should have ended it (`stop`, of services that have no such option).

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

/// What begins at some place of the text.
enum Mark {
    None,
    /// Perhaps one, which is not all there.
    Begun,
    /// Its length, and whether it is a tag.
    Whole(usize, bool),
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
        self.held.push_str(text);
        self.read(false, parts);
    }

    /// Nothing more comes: what looked like the beginning of a mark was none.
    pub fn finish(&mut self, parts: &mut Vec<Part>) {
        self.read(true, parts);
    }

    /// The first place where a mark begins counts, and of several there the one that is whole first: what stands behind
    /// it decides nothing. One walk over the text, however many tags are in it.
    fn read(&mut self, is_over: bool, parts: &mut Vec<Part>) {
        let text = std::mem::take(&mut self.held);
        let (mut from, mut at) = (0, 0);
        while at < text.len() && !self.stopped {
            match self.mark(&text.as_bytes()[at..]) {
                Mark::Whole(length, is_tag) => {
                    self.give(&text[from..at], parts);
                    at += length;
                    from = at;
                    self.thinking ^= is_tag;
                    self.stopped = !is_tag;
                }
                Mark::Begun if !is_over => break,
                _ => at += 1,
            }
        }
        if !self.stopped {
            self.give(&text[from..at], parts);
            self.held.push_str(&text[at..]);
        }
    }

    fn give(&self, text: &str, parts: &mut Vec<Part>) {
        if !text.is_empty() {
            let text = text.to_owned();
            parts.push(if self.thinking { Part::Thought(text) } else { Part::Text(text) });
        }
    }

    /// The shortest mark at the beginning of `rest`. Nothing in a thought stops the text.
    fn mark(&self, rest: &[u8]) -> Mark {
        let mut found = Mark::None;
        self.marks(|mark, is_tag| {
            let mark = mark.as_bytes();
            match found {
                Mark::Whole(length, _) if length <= mark.len() => {}
                _ if rest.starts_with(mark) => found = Mark::Whole(mark.len(), is_tag),
                Mark::None if mark.starts_with(rest) => found = Mark::Begun,
                _ => {}
            }
        });
        found
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
