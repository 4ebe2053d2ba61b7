//! OpenAI Chat Completions and what is compatible with it: part F of the wire reference.

use rivulet::chat::Code;

use super::{Cases, EMOJI, Expected, MARKDOWN};

const HELLO: &str = "Hello from the mock model. Slashes / and <b>tags</b> & \"quotes\" are kept.";
const EMPTY_REPLY: &str = "warning the reply is empty";
const WEATHER: (&str, &str, &str) = ("call_weather", "get_weather", r#"{"city":"Köln","unit":"celsius"}"#);
const TIME: (&str, &str, &str) = ("call_time", "get_time", r#"{"zone":"Europe/Berlin"}"#);

fn reply(text: impl Into<String>, events: &[&str]) -> Expected {
    Expected { text: text.into(), events: Vec::new(), error: None, answer_only: None }.events(events)
}

/// The head of a call, and its arguments by `size` characters: the mock cuts them so.
fn pieces(index: usize, (id, name, arguments): (&str, &str, &str), size: usize) -> Vec<String> {
    let characters: Vec<char> = arguments.chars().collect();
    let head = (size < characters.len()).then(String::new);
    let cut = characters.chunks(size).map(|piece| piece.iter().collect());
    head.into_iter().chain(cut).map(|piece| format!("tool {index} {id} {name} {piece}")).collect()
}

fn done(index: usize, (id, name, arguments): (&str, &str, &str)) -> String {
    format!("tool {index} {id} {name} {arguments} done")
}

fn calls(calls: &[(&str, &str, &str)], size: usize, usage: &str) -> Vec<String> {
    let mut events = Vec::new();
    calls.iter().enumerate().for_each(|(index, call)| events.extend(pieces(index, *call, size)));
    events.extend(calls.iter().enumerate().map(|(index, call)| done(index, *call)));
    events.extend([format!("usage {usage}"), "finish tool_calls".to_owned()]);
    events
}

fn called(text: &str, events: Vec<String>) -> Expected {
    Expected { text: text.to_owned(), events, error: None, answer_only: None }
}

pub fn all() -> Cases {
    [streams(), tools(), wholes(), refusals(), documented(), documented_errors()].concat()
}

fn streams() -> Cases {
    let think = ["reasoning Six time", "reasoning s seven:", "reasoning  сорок д", "reasoning ва."];
    vec![
        ("stream-ascii", reply(HELLO, &["usage 2 19 21", "finish stop"])),
        (
            "stream-cyrillic",
            reply("Привет! У меня всё хорошо, спасибо. Чем могу помочь?", &["usage 5 13 18", "finish stop"]),
        ),
        ("stream-emoji", reply(EMOJI, &["usage 4 22 26", "finish stop"])),
        ("stream-markdown", reply(MARKDOWN, &["usage 4 197 201", "finish stop"])),
        ("stream-length", reply("Once upon a", &["usage 2 3 5", "finish length"])),
        ("stream-content-filter", reply("I cannot", &["usage 2 2 4", "finish content_filter"])),
        ("stream-empty", reply("", &[EMPTY_REPLY, "usage 2 1 3", "finish stop"])),
        ("stream-reasoning", reply("The answer is 42.", &[&think[..], &["usage 2 5 7", "finish stop"]].concat())),
        ("stream-usage-given", reply("Counted.", &["usage 11 7 18", "finish stop"])),
        ("stream-options", reply(r#"{"answer":42}"#, &["usage 4 4 8", "finish stop"])),
        ("stream-no-usage", reply(HELLO, &["finish stop"])),
        ("conversation", reply("You said: my name is Ada.", &["usage 13 7 20", "finish stop"])),
        ("image", reply("A cat.", &["usage 6 2 8", "finish stop"])),
        ("openrouter-stream", reply(HELLO, &["usage 9 19 28", "finish stop"])),
        ("cut-midstream", Expected::fails(Code::Truncated, "cut off").after("Hello from the mock mode")),
    ]
}

fn tools() -> Cases {
    let cut = ["tool 0 call_weather get_weather ", r#"tool 0 call_weather get_weather {"city":"#];
    let think = ["reasoning I need t", "reasoning he weath", "reasoning er."].map(str::to_owned).to_vec();
    vec![
        ("tools-one", called("", calls(&[WEATHER], 8, "2 11 13"))),
        ("tools-two", called("", calls(&[WEATHER, TIME], 8, "3 19 22"))),
        (
            "tools-no-arguments",
            called(
                "",
                vec![
                    format!("tool 0 call_now now "),
                    done(0, ("call_now", "now", "{}")),
                    "usage 3 1 4".into(),
                    "finish tool_calls".into(),
                ],
            ),
        ),
        ("tools-after-text", called("Let me look.", calls(&[WEATHER], 8, "4 14 18"))),
        ("tools-before-text", called("I asked.", calls(&[WEATHER], 8, "4 13 17"))),
        ("tools-after-reasoning", called("", [think, calls(&[WEATHER], 8, "5 11 16")].concat())),
        ("tools-result", reply("It is 21 °C in Köln.", &["usage 3 5 8", "finish stop"])),
        ("cut-tool", Expected::fails(Code::Truncated, "cut off").events(&cut)),
    ]
}

fn wholes() -> Cases {
    vec![
        ("whole-text", reply(HELLO, &["usage 2 19 21", "finish stop"])),
        ("whole-tools", called("", calls(&[WEATHER, TIME], 99, "3 19 22"))),
        ("whole-text-and-tool", called("Let me look.", calls(&[WEATHER], 99, "4 14 18"))),
        (
            "whole-reasoning",
            reply("The answer is 42.", &["reasoning Six times seven: сорок два.", "usage 2 5 7", "finish stop"]),
        ),
        ("openrouter-whole", reply(HELLO, &["usage 2 19 21", "finish stop"])),
    ]
}

fn refusals() -> Cases {
    vec![
        ("error-401-no-key", Expected::fails(Code::Auth, "Invalid API key (status 401)")),
        ("error-401-wrong-key", Expected::fails(Code::Auth, "Invalid API key (status 401)")),
        ("error-402", Expected::fails(Code::PaymentRequired, "Insufficient Balance (status 402)")),
        ("error-404-unknown", Expected::fails(Code::Service, "No fixture matched (status 404)")),
        ("error-404-model", Expected::fails(Code::ModelNotFound, "The model `gpt-0` does not exist")),
        ("error-429", Expected::fails(Code::RateLimited, "Rate limit reached for gpt-4o")),
        ("error-429-quota", Expected::fails(Code::PaymentRequired, "You exceeded your current quota")),
        ("error-400-too-long", Expected::fails(Code::Refused, "maximum context length is 8192")),
        ("error-400-policy", Expected::fails(Code::Refused, "rejected as a result of our safety system")),
        ("error-500", Expected::fails(Code::Service, "The server had an error")),
        ("error-503", Expected::fails(Code::Service, "currently overloaded")),
        ("error-malformed", Expected::fails(Code::Protocol, "JSON that cannot be read")),
        ("openrouter-error-429", Expected::fails(Code::RateLimited, "Rate limit reached for gpt-4o")),
    ]
}

fn documented() -> Cases {
    let weather = ("call_1", "get_weather", r#"{"city":"Köln"}"#);
    let time = ("call_2", "get_time", r#"{"zone":"UTC"}"#);
    let no_index = [
        pieces(0, weather, 99),
        pieces(1, ("call_2", "get_time", r#"{"zone":"#), 99),
        pieces(1, ("call_2", "get_time", r#""UTC"}"#), 99),
        vec![done(0, weather), done(1, time), "usage 30 12 42".to_owned(), "finish tool_calls".to_owned()],
    ];
    vec![
        ("doc-groq-usage", reply("Fast enough", &["usage 11 3 14", "finish stop"])),
        (
            "doc-mistral-parts",
            reply("It is four.", &["reasoning Let me see: ", "reasoning 2 + 2.", "usage 7 12 19", "finish stop"]),
        ),
        ("doc-openai-refusal", reply("I'm sorry, I can't help.", &["usage 20 6 26", "finish content_filter"])),
        ("doc-error-null", reply("Fine", &["usage 1 1 2", "finish stop"])),
        ("doc-ollama-finish-empty", reply(" Hello there!", &["finish stop"])),
        ("doc-finish-repeated", reply("One two three", &["finish stop"])),
        ("doc-gemini-tools-no-index", called("", no_index.concat())),
        ("doc-vllm-usage-every-chunk", reply("Counted", &["usage 5 3 8", "finish stop"])),
        ("doc-no-done", reply("No end mark", &["finish stop"])),
        ("doc-deepseek-reasoning", reply("Yes.", &["reasoning Hm, ", "reasoning yes.", "usage 9 8 17", "finish stop"])),
        (
            "doc-ollama-reasoning",
            reply(
                "Four.",
                &[
                    "reasoning Hm",
                    "reasoning m, ",
                    "reasoning two and",
                    "reasoning  two.",
                    "usage 12 9 21",
                    "finish stop",
                ],
            ),
        ),
        ("doc-openrouter-reasoning", reply("Yes.", &["reasoning Hm, ", "finish stop"])),
    ]
}

fn documented_errors() -> Cases {
    let fails = |code, words| Expected::fails(code, words).after("Once");
    vec![
        ("doc-openai-error-midstream", fails(Code::Service, "The server had an error")),
        ("doc-vllm-error-midstream", fails(Code::Service, "EngineCore encountered an issue").after("Once upon")),
        ("doc-vllm-error-object", fails(Code::Service, "The model's context is full")),
        ("doc-openrouter-error-midstream", fails(Code::RateLimited, "Rate limit exceeded")),
        ("doc-error-code-429", Expected::fails(Code::RateLimited, "Rate limited upstream")),
        ("doc-error-words", fails(Code::Service, "model runner has unexpectedly stopped")),
        ("doc-error-event", fails(Code::Service, "Overloaded")),
        ("doc-gemini-error-array", Expected::fails(Code::Auth, "API key not valid")),
    ]
}
