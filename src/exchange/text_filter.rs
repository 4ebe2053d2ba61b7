//! Filters the text between the service and the caller. With `thinkTags`, text between `<think>` and `</think>` becomes
//! reasoning; with `stop`, the text ends at a stop word, for services that have no such option.

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Divides a text, however it is cut, into segments of text and of reasoning.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    think_tags: bool,
    stop_words: Vec<String>,
    in_reasoning: bool,
    stopped: bool,
    /// The end of the text so far, if it may be the beginning of a mark.
    held: String,
}

/// What begins at some position of the text.
enum Mark {
    /// Neither a tag nor a stop word.
    None,
    /// The beginning of a tag or stop word, of which a part is missing.
    Begun,
    /// A tag or stop word: its length in bytes, and whether it is a tag.
    Whole(usize, bool),
}

/// A part of the text that is of one kind.
#[derive(Debug, PartialEq)]
pub enum Segment {
    /// Text of the reply.
    Text(String),
    /// Text that stood between the tags.
    Reasoning(String),
}

impl Filter {
    /// A filter for the tags and these stop words, none of which may be empty. `None`: there is nothing to filter.
    pub fn new(think_tags: bool, stop_words: &[String]) -> Option<Filter> {
        let useful = think_tags || !stop_words.is_empty();
        useful.then(|| Filter { think_tags, stop_words: stop_words.to_vec(), ..Filter::default() })
    }

    /// A filter for the same marks that has seen no text.
    pub fn restarted(&self) -> Filter {
        Filter { think_tags: self.think_tags, stop_words: self.stop_words.clone(), ..Filter::default() }
    }

    /// Whether a stop word ended the text.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Appends to `segments` what is certain by now. However the text is cut, the segments put together are the same.
    pub fn push(&mut self, text: &str, segments: &mut Vec<Segment>) {
        self.held.push_str(text);
        self.read(false, segments);
    }

    /// Ends the text: what looked like the beginning of a mark was text.
    pub fn finish(&mut self, segments: &mut Vec<Segment>) {
        self.read(true, segments);
    }

    /// Divides the text that is held. The earliest mark counts, and of several at one position the shortest, so that
    /// the result does not depend on what follows. One pass over the text, however many tags are in it.
    fn read(&mut self, is_over: bool, segments: &mut Vec<Segment>) {
        let text = std::mem::take(&mut self.held);
        let (mut from, mut at) = (0, 0);
        while at < text.len() && !self.stopped {
            match self.mark(&text.as_bytes()[at..]) {
                Mark::Whole(length, is_tag) => {
                    self.emit(&text[from..at], segments);
                    at += length;
                    from = at;
                    self.in_reasoning ^= is_tag;
                    self.stopped = !is_tag;
                }
                Mark::Begun if !is_over => break,
                _ => at += 1,
            }
        }
        if !self.stopped {
            self.emit(&text[from..at], segments);
            self.held.push_str(&text[at..]);
        }
    }

    fn emit(&self, text: &str, segments: &mut Vec<Segment>) {
        if !text.is_empty() {
            let text = text.to_owned();
            segments.push(if self.in_reasoning { Segment::Reasoning(text) } else { Segment::Text(text) });
        }
    }

    /// The shortest mark at the beginning of `rest`. Stop words do not count within reasoning.
    fn mark(&self, rest: &[u8]) -> Mark {
        let mut found = Mark::None;
        self.each_mark(|mark, is_tag| {
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

    fn each_mark(&self, mut each: impl FnMut(&str, bool)) {
        if self.think_tags {
            each(if self.in_reasoning { CLOSE } else { OPEN }, true);
        }
        for word in self.stop_words.iter().filter(|_| !self.in_reasoning) {
            each(word, false);
        }
    }
}
