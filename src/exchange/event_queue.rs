//! Holds what a protocol understood, in order, until the owner of the exchange takes it. Pieces of text are joined into
//! runs.

use std::collections::VecDeque;
use std::rc::Rc;

use super::text_filter::{Filter, Segment};
use crate::chat::{Event, Finish, Result, Session, ToolCall, Usage, too_large_error};
use crate::frame::Pieces;
use crate::json::{self, Map, SurrogateJoiner, Value, weight};
use crate::text::lossy;

/// The warning of a reply without text, tool calls and images.
pub const EMPTY_REPLY: &str = "the reply is empty";

/// What stands between two parts of the reasoning. Each of them is a paragraph or more.
const PART_BREAK: &str = "\n\n";

/// What the pieces of a run are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RunKind {
    /// Text of the reply.
    #[default]
    Text,
    /// The model's reasoning.
    Reasoning,
    /// Arguments of this tool call.
    ToolCall(Rc<ToolCall>),
}

/// How much of a text has come, and how that ended. This is enough to find what a whole text adds, without keeping the text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Received {
    /// Bytes that have come.
    pub bytes: usize,
    /// The last of them, at its end.
    tail: [u8; 16],
}

impl Received {
    /// Notes that `piece` has come, too.
    fn add(&mut self, piece: &[u8]) {
        let kept = &piece[piece.len().saturating_sub(self.tail.len())..];
        self.tail.rotate_left(kept.len());
        let from = self.tail.len() - kept.len();
        self.tail[from..].copy_from_slice(kept);
        self.bytes += piece.len();
    }

    /// What `whole` has beyond the pieces that came. Nothing where it is shorter than they are. `None`: it is another text.
    pub fn rest_of<'a>(&self, whole: &'a str) -> Option<&'a str> {
        if whole.len() < self.bytes {
            return Some("");
        }
        let (begun, rest) = whole.split_at_checked(self.bytes)?;
        let known = self.tail.len() - self.bytes.min(self.tail.len());
        begun.as_bytes().ends_with(&self.tail[known..]).then_some(rest)
    }
}

/// Where protocols put the events that they understood.
#[derive(Default)]
pub struct EventQueue {
    /// Whether the two members that follow are kept up to date, which a protocol sets that compares pieces with wholes.
    pub tracks_received: bool,
    /// What has come of the text, or of the part of it that the protocol put here.
    pub text_received: Received,
    /// What has come of the reasoning, or of the part of it that the protocol put here.
    pub reasoning_received: Received,
    /// Bytes of the text that have come.
    pub text_bytes: usize,
    queue: VecDeque<Event>,
    /// The kind of the run that is still growing.
    pub(super) run: RunKind,
    /// The pieces of the growing run.
    pub(super) pieces: Pieces,
    text_surrogates: SurrogateJoiner,
    reasoning_surrogates: SurrogateJoiner,
    filter: Option<Filter>,
    /// All text so far as the service sent it, for protocols that compare it with a final text.
    full_text: Option<String>,
    had_text: bool,
    /// Whether any reasoning came.
    had_reasoning: bool,
    /// Whether reasoning came last, of all that is text, reasoning or a call.
    in_reasoning: bool,
    /// Whether the next reasoning is another part than the last one.
    part_is_over: bool,
    /// Whether each frame is told.
    includes_raw: bool,
    /// Bytes that one event may have.
    limit: Option<usize>,
}

impl EventQueue {
    /// A piece of the reply's text. `has_lone_surrogates`: see [`crate::json::Parsed`].
    pub fn text(&mut self, piece: &str, has_lone_surrogates: bool) {
        if has_lone_surrogates || self.text_surrogates.is_waiting() {
            let mut joined = String::new();
            self.text_surrogates.push(piece, has_lone_surrogates, &mut joined);
            self.text_piece(&joined);
        } else {
            self.text_piece(piece);
        }
    }

    /// A piece of the model's reasoning. Returns the piece as it is handed out, with surrogates joined.
    pub fn reasoning(&mut self, piece: &str, has_lone_surrogates: bool) -> &str {
        let mut joined = String::new();
        let piece = if has_lone_surrogates || self.reasoning_surrogates.is_waiting() {
            self.reasoning_surrogates.push(piece, has_lone_surrogates, &mut joined);
            &joined
        } else {
            piece
        };
        if !piece.is_empty() {
            self.release_held_text();
        }
        if self.tracks_received {
            self.reasoning_received.add(piece.as_bytes());
        }
        self.reasoning_piece(piece)
    }

    /// The part of the reasoning that came last is complete. A blank line separates it from the next one, also for a reader who
    /// joins all pieces. To be called when more reasoning follows.
    pub fn end_reasoning_part(&mut self) {
        if self.had_reasoning {
            self.finish_reasoning();
            let was_over = self.part_is_over;
            self.reasoning_piece(PART_BREAK);
            self.part_is_over = !was_over;
        }
    }

    /// The next piece of reasoning belongs to the same part as the last one, whatever came in between.
    pub fn continue_reasoning_part(&mut self) {
        self.part_is_over = false;
    }

    /// A piece of a tool call's arguments. The first piece of a call may be empty; it announces the call.
    pub fn tool_call(&mut self, call: &Rc<ToolCall>, arguments: &str) {
        if arguments.is_empty() {
            return self.push(Event::ToolCall { call: call.clone(), arguments: Pieces::default(), done: false });
        }
        self.release_held_text();
        self.leave_reasoning();
        self.begin_run(RunKind::ToolCall(call.clone()));
        self.pieces.push(arguments);
    }

    /// Any other event. Text that was held back as the possible beginning of a tag or stop word comes before a tool
    /// call, an image or an action, since no tag continues after them. All other events may come between any two pieces
    /// of a text.
    pub fn push(&mut self, event: Event) {
        if matches!(
            event,
            Event::ToolCall { .. } | Event::Image(_) | Event::File(_) | Event::Audio(_) | Event::Action { .. }
        ) {
            self.release_held_text();
        }
        self.end_run();
        self.queue.push_back(event);
    }

    /// A warning about something that the caller asked for or the service said, and that was left out.
    pub fn warn(&mut self, message: impl Into<String>) {
        self.push(Event::Warning(message.into()));
    }

    /// A source that the service cites, in its own shape.
    pub fn source(&mut self, source: &Value) {
        self.push(Event::Source(source.clone()));
    }

    /// What the session store is to keep.
    pub fn session(&mut self, session: &Session) {
        self.push(Event::Session(Some(session.clone())));
    }

    /// The stored session is of no use any more.
    pub fn forget_session(&mut self) {
        self.push(Event::Session(None));
    }

    /// The token counts at `usage` of `value`, if there are any.
    pub fn usage(&mut self, value: &Value) {
        if let Some(usage) = value.get("usage").and_then(Usage::from_json) {
            self.push(Event::Usage(usage));
        }
    }

    /// The closing events, in the order in which every protocol gives them.
    pub fn finish(&mut self, conversation: Map, finish: Finish) {
        self.finish_as(conversation, finish, String::new());
    }

    /// As [`EventQueue::finish`], with the service's own word for the end.
    pub fn finish_as(&mut self, conversation: Map, reason: Finish, raw: String) {
        self.finish_text();
        if !conversation.is_empty() {
            self.push(Event::Conversation(conversation));
        }
        self.push(Event::Finish { reason, raw });
    }

    /// Whether the reply has any text so far.
    pub fn has_text(&self) -> bool {
        self.had_text || self.run == RunKind::Text && !self.pieces.is_empty()
    }

    /// From now on all text is kept for [`EventQueue::full_text`].
    pub fn keep_full_text(&mut self) {
        self.full_text.get_or_insert_default();
    }

    /// All text so far, if it is kept.
    pub fn full_text(&mut self) -> Option<&str> {
        self.end_run();
        self.full_text.as_deref()
    }

    /// Sets how many bytes an event may have: see [`EventQueue::check_json`].
    pub(super) fn set_limit(&mut self, limit: usize) {
        self.limit = Some(limit);
    }

    /// Whether the JSON `text`, which is no longer than an event may be, can be read within four times as much memory, or a
    /// mebibyte.
    ///
    /// # Errors
    /// [`crate::chat::Code::TooLarge`]: it holds too many values.
    pub fn check_json(&self, text: &[u8]) -> Result<()> {
        let Some(limit) = self.limit else { return Ok(()) };
        let most = limit.saturating_mul(4).max(1 << 20);
        // No text takes more than 32 times its length, so hardly any needs a look.
        match text.len() > most / 32 && weight(text) > most {
            true => Err(too_large_error("an event with so many values", limit)),
            false => Ok(()),
        }
    }

    /// Bytes that are kept until the end for [`EventQueue::full_text`].
    pub(super) fn kept_bytes(&self) -> usize {
        let growing = if self.run == RunKind::Text { self.pieces.bytes().len() } else { 0 };
        self.full_text.as_ref().map_or(0, |text| text.len() + growing)
    }

    /// Sets whether each frame is told before what comes of it. No frame is scanned then.
    pub(crate) fn set_include_raw(&mut self, includes_raw: bool) {
        self.includes_raw = includes_raw;
    }

    /// Tells a frame, or an answer in one piece, if that is wanted. Returns whether it is.
    pub(super) fn raw(&mut self, event: &str, data: &[u8]) -> bool {
        let data = data.trim_ascii();
        if self.includes_raw && !data.is_empty() {
            let text = || lossy(data).into_owned().into();
            let raw = json::parse(data).map_or_else(|_| text(), |parsed| parsed.value);
            self.push(Event::Raw { event: event.to_owned(), raw });
        }
        self.includes_raw
    }

    /// Whether all text is kept.
    pub(super) fn keeps_text(&self) -> bool {
        self.full_text.is_some()
    }

    pub(crate) fn set_filter(&mut self, filter: Option<Filter>) {
        self.filter = filter;
    }

    /// Whether a stop word ended the text: what the service says from here on is not wanted.
    pub(crate) fn is_stopped(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::is_stopped)
    }

    /// The service's final text, where it differs from the pieces.
    pub fn replace(&mut self, text: String) {
        let Some(mut filter) = self.filter.as_ref().map(Filter::restarted) else {
            return self.push(Event::Replace(text));
        };
        let (mut segments, mut shown) = (Vec::new(), String::new());
        filter.push(&text, &mut segments);
        filter.finish(&mut segments);
        for segment in segments {
            if let Segment::Text(text) = segment {
                shown.push_str(&text);
            }
        }
        self.push(Event::Replace(shown));
    }

    /// The pieces to which the scanner may append the texts of its frames. `None` while texts are filtered or joined,
    /// or while a run of another kind has not ended.
    pub(super) fn pieces_for(&mut self, kind: &RunKind) -> Option<&mut Pieces> {
        let passes_through =
            self.filter.is_none() && !self.text_surrogates.is_waiting() && !self.reasoning_surrogates.is_waiting();
        if !passes_through || self.run != *kind && !self.pieces.is_empty() {
            return None;
        }
        if self.part_is_over && *kind == RunKind::Reasoning {
            return None;
        }
        self.run.clone_from(kind);
        Some(&mut self.pieces)
    }

    /// Notes that the scanner appended all pieces from `start` on.
    pub(super) fn scanned(&mut self, start: (usize, usize)) {
        let scanned = self.pieces.bytes().get(start.0..).unwrap_or_default();
        if scanned.is_empty() {
            return;
        }
        let (length, tracks) = (scanned.len(), self.tracks_received);
        match self.run {
            RunKind::Text => {
                if tracks {
                    self.text_received.add(scanned);
                }
                self.text_bytes += length;
                self.leave_reasoning();
            }
            RunKind::Reasoning if tracks => self.reasoning_received.add(scanned),
            RunKind::Reasoning => {}
            RunKind::ToolCall(_) => self.leave_reasoning(),
        }
    }

    /// Appends a piece of text. An empty piece is dropped and ends no run.
    fn text_piece(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        self.had_text = true;
        if self.tracks_received {
            self.text_received.add(piece.as_bytes());
        }
        self.text_bytes += piece.len();
        self.finish_reasoning();
        let Some(filter) = &mut self.filter else {
            self.leave_reasoning();
            self.begin_run(RunKind::Text);
            return self.pieces.push(piece);
        };
        if let Some(full_text) = &mut self.full_text {
            full_text.push_str(piece);
        }
        let mut segments = Vec::new();
        filter.push(piece, &mut segments);
        self.filtered(segments);
    }

    fn filtered(&mut self, segments: Vec<Segment>) {
        for segment in segments {
            match segment {
                Segment::Text(text) => {
                    self.leave_reasoning();
                    self.begin_run(RunKind::Text);
                    self.pieces.push(&text);
                }
                Segment::Reasoning(text) => _ = self.reasoning_piece(&text),
            }
        }
    }

    fn reasoning_piece(&mut self, piece: &str) -> &str {
        if piece.is_empty() {
            return "";
        }
        if std::mem::take(&mut self.part_is_over) {
            self.push(Event::ReasoningPart);
        }
        (self.had_reasoning, self.in_reasoning) = (true, true);
        self.begin_run(RunKind::Reasoning);
        let start = self.pieces.start();
        self.pieces.push(piece);
        self.pieces.since(start)
    }

    /// Ends the reasoning: a high surrogate that still waits for its other half becomes U+FFFD.
    fn finish_reasoning(&mut self) {
        let mut rest = String::new();
        self.reasoning_surrogates.finish(&mut rest);
        self.reasoning_piece(&rest);
    }

    /// Notes that text or a call comes, so that reasoning behind it is another part.
    fn leave_reasoning(&mut self) {
        self.part_is_over |= std::mem::take(&mut self.in_reasoning);
    }

    fn begin_run(&mut self, kind: RunKind) {
        if self.run != kind {
            self.end_run();
            self.run = kind;
        }
    }

    /// Ends the text: what the filter held back goes out.
    pub(crate) fn finish_text(&mut self) {
        self.finish_reasoning();
        let mut rest = String::new();
        self.text_surrogates.finish(&mut rest);
        self.text_piece(&rest);
        self.release_held_text();
    }

    fn release_held_text(&mut self) {
        if let Some(filter) = &mut self.filter {
            let mut segments = Vec::new();
            filter.finish(&mut segments);
            self.filtered(segments);
        }
    }

    fn end_run(&mut self) {
        if !self.pieces.is_empty() {
            self.run_is_handed_out();
            let pieces = std::mem::take(&mut self.pieces);
            self.queue.push_back(match &self.run {
                RunKind::Text => Event::Text(pieces),
                RunKind::Reasoning => Event::Reasoning(pieces),
                RunKind::ToolCall(call) => Event::ToolCall { call: call.clone(), arguments: pieces, done: false },
            });
        }
    }

    /// Shows the next event where that is the growing run. It is shown in place, so that the next run needs no allocation.
    pub(super) fn show_run(&mut self, to: impl FnOnce(&RunKind, &Pieces)) {
        if self.queue.is_empty() && !self.pieces.is_empty() {
            self.run_is_handed_out();
            to(&self.run, &self.pieces);
            self.pieces.clear();
        }
    }

    /// Notes that the run was text of the reply, if it was.
    fn run_is_handed_out(&mut self) {
        if self.run != RunKind::Text {
            return;
        }
        self.had_text = true;
        if let Some(full_text) = self.full_text.as_mut().filter(|_| self.filter.is_none()) {
            full_text.push_str(self.pieces.text());
        }
    }

    pub(super) fn has_events(&self) -> bool {
        !self.queue.is_empty() || !self.pieces.is_empty()
    }

    /// The token counts among the events that wait.
    pub(super) fn waiting_usage(&self) -> Option<&Usage> {
        self.queue.iter().rev().find_map(|event| if let Event::Usage(usage) = event { Some(usage) } else { None })
    }

    pub(super) fn pop(&mut self) -> Option<Event> {
        if self.queue.is_empty() {
            self.end_run();
        }
        self.queue.pop_front()
    }

    /// The number of waiting events and pieces. It changes with everything that is put in.
    pub(super) fn position(&self) -> (usize, usize) {
        (self.queue.len(), self.pieces.ends().len())
    }
}
