//! What came of each part of an answer, for services that tell a part more than once: in pieces and whole.

use std::iter::repeat;

use super::message_decoder::{MessageDecoder, str_or_empty};
use super::notes;
use crate::exchange::{EventQueue, Received};
use crate::json::Value;
use crate::text::filled;

/// What a part of the answer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Text, or the text of a refusal.
    #[default]
    Text,
    /// A summary of the reasoning.
    Summary,
    /// The reasoning itself.
    Reasoning,
    /// An image.
    Image,
}

impl Kind {
    /// Kinds of the same stream are handed out one behind the other.
    const STREAMS: usize = 3;

    fn stream(self) -> usize {
        match self {
            Kind::Text => 0,
            Kind::Summary | Kind::Reasoning => 1,
            Kind::Image => 2,
        }
    }
}

/// Which part of the answer it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part {
    /// The position of its item.
    pub item: u64,
    /// What it is.
    pub kind: Kind,
    /// The position among the parts of this kind in the item.
    pub index: u64,
}

/// A part of the answer of which something came.
#[derive(Default)]
pub struct KnownPart {
    part: Part,
    /// The id of its item. May be empty.
    id: String,
    received: Received,
    /// The number of sources that came.
    pub sources: usize,
}

/// What came of the answer. The service tells most things three times or more: in pieces, whole, in the whole item and in the
/// whole answer. Gateways leave out any of these, so each of them is read, and only what it adds is handed out.
#[derive(Default)]
pub struct Parts {
    /// In order.
    known: Vec<KnownPart>,
    /// The parts whose received stands in the queue: of text and of reasoning.
    current: [Option<Part>; Kind::STREAMS],
    /// The first part of the text, so that its offsets are those of the text of the reply.
    first_text: Option<Part>,
    /// Whether the caller knows that pieces and wholes differ.
    told_difference: bool,
}

/// The warning where the whole text of a part is another one than that of its pieces.
const DIFFERENCE: &str = "the service's final text or arguments differ from the pieces that came: the pieces stand";

impl Parts {
    /// Notes how far the current parts came.
    fn settle(&mut self, out: &EventQueue) {
        for (part, received) in self.current.into_iter().zip([out.text_received, out.reasoning_received]) {
            let at = part.and_then(|part| self.find(part).ok());
            at.into_iter().for_each(|at| self.known[at].received = received);
        }
    }

    /// The position of a part, or where it belongs.
    fn find(&self, part: Part) -> std::result::Result<usize, usize> {
        self.known.binary_search_by(|known| known.part.cmp(&part))
    }

    /// What came of a part, as far as it is settled.
    fn received(&self, part: Part) -> Received {
        self.find(part).map(|at| self.known[at].received).unwrap_or_default()
    }

    /// The part that `whole` is. Gateways number pieces and wholes differently, or leave out the numbers of the pieces: a part
    /// that is not known by its position is the current one if it goes on from there and its item has no other id.
    fn place(&self, whole: &WholePart<'_>) -> Part {
        let current = self.current[whole.part.kind.stream()].and_then(|part| self.find(part).ok());
        let Some(known) = current.map(|at| &self.known[at]).filter(|_| self.find(whole.part).is_err()) else {
            return whole.part;
        };
        let is_other = known.part.kind != whole.part.kind
            || known.part.index != whole.part.index
            || !known.id.is_empty() && !whole.id.is_empty() && known.id != whole.id
            || whole.text.len() < known.received.bytes
            || known.received.rest_of(whole.text).is_none();
        if is_other { whole.part } else { known.part }
    }

    /// Whether offsets in this part are offsets in the text of the reply.
    pub fn is_first_text(&self, part: Part) -> bool {
        self.first_text.is_none_or(|first| first == part)
    }

    /// All parts of a stream of which something came, in order.
    fn stream(&self, stream: usize) -> impl Iterator<Item = &KnownPart> {
        self.known.iter().filter(move |known| known.part.kind.stream() == stream && known.received.bytes > 0)
    }
}

/// The record of a part of the item with this id. It may begin here.
pub fn known_part<'a>(message: &'a mut MessageDecoder, part: Part, id: &str) -> &'a mut KnownPart {
    let at = message.parts.find(part).unwrap_or_else(|at| {
        message.keeps(size_of::<KnownPart>() + id.len());
        message.parts.known.insert(at, KnownPart { part, id: id.to_owned(), ..KnownPart::default() });
        at
    });
    &mut message.parts.known[at]
}

/// Makes `part` the one that the next piece belongs to.
fn begin(message: &mut MessageDecoder, part: Part, id: &str, out: &mut EventQueue) {
    let stream = part.kind.stream();
    let before = message.parts.current[stream];
    if before == Some(part) {
        return;
    }
    message.parts.settle(out);
    if stream == Kind::Summary.stream() && before.is_some() && message.parts.find(part).is_err() {
        out.end_reasoning_part();
    }
    let received = known_part(message, part, id).received;
    message.parts.current[stream] = Some(part);
    if part.kind == Kind::Text {
        message.parts.first_text.get_or_insert(part);
    }
    match part.kind {
        Kind::Text => out.text_received = received,
        Kind::Summary | Kind::Reasoning => out.reasoning_received = received,
        Kind::Image => {}
    }
}

/// A piece of a part of the item with this id. `is_refusal`: see [`WholePart`].
pub fn piece(
    message: &mut MessageDecoder,
    (part, id, is_refusal): (Part, &str, bool),
    piece: &str,
    out: &mut EventQueue,
) {
    if piece.is_empty() {
        return;
    }
    begin(message, part, id, out);
    match part.kind {
        Kind::Text if is_refusal => message.refusal(piece, out),
        Kind::Text => message.text(piece, out),
        Kind::Summary | Kind::Reasoning => _ = message.reasoning(piece, out),
        Kind::Image => {}
    }
}

/// A part as a whole.
pub struct WholePart<'a> {
    /// Which part it is.
    pub part: Part,
    /// The id of its item. May be empty.
    pub id: &'a str,
    /// All of its text, or the image in base64.
    pub text: &'a str,
    /// Whether the model says there that it will not answer.
    pub is_refusal: bool,
    /// Where its sources stand, and the format of an image.
    pub value: &'a Value,
}

/// Hands out what a whole part has beyond the pieces that came.
pub fn decode_whole(message: &mut MessageDecoder, whole: &WholePart<'_>, out: &mut EventQueue) {
    message.parts.settle(out);
    let part = message.parts.place(whole);
    decode_placed(message, &WholePart { part, ..*whole }, out);
}

/// Hands out what a whole part, whose position is the one of its pieces, has beyond them.
fn decode_placed(message: &mut MessageDecoder, whole: &WholePart<'_>, out: &mut EventQueue) {
    message.parts.settle(out);
    let received = message.parts.received(whole.part);
    match received.rest_of(whole.text) {
        // What a frame with half a character says cannot be compared with what came.
        _ if message.has_lone_surrogates && received.bytes > 0 => {}
        _ if whole.part.kind == Kind::Image => {
            if received.bytes == 0 && !whole.text.is_empty() {
                known_part(message, whole.part, whole.id).received.bytes = whole.text.len();
                message.image(image_url(whole.text, str_or_empty(whole.value, "output_format")), out);
            }
        }
        Some(rest) => piece(message, (whole.part, whole.id, whole.is_refusal), rest, out),
        None => tell_difference(message, out),
    }
    let sources = whole.value.list("annotations");
    let is_first = message.parts.is_first_text(whole.part);
    if !sources.is_empty() {
        let known = known_part(message, whole.part, whole.id);
        sources.iter().skip(known.sources).for_each(|source| notes::cite(source, is_first, out));
        known.sources = known.sources.max(sources.len());
    }
}

/// Warns, once, that the service told something twice and differently.
pub fn tell_difference(message: &mut MessageDecoder, out: &mut EventQueue) {
    if !std::mem::replace(&mut message.parts.told_difference, true) {
        out.warn(DIFFERENCE);
    }
}

/// The address of an image in base64, of this format: PNG, JPEG or WebP. Where the service names none, the first bytes do.
pub fn image_url(data: &str, format: &str) -> String {
    if data.starts_with("data:") || data.starts_with("http") {
        return data.to_owned();
    }
    let media = match format {
        "png" | "jpeg" | "webp" => format,
        "jpg" => "jpeg",
        _ if data.starts_with("/9j/") => "jpeg",
        _ if data.starts_with("UklGR") => "webp",
        _ => "png",
    };
    filled("data:image/$;base64,$", &[media, data])
}

/// How the parts of a whole answer are found among those that came in pieces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Match {
    /// By the position of the item.
    Position,
    /// By their order. Some gateways leave items out of the whole answer, so that the others change their positions.
    Order,
    /// All of it came before.
    Nothing,
}

/// Finds the parts of a whole answer among those that came before.
pub struct Matching {
    matches: [Match; Kind::STREAMS],
    /// The parts that came, in order.
    known: [std::vec::IntoIter<Part>; Kind::STREAMS],
}

impl Matching {
    /// `wholes`: the parts of each item of the answer.
    pub fn new(message: &mut MessageDecoder, wholes: &[Vec<WholePart<'_>>], out: &mut EventQueue) -> Matching {
        message.parts.settle(out);
        let parts = &message.parts;
        let mut is_other = false;
        let matches = std::array::from_fn(|stream| {
            let wanted = || {
                let all = wholes.iter().flatten();
                all.filter(move |whole| whole.part.kind.stream() == stream && !whole.text.is_empty())
            };
            let came: usize = parts.stream(stream).map(|known| known.received.bytes).sum();
            let Some(missing) = wanted().map(|whole| whole.text.len()).sum::<usize>().checked_sub(came) else {
                return Match::Nothing;
            };
            let rest = |received: Received, whole: &WholePart<'_>| received.rest_of(whole.text).map(str::len);
            let by_position = wanted().map(|whole| rest(parts.received(whole.part), whole)).sum::<Option<usize>>();
            let in_order = parts.stream(stream).map(|known| known.received).chain(repeat(Received::default()));
            let by_order = wanted().zip(in_order).map(|(whole, received)| rest(received, whole)).sum::<Option<usize>>();
            if by_position == Some(missing) {
                Match::Position
            } else if by_order == Some(missing) {
                Match::Order
            } else {
                is_other |= missing > 0;
                Match::Nothing
            }
        });
        let known = |stream| parts.stream(stream).map(|known| known.part).collect::<Vec<_>>().into_iter();
        let known = std::array::from_fn(known);
        if is_other {
            tell_difference(message, out);
        }
        Matching { matches, known }
    }

    /// Hands out what the next part of the answer has beyond what came of it.
    pub fn decode(&mut self, message: &mut MessageDecoder, whole: &WholePart<'_>, out: &mut EventQueue) {
        let stream = whole.part.kind.stream();
        let part = match self.matches[stream] {
            _ if whole.text.is_empty() => return,
            Match::Position => whole.part,
            Match::Order => self.known[stream].next().unwrap_or(whole.part),
            Match::Nothing => return,
        };
        decode_placed(message, &WholePart { part, ..*whole }, out);
    }
}
