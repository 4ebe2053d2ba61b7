//! What was understood, on its way to JavaScript.

use super::plain;
use super::talk::Inner;
use crate::chat::{Event, Session};
use crate::exchange::{Demand, Exchange};
use crate::frame::Pieces;
use crate::out::Run;

impl Inner {
    /// Feeds, and delivers what was understood. What the exchange wants next.
    pub(super) fn delivered(&self, feed: impl FnOnce(&mut Exchange)) -> Demand {
        let mut exchange = self.exchange.borrow_mut();
        let Some(talking) = exchange.as_mut() else { return Demand::Nothing };
        feed(talking);
        talking.show_run(|run, pieces| self.deliver_run(run, pieces));
        let demand = talking.demand();
        let is_all = !talking.has_events();
        drop(exchange);
        if !is_all {
            self.deliver_events();
        }
        if let Some(encoder) = &self.encoder {
            let mut encoder = encoder.borrow_mut();
            let has_content = encoder.has_content();
            encoder.take(|bytes, sequence| self.inbox.bytes(bytes, sequence as f64, has_content));
        }
        demand
    }

    /// The exchange is not borrowed while JavaScript runs: a caller's session store might be anything.
    fn deliver_events(&self) {
        let pop = || self.exchange.borrow_mut().as_mut()?.event();
        while let Some(event) = pop() {
            match event {
                Event::Text(pieces) => self.deliver_run(Run::Text, &pieces),
                Event::Reasoning(pieces) => self.deliver_run(Run::Thought, &pieces),
                Event::Session(found) => self.deliver_session(found),
                other => self.deliver(other),
            }
        }
    }

    /// The inbox is ours, and calls nobody.
    fn deliver_run(&self, run: Run, pieces: &Pieces) {
        self.handed_out.set(true);
        let is_thought = run == Run::Thought;
        if let Some(encoder) = &self.encoder {
            // Perhaps no bytes come of it for long.
            self.inbox.hear();
            let mut encoder = encoder.borrow_mut();
            return if is_thought { encoder.thought(pieces.text()) } else { encoder.text(pieces.text()) };
        }
        match pieces.ends() {
            [_] => match pieces.short() {
                Some([a, b, c, d]) => self.inbox.short(is_thought, pieces.bytes().len(), a, b, c, d),
                None => self.inbox.piece(pieces.text(), is_thought),
            },
            ends => self.inbox.run(is_thought, pieces.text(), ends),
        }
    }

    fn deliver_session(&self, found: Option<Session>) {
        self.host.save(&self.key, found.as_ref().map(Session::to_json).as_deref());
        let session = found.unwrap_or_default();
        if let Some(nonce) = session.nonce().filter(|_| self.call.session_only) {
            self.inbox.piece(nonce, false);
        }
        self.session.replace(session);
    }

    fn deliver(&self, event: Event) {
        let is_content = !matches!(event, Event::Warning(_) | Event::Status { .. });
        if is_content {
            self.handed_out.set(true);
        } else if self.tries.get() > 1 {
            return;
        }
        if let Some(encoder) = &self.encoder {
            encoder.borrow_mut().event(&event);
        }
        if let Event::ToolCall { index, id, name, arguments, done } = event {
            self.inbox.tool_call(index as f64, &id, &name, &arguments, done);
        } else if let Some(event) = event.into_json() {
            self.inbox.event(plain::to_js(&event), is_content);
        }
    }
}
