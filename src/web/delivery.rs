//! Hands the events of the exchange over to JavaScript.

use std::rc::Rc;

use super::driver::Inner;
use super::js_value;
use super::sys::Kind;
use crate::chat::{Event, Session, ToolCall, too_large_error};
use crate::exchange::{Demand, Exchange, RunKind};
use crate::frame::Pieces;
use crate::options::Purpose;

/// Bytes of text or of reasoning that are handed over for `reply.message` at once. Here they cost a copy, and there nearly nothing.
const KEPT_BYTES: usize = 4096;

impl Inner {
    /// Feeds the exchange and delivers what it understood. Returns what the exchange wants next.
    pub(super) fn feed_and_deliver(&self, feed: impl FnOnce(&mut Exchange)) -> Demand {
        let mut borrowed = self.exchange.borrow_mut();
        let Some(exchange) = borrowed.as_mut() else { return Demand::Nothing };
        feed(exchange);
        if let Some(encoder) = &self.encoder
            && encoder.borrow().wants_usage()
            && let Some(usage) = exchange.usage()
        {
            encoder.borrow_mut().event(&Event::Usage(usage));
        }
        exchange.show_run(|run, pieces| self.deliver_run(run, pieces, false));
        let demand = exchange.demand();
        let is_all = !exchange.has_events();
        drop(borrowed);
        if !is_all {
            self.deliver_events();
        }
        if demand == Demand::Nothing {
            self.hand_over_kept();
        }
        if let Some(encoder) = &self.encoder {
            let mut encoder = encoder.borrow_mut();
            let has_content = encoder.has_content();
            encoder.take(&mut |bytes, sequence| self.buffer.bytes(bytes, sequence as f64, has_content));
            if demand == Demand::Response && encoder.kept_bytes() > self.max_event_bytes {
                return self.too_much_kept();
            }
        }
        demand
    }

    /// Fails the reply, since the encoder would keep more than is allowed.
    fn too_much_kept(&self) -> Demand {
        let error = too_large_error("what the answer to the client repeats at its end", self.max_event_bytes);
        self.exchange.borrow_mut().as_mut().into_iter().for_each(|exchange| exchange.fail(error.clone()));
        Demand::Nothing
    }

    /// Delivers the waiting events. The exchange is not borrowed while JavaScript runs, since a caller's session store
    /// may call anything.
    fn deliver_events(&self) {
        let pop = || self.exchange.borrow_mut().as_mut()?.next_event();
        while let Some(event) = pop() {
            match event {
                Event::Text(pieces) => self.deliver_run(&RunKind::Text, &pieces, false),
                Event::Reasoning(pieces) => self.deliver_run(&RunKind::Reasoning, &pieces, false),
                Event::ToolCall { call, arguments, done } => {
                    self.deliver_run(&RunKind::ToolCall(call), &arguments, done)
                }
                Event::ReasoningPart if self.encoder.is_none() => self.buffer.piece("", Kind::ReasoningPart as u8),
                Event::Session(found) => self.deliver_session(found),
                Event::Message(members) => self.buffer.members(js_value::to_js(&members.into())),
                other => self.deliver(other),
            }
        }
    }

    /// Delivers a run of pieces. The event buffer is our own JavaScript and calls nothing back. `done`: `pieces` are
    /// all arguments of a tool call.
    fn deliver_run(&self, run: &RunKind, pieces: &Pieces, done: bool) {
        self.handed_out.set(true);
        if let Some(encoder) = &self.encoder {
            // The encoder may make no bytes of it for a long time.
            self.buffer.mark_activity();
            let (mut encoder, text) = (encoder.borrow_mut(), pieces.text());
            return match run {
                RunKind::Text => encoder.text(text),
                RunKind::Reasoning => encoder.reasoning(text),
                RunKind::ToolCall(call) => encoder.tool_call(call, text, done),
            };
        }
        let kind = match run {
            RunKind::Text => Kind::Text,
            RunKind::Reasoning => Kind::Reasoning,
            RunKind::ToolCall(call) => {
                self.announce_call(call);
                if done { Kind::CompleteArguments } else { Kind::Arguments }
            }
        } as u8;
        if let Some(kept) = self.kept.borrow_mut().get_mut(usize::from(kind)) {
            let text = pieces.bytes();
            if !kept.is_empty() && kept.len() + text.len() > KEPT_BYTES {
                self.buffer.keep(kind, kept);
                kept.clear();
            }
            match text.len() > KEPT_BYTES {
                true => self.buffer.keep(kind, text),
                false => kept.extend_from_slice(text),
            }
        }
        match pieces.ends() {
            [] | [_] => match pieces.short() {
                Some([a, b, c, d]) => self.buffer.short(kind, pieces.bytes().len(), a, b, c, d),
                None => self.buffer.piece(pieces.text(), kind),
            },
            ends => self.buffer.run(kind, pieces.text(), ends),
        }
    }

    /// Hands over all text and reasoning that is kept for `reply.message`.
    pub(super) fn hand_over_kept(&self) {
        for (kind, kept) in (0..).zip(self.kept.take()) {
            if !kept.is_empty() {
                self.buffer.keep(kind, &kept);
            }
        }
    }

    /// Says which tool call the next pieces are about, once a call, since id and name are strings.
    fn announce_call(&self, call: &Rc<ToolCall>) {
        let announced = self.announced_call.replace(Some(call.clone()));
        if announced.is_none_or(|announced| !Rc::ptr_eq(&announced, call)) {
            self.buffer.call(call.index, &call.id, &call.name);
        }
    }

    /// Stores the session, and delivers its nonce if only that was wanted.
    fn deliver_session(&self, found: Option<Session>) {
        self.host.save(&self.key, found.as_ref().map(Session::to_json).as_deref());
        let session = found.unwrap_or_default();
        if let Some(nonce) = session.nonce().filter(|_| self.chat.purpose == Purpose::Session) {
            self.buffer.piece(nonce, Kind::Text as u8);
        }
        self.session.replace(session);
    }

    /// Delivers any other event. Warnings and reports of progress are delivered by the first try only.
    fn deliver(&self, event: Event) {
        let is_content = event.is_content();
        if is_content {
            self.handed_out.set(true);
        } else if self.tries.get() > 1 && matches!(event, Event::Warning(_) | Event::Status { .. }) {
            // The first try has delivered it already.
            return;
        }
        if let Some(encoder) = &self.encoder {
            encoder.borrow_mut().event(&event);
            // There may be one for each token, and nobody would read it here.
            if matches!(event, Event::Logprobs(_)) {
                return;
            }
        }
        if let Some(event) = event.into_json() {
            self.buffer.event(js_value::to_js(&event), is_content);
        }
    }
}
