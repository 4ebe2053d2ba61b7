//! What must come of each recording, written from `tests/wire/README.md` and the recordings themselves - not from what
//! our code answers.

mod engine;
mod live;
mod openai;
mod power;
mod puffer;
mod service;

use rivulet::chat::Code;

#[derive(Clone, Debug)]
pub struct Expected {
    pub text: String,
    /// Without the text, in order, as [`super::play::describe`] writes them.
    pub events: Vec<String>,
    /// Code and words that the error must hold; `None`: the reply ends well.
    pub error: Option<(Code, &'static str)>,
    /// Why the recorded request is one that a chat client does not send; its answer is played all the same.
    pub answer_only: Option<&'static str>,
}

impl Expected {
    /// The turn fails before any text.
    fn fails(code: Code, words: &'static str) -> Expected {
        Expected { text: String::new(), events: Vec::new(), error: Some((code, words)), answer_only: None }
    }

    /// Only session values come: the recording is of a page or of a nonce. `root=*`: some address of the same site.
    fn session(values: &str) -> Expected {
        let mut values: Vec<&str> = values.split(' ').collect();
        values.sort_unstable();
        let events = vec![format!("session {}", values.join(" "))];
        Expected { text: String::new(), events, error: None, answer_only: None }
    }

    fn after(mut self, text: &str) -> Expected {
        self.text = text.to_owned();
        self
    }

    fn events(mut self, events: &[&str]) -> Expected {
        self.events = events.iter().map(|&event| event.to_owned()).collect();
        self
    }

    fn answer_only(mut self, why: &'static str) -> Expected {
        self.answer_only = Some(why);
        self
    }
}

/// Case (with its folder) and what must come of it.
pub fn all() -> Vec<(String, Expected)> {
    let engine = [engine::sessions(), engine::replies(), engine::refusals(), engine::old_versions()].concat();
    let power = [power::pages(), power::streams(), power::wholes(), power::refusals(), puffer::all()].concat();
    let in_folder = |folder: &'static str| move |(case, expected)| (format!("{folder}/{case}"), expected);
    let engine = engine.into_iter().map(in_folder("ai-engine"));
    let openai = openai::all().into_iter().map(in_folder("openai-chat"));
    let live = live::all().into_iter().map(in_folder("live"));
    engine.chain(live).chain(power.into_iter().map(in_folder("ai-power"))).chain(openai).chain(service::all()).collect()
}

pub type Cases = Vec<(&'static str, Expected)>;

/// What the stub behind the recorded sites says to an ordinary message.
fn hello(message: &str) -> String {
    format!("Hello from the stub model. You said: \"{message}\". Slashes / and <b>tags</b> & \"quotes\" are kept.")
}

fn privet(message: &str) -> String {
    format!("Привет! У меня всё хорошо, спасибо. Чем могу помочь? Вы написали: «{message}».")
}

const EMOJI: &str = "Sure! 👍🏽 👨\u{200d}👩\u{200d}👧\u{200d}👦 🇩🇪 🏳\u{fe0f}\u{200d}🌈 — flags, skin tones and ZWJ families: \
                     ❤\u{fe0f}\u{200d}🔥 done ✅";

const MARKDOWN: &str = r#"# Sorting in Python

Here is a **short** guide with `inline code`, a list, a table and two code blocks.

1. Pick an algorithm
2. Write it
   - nested item
3. Test it

```python
def quicksort(xs):
    """Sort a list: "quotes" and \ backslashes survive."""
    if len(xs) <= 1:
        return xs
    pivot, *rest = xs
    left  = [x for x in rest if x < pivot]
    right = [x for x in rest if x >= pivot]
    return quicksort(left) + [pivot] + quicksort(right)

print(quicksort([3, 1, 2]))  # -> [1, 2, 3]
```

| name | best | worst |
|------|-----:|------:|
| quicksort | n log n | n^2 |
| mergesort | n log n | n log n |

```html
<script>alert("1 < 2 && 3 > 2");</script>
```

> A quote with a [link](https://example.test/path?a=1&b=2).

Formula: \( a^2 + b^2 = c^2 \). Tab:	here. End."#;
