//! The fidelity matrix, as one table.

use crate::Row;

/// The columns: the name of the class, and what stands over its column.
pub const PROVIDERS: &[(&str, &str)] = &[
    ("AiEngine", "AI Engine"),
    ("AiPower", "AI Power"),
    ("AiPuffer", "AI Puffer"),
    ("Anthropic", "Anthropic"),
    ("Cohere", "Cohere"),
    ("Gemini", "Gemini"),
    ("Ollama", "Ollama"),
    ("OpenAiChat", "Chat Completions"),
    ("OpenAiResponses", "Responses"),
    ("WorkersAi", "Workers AI"),
];

/// What stands at the top of the page.
pub const HEAD: &str = "\
# What each provider carries

Printed by `cargo test --test fidelity` from `tests/fidelity/table.rs`; each cell is proven there by a request or an answer.

- ✓: it is carried, in the form that the service has for it. “✓ here”: rivulet does it itself, on the text of the reply.
- warned: it is left out, or something nearest to it is sent, and an event `warning` says so (`reply.events`; at the endpoint the header
  `x-rivulet-warnings`).
- refused: the call fails with a `ChatError` of the code `input` before anything is sent.
- ·: the service has no such thing.

The column Chat Completions is OpenAI itself. What other services take in another way is in [services.md](services.md).
";
/// What stands over each direction.
pub const ABOUT_INTO: &str = "What a caller gives: messages and options.";
pub const ABOUT_OUT: &str = "\
What a service says, and a reply has: in its text, its events, `reply.message`, `reply.usage`, `reply.finish` or its error.";

/// Into a call: the kind; why it is right where it is warned of or refused; and a letter for each column: `c` carried, `d` done here, `w`
/// warned, `r` refused, `-` the service has no such thing.
pub const INTO: &[Row] = &[
    ("system text", "", "c c c c c c c c c c"),
    ("developer text", "", "c c c c c c c c c c"),
    (
        "system text later in the conversation",
        "These services have one place for system text, before all messages. The text is sent, and the warning says that it moved.",
        "c c c w w w c c c c",
    ),
    ("user text", "", "c c c c c c c c c c"),
    ("assistant text", "", "c c c c c c c c c c"),
    ("image by data", "", "c c c c c c c c c c"),
    (
        "image by address",
        "Sites take uploads only. Ollama's and Workers AI's APIs take the content and no addresses; rivulet fetches nothing on its own, since an address may lead into a private network.",
        "w w w c c c r c c r",
    ),
    ("image of the AI SDK", "Sites read the forms of OpenAI's Chat Completions only.", "w w w c c c c c c c"),
    (
        "PDF by data",
        "AI Engine takes uploads of PDFs, the other plugins none. The APIs of Cohere, Ollama and Workers AI have no files in messages.",
        "c w w c r c r c c r",
    ),
    (
        "PDF by address",
        "Only APIs with a place for addresses of files carry them: Chat Completions has none (OpenRouter has, and gets them).",
        "w w w c r c r r c r",
    ),
    (
        "text file by data",
        "Services without files get the text itself. Sites have no place for it, and AI Engine refuses the type.",
        "r w w c c c c c c r",
    ),
    (
        "file by id",
        "An id of an upload means something to the service alone to which the file was uploaded.",
        "w w w c r r r c c r",
    ),
    ("audio by data", "These APIs have no place for sound in messages.", "w w w r r c c c r r"),
    (
        "video by address",
        "Only Gemini and some services of Chat Completions have films in messages.",
        "w w w r r c r c r r",
    ),
    (
        "a part of no known type",
        "Anthropic and Chat Completions get parts of their own that are newer than rivulet; elsewhere it cannot be known what such a part is.",
        "w w w c r r r c r r",
    ),
    (
        "image of the assistant",
        "The services take no image in messages of the assistant. Gemini, which draws, does.",
        "w w w w w c w w w w",
    ),
    (
        "reasoning of another service",
        "These services take no reasoning but their own, which is signed or encrypted (the next row).",
        "w w w w c w c w w c",
    ),
    ("state of its own reasoning, in reply.message", "", "- - - c c c c c c c"),
    ("reasoning_details of OpenRouter", "As above.", "w w w w c w c w w c"),
    ("name of an author", "Only Chat Completions has names of authors.", "w w w w w w w c w c"),
    (
        "tool call and its result",
        "A chatbot of WordPress has no tools of the caller. The text of the result is sent.",
        "w w w c c c c c c c",
    ),
    (
        "tool call with an id of another service",
        "As above. Where a service refuses the id, call and result get another one.",
        "w w w c c c c c c c",
    ),
    (
        "tool call with arguments that are no JSON",
        "These services demand an object. What the model wrote goes back in one, since an error would end the conversation for good.",
        "w w w w c w w c c c",
    ),
    (
        "image in the result of a tool",
        "As for calls. Where a result is text only, the image follows in a message of the user.",
        "w w w c c c c c c c",
    ),
    ("PDF in the result of a tool", "As for PDFs of the user.", "w w w c r c r c c r"),
    (
        "result of a tool that failed",
        "Only Anthropic and Gemini have a place for it. Elsewhere the text of the result has to say it.",
        "w w w c w c w w w w",
    ),
    (
        "calls and results in Anthropic's form",
        "A chatbot of WordPress has no tools of the caller.",
        "w w w c c c c c c c",
    ),
    (
        "mark of a cache",
        "These services have no marks: most cache by themselves. OpenRouter, DashScope, AI Gateway and services that are not known get them.",
        "w w w c w w w w w w",
    ),
    ("function", "A chatbot of WordPress has no tools of the caller.", "w w w c c c c c c c"),
    ("function in Anthropic's form", "A chatbot of WordPress has no tools of the caller.", "w w w c c c c c c c"),
    (
        "tool that Anthropic runs",
        "Nobody else runs it: as a function it would be called, and nobody would answer.",
        "w w w c r r r r r r",
    ),
    (
        "tool that OpenAI runs",
        "Nobody else runs it, and OpenAI does in Responses only. Other services of Chat Completions get their own.",
        "w w w r r r r r c r",
    ),
    ("tool that Google runs", "Nobody else runs it.", "w w w r r c r r r r"),
    ("tool that takes text and no JSON", "OpenAI alone has such tools.", "w w w r r r r c c r"),
    ("a tool must be called", "Ollama has no choice of tools.", "w w w c c c w c c c"),
    ("this tool must be called", "Ollama has no choice of tools.", "w w w c c c w c c c"),
    ("a choice of tools in Anthropic's form", "Ollama has no choice of tools.", "w w w c c c w c c c"),
    ("one call at a time", "These services have no switch for it.", "w w w c w w w c c w"),
    ("answer as any JSON", "Anthropic wants a schema. Sites answer as their bot is set up.", "w w w w c c c c c c"),
    ("answer by a schema", "Sites answer as their bot is set up.", "w w w c c c c c c c"),
    ("no reasoning", "Sites answer as their bot is set up.", "w w w c c c c c c c"),
    ("much reasoning", "Sites answer as their bot is set up.", "w w w c c c c c c c"),
    ("limit of tokens", "Sites answer as their bot is set up.", "w w w c c c c c c c"),
    (
        "temperature",
        "Sites answer as their bot is set up. (Anthropic's version 2026-10-21 has neither this nor `topP`: warned.)",
        "w w w c c c c c c c",
    ),
    ("topP", "Sites answer as their bot is set up.", "w w w c c c c c c c"),
    ("stop words", "", "d d d c c c c c d c"),
    ("seed", "These services have no seed.", "w w w w c c c c w c"),
    ("model", "The bot of a site has its model.", "w w w c c c c c c c"),
    ("extra members", "A site refuses what it does not know.", "w w w c c c c c c c"),
    (
        "an option of an unknown name",
        "It would be lost, or lead a key to another host (`baseUrl`).",
        "r r r r r r r r r r",
    ),
];

/// Out of a reply, in the same way.
pub const OUT: &[Row] = &[
    ("text", "", "c c c c c c c c c c"),
    ("reasoning", "", "- - - c c c c c c c"),
    ("boundary between parts of the reasoning", "", "- - - c - c - c c c"),
    ("state of the reasoning, in reply.message", "", "- - - c - c - c c -"),
    ("tool call", "", "- - - c c c c c c c"),
    ("tool call without arguments", "", "- - - c c c c c c c"),
    ("image", "", "c - - - - c - c c c"),
    ("file", "", "- - - c - c - - c -"),
    ("audio", "", "- - - - - c - c - c"),
    ("source", "", "- - - c c c - c c c"),
    ("citation", "", "- - - c c c - c c c"),
    ("refusal", "", "- - - c - c - c c c"),
    ("end at a limit", "", "- c c c c c c c c c"),
    ("the service's own word for the end", "", "- - - c c c c c c c"),
    ("counts of tokens", "", "c - c c c c c c c c"),
    ("counts of the cache", "", "- - - c c c - c c c"),
    ("counts of the reasoning", "", "- - - c - c - c c c"),
    ("state of the conversation", "", "c c c c - c - - c -"),
    ("what the service ran itself", "", "c - c c - c - c c c"),
    ("what the page is to do", "", "c - - - - - - - - -"),
    ("final text that differs", "", "c - - - - - - - c -"),
    ("error in the middle of the answer", "", "c c c c c c c c c c"),
    ("how likely the tokens were", "", "- - - - - - - c - c"),
    ("warnings of the service", "", "- - - c - c - c - c"),
    ("content of a kind that is not known", "", "- - - c - c - c c c"),
    ("the frames themselves, on request", "", "c c c c c c c c c c"),
    ("the id of a request that failed", "", "c c c c c c c c c c"),
    ("the error's own words", "", "c c c c c c c c c c"),
    ("the error's own code or type", "", "c - c c c c c c c c"),
    ("an answer that was cut off", "", "c c c c c c c c c c"),
];
