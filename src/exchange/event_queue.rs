//! Between a protocol and the one who polls: what the protocol understood, in its order, text joined into runs.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::chat::{Event, Finish, Session, ToolCall, Usage};
use crate::exchange::{Filter, Part};
use crate::frame::Pieces;
use crate::json::{Halves, Map, Value};

/// A warning.
pub const EMPTY: &str = "the site sent an empty reply";

/// What the pieces of a run are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Run {
    #[default]
    Text,
    Thought,
    /// Arguments of this call.
    Call(Rc<ToolCall>),
}

/// Where protocols put what they understood.
#[derive(Default)]
pub struct Out {
    queue: VecDeque<Event>,
    pub(crate) run: Run,
    pub(crate) pieces: Pieces,
    halves: Halves,
    thought_halves: Halves,
    filter: Option<Filter>,
    /// All text so far, as it came, for protocols that compare it with a final text.
    whole: Option<String>,
    any_text: bool,
    /// Bytes of one event, line or JSON answer, and of what a protocol keeps of a reply.
    pub(crate) limit: usize,
}

impl Out {
    pub(crate) fn new(limit: usize) -> Out {
        Out { limit, ..Out::default() }
    }

    /// `mended`: see [`crate::json`].
    pub fn text(&mut self, piece: &str, mended: bool) {
        if mended || self.halves.is_waiting() {
            let mut joined = String::new();
            self.halves.push(piece, mended, &mut joined);
            self.piece(&joined);
        } else {
            self.piece(piece);
        }
    }

    /// A piece of what the model thinks before it answers; returns what came of it.
    pub fn think(&mut self, piece: &str, mended: bool) -> &str {
        let mut joined = String::new();
        let piece = if mended || self.thought_halves.is_waiting() {
            self.thought_halves.push(piece, mended, &mut joined);
            &joined
        } else {
            piece
        };
        if !piece.is_empty() {
            self.release();
        }
        self.thought(piece)
    }

    /// A piece of a call's arguments. The first one may be empty, and tells of the call.
    pub fn call(&mut self, call: &Rc<ToolCall>, arguments: &str) {
        if arguments.is_empty() {
            return self.event(Event::ToolCall { call: call.clone(), arguments: Pieces::default(), done: false });
        }
        self.release();
        self.begin(Run::Call(call.clone()));
        self.pieces.push(arguments);
    }

    /// No mark goes on behind a thought, a call, an image or an action: what was held back as the beginning of one comes
    /// first. All others (sources, counts, notes) stand between any two pieces of a text.
    pub fn event(&mut self, event: Event) {
        if matches!(event, Event::ToolCall { .. } | Event::Image(_) | Event::Action { .. }) {
            self.release();
        }
        self.flush();
        self.queue.push_back(event);
    }

    pub fn warn(&mut self, message: impl Into<String>) {
        self.event(Event::Warning(message.into()));
    }

    pub fn source(&mut self, source: &Value) {
        self.event(Event::Source(source.clone()));
    }

    pub fn session(&mut self, session: &Session) {
        self.event(Event::Session(Some(session.clone())));
    }

    /// If `value` tells it.
    pub fn usage(&mut self, value: &Value) {
        if let Some(usage) = value.get("usage").and_then(Usage::from_json) {
            self.event(Event::Usage(usage));
        }
    }

    pub fn forget_session(&mut self) {
        self.event(Event::Session(None));
    }

    /// The closing events, in the order every protocol gives them.
    pub fn finish(&mut self, conversation: Map, finish: Finish) {
        self.finish_text();
        if !conversation.is_empty() {
            self.event(Event::Conversation(conversation));
        }
        self.event(Event::Finish(finish));
    }

    pub fn any_text(&self) -> bool {
        self.any_text || self.run == Run::Text && !self.pieces.is_empty()
    }

    pub fn keep_whole(&mut self) {
        self.whole.get_or_insert_default();
    }

    pub fn whole(&mut self) -> Option<&str> {
        self.flush();
        self.whole.as_deref()
    }

    pub(crate) fn filter(&mut self, filter: Option<Filter>) {
        self.filter = filter;
    }

    /// By a word of `stop`: what the service says from here on is not wanted.
    pub(crate) fn is_stopped(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::is_stopped)
    }

    /// The service's final text, where it differs from the pieces.
    pub fn replace(&mut self, text: String) {
        let Some(mut filter) = self.filter.as_ref().map(Filter::again) else {
            return self.event(Event::Replace(text));
        };
        let (mut parts, mut kept) = (Vec::new(), String::new());
        filter.push(&text, &mut parts);
        filter.finish(&mut parts);
        for part in parts {
            if let Part::Text(text) = part {
                kept.push_str(&text);
            }
        }
        self.event(Event::Replace(kept));
    }

    /// Where the scanner may put the texts of its frames; `None` where they are not yet what is handed out, or another run
    /// is not over.
    pub(crate) fn plain(&mut self, run: &Run) -> Option<&mut Pieces> {
        let is_plain = self.filter.is_none() && !self.halves.is_waiting() && !self.thought_halves.is_waiting();
        if !is_plain || self.run != *run && !self.pieces.is_empty() {
            return None;
        }
        self.run.clone_from(run);
        Some(&mut self.pieces)
    }

    /// An empty piece is none, and ends no run.
    fn piece(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        self.any_text = true;
        self.finish_thought();
        let Some(filter) = &mut self.filter else {
            self.begin(Run::Text);
            return self.pieces.push(piece);
        };
        if let Some(whole) = &mut self.whole {
            whole.push_str(piece);
        }
        let mut parts = Vec::new();
        filter.push(piece, &mut parts);
        self.filtered(parts);
    }

    fn filtered(&mut self, parts: Vec<Part>) {
        for part in parts {
            match part {
                Part::Text(text) => {
                    self.begin(Run::Text);
                    self.pieces.push(&text);
                }
                Part::Thought(text) => _ = self.thought(&text),
            }
        }
    }

    fn thought(&mut self, piece: &str) -> &str {
        if piece.is_empty() {
            return "";
        }
        self.begin(Run::Thought);
        let start = self.pieces.start();
        self.pieces.push(piece);
        self.pieces.since(start)
    }

    /// A half of a character that waits is alone for good.
    fn finish_thought(&mut self) {
        let mut rest = String::new();
        self.thought_halves.finish(&mut rest);
        self.thought(&rest);
    }

    fn begin(&mut self, run: Run) {
        if self.run != run {
            self.flush();
            self.run = run;
        }
    }

    pub(crate) fn finish_text(&mut self) {
        self.finish_thought();
        let mut rest = String::new();
        self.halves.finish(&mut rest);
        self.piece(&rest);
        self.release();
    }

    fn release(&mut self) {
        if let Some(filter) = &mut self.filter {
            let mut parts = Vec::new();
            filter.finish(&mut parts);
            self.filtered(parts);
        }
    }

    fn flush(&mut self) {
        if !self.pieces.is_empty() {
            self.remember();
            let pieces = std::mem::take(&mut self.pieces);
            self.queue.push_back(match &self.run {
                Run::Text => Event::Text(pieces),
                Run::Thought => Event::Reasoning(pieces),
                Run::Call(call) => Event::ToolCall { call: call.clone(), arguments: pieces, done: false },
            });
        }
    }

    /// The next event, where it is a run: shown where it lies, so that the next one needs no allocation.
    pub(crate) fn show_run(&mut self, to: impl FnOnce(&Run, &Pieces)) {
        if self.queue.is_empty() && !self.pieces.is_empty() {
            self.remember();
            to(&self.run, &self.pieces);
            self.pieces.clear();
        }
    }

    /// That the pieces are text of the reply, if they are.
    fn remember(&mut self) {
        if self.run != Run::Text {
            return;
        }
        self.any_text = true;
        if let Some(whole) = self.whole.as_mut().filter(|_| self.filter.is_none()) {
            whole.push_str(self.pieces.text());
        }
    }

    pub(crate) fn has_events(&self) -> bool {
        !self.queue.is_empty() || !self.pieces.is_empty()
    }

    pub(crate) fn pop(&mut self) -> Option<Event> {
        if self.queue.is_empty() {
            self.flush();
        }
        self.queue.pop_front()
    }

    /// Changes with everything that is put in.
    pub(crate) fn mark(&self) -> (usize, usize) {
        (self.queue.len(), self.pieces.ends().len())
    }
}
