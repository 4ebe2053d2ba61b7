//! A call of a provider against a script of answers, cut in many ways: whatever the cuts, the same comes of it.

use std::rc::Rc;

use rivulet::chat::{Code, Result, Session};
use rivulet::options::{ChatRequest, Purpose, Settings};
use rivulet::providers;
use serde_json::{Value, json};

use super::drive::{self, Played, Reply};
use super::play::{self, LIMIT, RANDOM};
use super::tape::{Tape, form_fields};
use super::{Random, ours, theirs};

pub const SITE: &str = "https://shop.example";

#[derive(Clone)]
pub struct Flow {
    provider: &'static str,
    settings: Value,
    options: Value,
    session: Session,
    cross_origin: bool,
    logged_in: bool,
    whole: bool,
    purpose: Purpose,
}

/// A first call with `messages`, which may be a string.
pub fn call(provider: &'static str, messages: Value) -> Flow {
    let options = json!({ "messages": messages });
    Flow {
        provider,
        settings: json!({ "url": SITE }),
        options,
        session: Session::default(),
        cross_origin: false,
        logged_in: false,
        whole: false,
        purpose: Purpose::Reply,
    }
}

impl Flow {
    pub fn settings(mut self, settings: Value) -> Flow {
        let more = settings.as_object().unwrap().clone();
        self.settings.as_object_mut().unwrap().extend(more);
        self
    }

    pub fn options(mut self, options: Value) -> Flow {
        let more = options.as_object().unwrap().clone();
        self.options.as_object_mut().unwrap().extend(more);
        self
    }

    pub fn session(mut self, values: &[(&str, &str)]) -> Flow {
        self.session = play::session(values);
        self
    }

    pub fn cross_origin(mut self) -> Flow {
        self.cross_origin = true;
        self
    }

    /// With the cookies of a login.
    pub fn logged_in(mut self) -> Flow {
        self.logged_in = true;
        self
    }

    /// Asked by `createAsync`.
    pub fn whole(mut self) -> Flow {
        self.whole = true;
        self
    }

    pub fn session_only(mut self) -> Flow {
        self.purpose = Purpose::Session;
        self
    }

    /// Asks for the names of the models only.
    pub fn models(mut self) -> Flow {
        self.purpose = Purpose::Models;
        self
    }

    /// Asks for the vectors of texts.
    pub fn embeddings(mut self) -> Flow {
        self.purpose = Purpose::Embeddings;
        self
    }

    pub fn read(&self) -> Result<ChatRequest> {
        let info = &play::protocol(self.provider).info;
        let settings = Rc::new(Settings::read(info, &ours(&self.settings))?);
        let mut call = ChatRequest::with(info, settings, &mut ours(&self.options), self.purpose, RANDOM)?;
        call.cross_origin = self.cross_origin;
        call.logged_in = self.logged_in;
        call.whole = self.whole;
        Ok(call)
    }

    /// All answers must be asked for, and no more.
    pub fn answers(&self, answers: &[Reply]) -> Played {
        let whole = self.once(answers, &mut |_| Vec::new());
        assert_eq!(whole.requests.len(), answers.len(), "{:?} ended with {:?}", whole.urls(), whole.end);
        let single = self.once(answers, &mut |length| (0..length).collect());
        let mut random = Random(answers.len() as u64);
        let cut = (0..10).map(|_| self.once(answers, &mut |length| random.cuts(length)));
        for other in [single].into_iter().chain(cut) {
            assert_eq!((&whole.requests, &whole.items, &whole.end), (&other.requests, &other.items, &other.end));
        }
        whole
    }

    /// Why the call is refused before anything is sent.
    #[track_caller]
    pub fn input_error(&self) -> String {
        let error = match self.read() {
            Err(error) => error,
            Ok(call) => {
                let exchange = providers::exchange(play::protocol(self.provider), Rc::new(call), &self.session, LIMIT);
                drive::play(exchange, |request, _| panic!("nothing is to be sent: {request:?}")).error().clone()
            }
        };
        assert_eq!(error.code, Code::Input, "{error}");
        error.message.clone()
    }

    fn once(&self, answers: &[Reply], cuts: &mut dyn FnMut(usize) -> Vec<usize>) -> Played {
        let call = self.read().expect("not a call");
        let protocol = play::protocol(self.provider);
        let exchange = providers::exchange(protocol, Rc::new(call), &self.session, LIMIT);
        drive::play(exchange, |request, number| {
            let reply = answers.get(number).unwrap_or_else(|| panic!("a request that nobody expects: {request:?}"));
            reply.clone().cut(cuts(reply.body.len()))
        })
    }
}

/// The recorded answer of a case.
pub fn recorded(case: &str) -> Reply {
    Tape::read(case).reply
}

pub fn json_answer(value: Value) -> Reply {
    Reply::new(200, value.to_string())
}

impl Played {
    pub fn json(&self, request: usize) -> Value {
        serde_json::from_str(self.requests[request].body.as_deref().expect("no body")).expect("no JSON")
    }

    pub fn header(&self, request: usize, name: &str) -> Option<&str> {
        self.requests[request].headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// A field of the form or of the query, decoded.
    pub fn field(&self, request: usize, name: &str) -> Option<String> {
        let request = &self.requests[request];
        let query = request.url.split_once('?').map_or("", |(_, query)| query);
        let fields = form_fields(request.body.as_deref().unwrap_or(query));
        fields.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    pub fn described(&self) -> Vec<String> {
        self.events().into_iter().map(|event| play::describe(event, self)).collect()
    }

    /// `reply.conversation`, for the next call.
    pub fn conversation(&self) -> Value {
        let conversation =
            self.events().into_iter().find_map(|event| event.clone().into_json()?.get("conversation").cloned());
        theirs(&conversation.expect("no conversation event"))
    }
}
