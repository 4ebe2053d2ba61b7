//! Filters the text between the service and the caller. With `thinkTags`, text between `<think>` and `</think>` becomes
//! reasoning; with `stop`, the text ends at a stop word, for services that have no such option.

use std::rc::Rc;

const OPEN: &str = "<think>";
const CLOSE: &str = "</think>";

/// Divides a text, however it is cut, into segments of text and of reasoning.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// What ends a stretch of text: the tag that opens reasoning, and the stop words.
    of_text: Rc<Marks>,
    /// What ends a stretch of reasoning. Stop words do not count there.
    of_reasoning: Rc<Marks>,
    in_reasoning: bool,
    begins_in_thought: bool,
    stopped: bool,
    /// The text that was not handed out, from `start` on: its end may be the beginning of a mark.
    held: String,
    start: usize,
    /// How far `held` was compared with the marks.
    at: usize,
    /// The beginning of a mark that the text up to `at` ends with.
    node: usize,
    /// Where in `held` a whole stop word begins, while a longer one that begins before it may become whole, too.
    found: Option<usize>,
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
        if !think_tags && stop_words.is_empty() {
            return None;
        }
        let of_text = Rc::new(Marks::new(think_tags.then_some(OPEN), stop_words));
        let of_reasoning = Rc::new(Marks::new(Some(CLOSE), &[]));
        Some(Filter { of_text, of_reasoning, ..Filter::default() })
    }

    /// This filter, for a text that begins as if behind `<think>`.
    pub fn beginning_in_thought(self) -> Filter {
        Filter { begins_in_thought: true, in_reasoning: true, ..self }
    }

    /// A filter for the same marks that has seen no text.
    pub fn restarted(&self) -> Filter {
        Filter {
            of_text: self.of_text.clone(),
            of_reasoning: self.of_reasoning.clone(),
            begins_in_thought: self.begins_in_thought,
            in_reasoning: self.begins_in_thought,
            ..Filter::default()
        }
    }

    /// Whether a stop word ended the text.
    pub fn is_stopped(&self) -> bool {
        self.stopped
    }

    /// Appends to `segments` what is certain by now. However the text is cut, the segments put together are the same.
    pub fn push(&mut self, text: &str, segments: &mut Vec<Segment>) {
        if self.stopped {
            return;
        }
        // What was handed out is dropped when it is the larger part, so that many small pieces do not each move what is held.
        if self.start > self.held.len() / 2 {
            self.held.drain(..self.start);
            self.at -= self.start;
            self.found = self.found.map(|found| found - self.start);
            self.start = 0;
        }
        self.held.push_str(text);
        self.read(segments);
    }

    /// Ends the text: what looked like the beginning of a mark was text.
    pub fn finish(&mut self, segments: &mut Vec<Segment>) {
        match self.found.take() {
            Some(found) => self.stop(found, segments),
            None if !self.stopped => self.emit(self.held.len(), segments),
            None => {}
        }
        self.held.clear();
        (self.start, self.at, self.node) = (0, 0, 0);
    }

    /// Compares what came with the marks, each byte once. Of stop words the one that begins first counts, and of several at one
    /// position the shortest, so that the result does not depend on what follows. A tag counts as soon as it is whole: the text
    /// before it and behind it are not one text.
    fn read(&mut self, segments: &mut Vec<Segment>) {
        while self.at < self.held.len() {
            let marks = if self.in_reasoning { self.of_reasoning.clone() } else { self.of_text.clone() };
            let mut is_tag = false;
            while let Some(&byte) = self.held.as_bytes().get(self.at) {
                self.node = marks.next(self.node, byte);
                self.at += 1;
                let node = &marks.nodes[self.node];
                is_tag = node.ends_tag && self.found.is_none_or(|found| found > self.at - marks.tag_length);
                if is_tag {
                    break;
                }
                if node.word_length > 0 {
                    let begins = self.at - node.word_length as usize;
                    self.found = Some(self.found.map_or(begins, |found| found.min(begins)));
                }
                // No word that begins before the one that was found may still become whole.
                if let Some(found) = self.found.filter(|&found| node.ends_tag || self.at - node.depth as usize >= found)
                {
                    return self.stop(found, segments);
                }
            }
            if !is_tag {
                // A mark begins with a whole character, so this is between two of them.
                return self.emit(self.at - marks.nodes[self.node].depth as usize, segments);
            }
            self.emit(self.at - marks.tag_length, segments);
            self.in_reasoning = !self.in_reasoning;
            (self.start, self.node, self.found) = (self.at, 0, None);
        }
    }

    /// The text ends at `end` of what is held.
    fn stop(&mut self, end: usize, segments: &mut Vec<Segment>) {
        self.emit(end, segments);
        self.stopped = true;
        self.held = String::new();
        (self.start, self.at, self.node, self.found) = (0, 0, 0, None);
    }

    /// Hands out what is held up to `end`.
    fn emit(&mut self, end: usize, segments: &mut Vec<Segment>) {
        if let Some(text) = self.held.get(self.start..end).filter(|text| !text.is_empty()) {
            let text = text.to_owned();
            segments.push(if self.in_reasoning { Segment::Reasoning(text) } else { Segment::Text(text) });
            self.start = end;
        }
    }
}

/// A tag and stop words as an automaton (Aho and Corasick, 1975), which looks at each byte of a text once, however many words there
/// are and however much they are alike. A client of the edge chooses the words, and may have a model repeat them.
#[derive(Debug)]
struct Marks {
    /// The beginnings of marks; the first one is empty. A beginning is mostly continued by the node behind it.
    nodes: Vec<Node>,
    /// Where beginnings are continued by other nodes than the one behind them: at most once a mark.
    branches: Vec<(usize, u8, usize)>,
    tag_length: usize,
}

#[derive(Debug, Default)]
struct Node {
    /// The last byte of this beginning.
    byte: u8,
    /// Whether it continues the beginning that the node before it is.
    continues: bool,
    /// How many bytes it has.
    depth: u32,
    /// The longest other beginning that it ends with.
    shorter: u32,
    /// The length of the longest stop word that it ends with, or 0.
    word_length: u32,
    /// Whether it ends with the tag.
    ends_tag: bool,
}

impl Default for Marks {
    fn default() -> Marks {
        Marks::new(None, &[])
    }
}

impl Marks {
    fn new(tag: Option<&'static str>, words: &[String]) -> Marks {
        let tag_length = tag.map_or(0, str::len);
        let mut marks = Marks { nodes: vec![Node::default()], branches: Vec::new(), tag_length };
        for (mark, is_tag) in
            tag.into_iter().map(|tag| (tag, true)).chain(words.iter().map(|word| (word.as_str(), false)))
        {
            let node = marks.add(mark);
            match is_tag {
                true => marks.nodes[node].ends_tag = true,
                false => marks.nodes[node].word_length = mark.len() as u32,
            }
        }
        marks.link();
        marks
    }

    /// Adds the beginnings of a mark, and returns the last of them.
    fn add(&mut self, mark: &str) -> usize {
        let mut at = 0;
        for &byte in mark.as_bytes() {
            at = self.continued(at, byte).unwrap_or_else(|| {
                let depth = self.nodes[at].depth + 1;
                let new = self.nodes.len();
                self.nodes.push(Node { byte, depth, continues: new == at + 1, ..Node::default() });
                if new != at + 1 {
                    self.branches.push((at, byte, new));
                }
                new
            });
        }
        at
    }

    /// Finds for each beginning the longest other one that it ends with, the shallow ones first.
    fn link(&mut self) {
        let mut parents: Vec<usize> = (0..self.nodes.len()).map(|at| at.saturating_sub(1)).collect();
        self.branches.iter().for_each(|&(parent, _, child)| parents[child] = parent);
        // For each depth a beginning, and for each beginning the next one of its depth.
        let (mut first, mut next) = (vec![0; self.nodes.len()], vec![0; self.nodes.len()]);
        for at in 1..self.nodes.len() {
            next[at] = std::mem::replace(&mut first[self.nodes[at].depth as usize], at);
        }
        let mut depth = 0;
        let mut at = 0;
        loop {
            while at == 0 {
                depth += 1;
                match first.get(depth) {
                    Some(next) => at = *next,
                    None => return,
                }
            }
            let parent = parents[at];
            let shorter =
                if parent == 0 { 0 } else { self.next(self.nodes[parent].shorter as usize, self.nodes[at].byte) };
            let (word_length, ends_tag) = (self.nodes[shorter].word_length, self.nodes[shorter].ends_tag);
            let node = &mut self.nodes[at];
            node.shorter = shorter as u32;
            node.ends_tag |= ends_tag;
            if node.word_length == 0 {
                node.word_length = word_length;
            }
            at = next[at];
        }
    }

    /// The beginning that continues the one at `at` with `byte`.
    fn continued(&self, at: usize, byte: u8) -> Option<usize> {
        let behind = self.nodes.get(at + 1).filter(|next| next.continues && next.byte == byte);
        if behind.is_some() {
            return Some(at + 1);
        }
        let mut branches = self.branches.iter();
        branches.find(|&&(from, with, _)| from == at && with == byte).map(|&(_, _, to)| to)
    }

    /// The longest beginning that a text ends with after `byte`, where it ended with the one at `at` before.
    fn next(&self, mut at: usize, byte: u8) -> usize {
        loop {
            match self.continued(at, byte) {
                Some(next) => return next,
                None if at == 0 => return 0,
                None => at = self.nodes[at].shorter as usize,
            }
        }
    }
}
