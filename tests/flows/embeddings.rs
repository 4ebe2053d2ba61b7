//! Vectors of texts: what each service is asked, and what its answer becomes.

use rivulet::chat::{Code, Event};
use rivulet::providers::keyed::{compatible, embeddings};
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, json_answer};
use crate::support::play;
use crate::support::service::embed;

/// The address and the body of the request.
fn sent(flow: &Flow, answer: Value) -> (String, Value) {
    let played = flow.answers(&[json_answer(answer)]);
    (played.urls()[0].to_owned(), played.json(0))
}

/// The model and the vectors that come of an answer.
fn told(played: &Played) -> Value {
    assert_eq!(played.end, Ok(()));
    played.pieces().iter().map(|piece| serde_json::from_str::<Value>(piece).expect("no JSON")).collect()
}

/// Token counts: input, output and total.
fn usage(played: &Played) -> [Option<u64>; 3] {
    let usage = played.events().into_iter().find_map(|event| match event {
        Event::Usage(usage) => Some([usage.input, usage.output, usage.total]),
        _ => None,
    });
    usage.expect("no usage")
}

/// OpenAI's answer for these items.
fn data(items: Value) -> Value {
    json!({ "object": "list", "data": items, "model": "m-2", "usage": { "prompt_tokens": 5, "total_tokens": 5 } })
}

fn item(index: u64, vector: Value) -> Value {
    json!({ "object": "embedding", "index": index, "embedding": vector })
}

fn two() -> Value {
    data(json!([item(0, json!([0.5, -1])), item(1, json!([2e-3, 0]))]))
}

/// A service of `SERVICES`.
fn service(name: &str) -> Flow {
    embed("OpenAiChat", json!(["a", "b"])).settings(json!({ "service": name }))
}

#[test]
fn compatible_services_are_asked_in_openais_form() {
    let flow = embed("OpenAiChat", json!(["a", "b"])).options(json!({ "dimensions": 2, "extra": { "user": "u" } }));
    let (url, body) = sent(&flow, two());
    assert_eq!(url, "https://llm.example/api/embeddings");
    let wanted = json!({ "model": "m", "input": ["a", "b"], "encoding_format": "float", "dimensions": 2, "user": "u" });
    assert_eq!(body, wanted);
    let played = flow.answers(&[json_answer(two())]);
    assert_eq!(played.header(0, "authorization"), Some("Bearer sk-test-0123"));
    assert_eq!(played.header(0, "accept"), Some("application/json"));
    assert_eq!(told(&played), json!(["m-2", [0.5, -1], [2e-3, 0]]));
    assert_eq!(usage(&played), [Some(5), None, Some(5)]);
    assert!(played.warnings().is_empty());
}

#[test]
fn openai_and_azure_are_asked_for_base64() {
    for (provider, base, url, key) in [
        ("OpenAiChat", "https://api.openai.com/v1", "https://api.openai.com/v1/embeddings", "authorization"),
        ("OpenAiResponses", "https://api.openai.com/v1", "https://api.openai.com/v1/embeddings", "authorization"),
        (
            "OpenAiChat",
            "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21",
            "https://r.openai.azure.com/openai/deployments/d/embeddings?api-version=2024-10-21",
            "api-key",
        ),
    ] {
        let flow = embed(provider, json!(["a"])).settings(json!({ "baseUrl": base }));
        let played = flow.answers(&[json_answer(data(json!([item(0, json!("AACAPwAAAMA="))])))]);
        assert_eq!(played.urls(), [url]);
        assert!(played.header(0, key).is_some(), "{key}");
        assert_eq!(played.json(0), json!({ "model": "m", "input": ["a"], "encoding_format": "base64" }));
        assert_eq!(told(&played), json!(["m-2", "AACAPwAAAMA="]));
    }
}

#[test]
fn gemini_gets_one_request_with_a_content_for_each_text() {
    let flow = embed("Gemini", json!(["a", "b \" %"]));
    let answer = json!({ "embeddings": [{ "values": [1, 2] }, { "values": [3, 4] }], "usageMetadata": { "promptTokenCount": 7 } });
    let content = |text: &str| json!({ "model": "models/m", "content": { "parts": [{ "text": text }] } });
    let (url, body) = sent(&flow, answer.clone());
    assert_eq!(url, "https://llm.example/api/models/m:batchEmbedContents");
    assert_eq!(body, json!({ "requests": [content("a"), content("b \" %")] }));
    let played = flow.answers(&[json_answer(answer.clone())]);
    assert_eq!(told(&played), json!(["m", [1, 2], [3, 4]]));
    assert_eq!(usage(&played)[0], Some(7));
    assert_eq!(played.header(0, "x-goog-api-key"), Some("sk-test-0123"));
    let more = json!({ "model": "tunedModels/t", "dimensions": 8, "extra": { "taskType": "RETRIEVAL_QUERY" } });
    let (url, body) = sent(&flow.options(more), answer);
    assert_eq!(url, "https://llm.example/api/tunedModels/t:batchEmbedContents");
    for request in body["requests"].as_array().unwrap() {
        assert_eq!(request["model"], "tunedModels/t");
        assert_eq!((&request["outputDimensionality"], &request["taskType"]), (&json!(8), &json!("RETRIEVAL_QUERY")));
    }
}

#[test]
fn ollama_has_a_route_of_its_own() {
    let flow = embed("Ollama", json!(["a", "b"])).options(json!({ "dimensions": 2, "extra": { "keep_alive": 0 } }));
    let answer =
        json!({ "model": "m:latest", "embeddings": [[1, 2], [3, 4]], "total_duration": 9, "prompt_eval_count": 6 });
    let (url, body) = sent(&flow, answer.clone());
    assert_eq!(url, "https://llm.example/api/api/embed");
    assert_eq!(body, json!({ "model": "m", "input": ["a", "b"], "dimensions": 2, "truncate": false, "keep_alive": 0 }));
    let played = flow.answers(&[json_answer(answer)]);
    assert_eq!(told(&played), json!(["m:latest", [1, 2], [3, 4]]));
    assert_eq!(usage(&played)[0], Some(6));
}

#[test]
fn cohere_is_told_what_the_vectors_are_for() {
    let flow = embed("Cohere", json!(["a", "b"]));
    let answer = |counts: Value| json!({ "id": "x", "texts": ["a", "b"], "embeddings": { "float": [[1, 2], [3, 4]] }, "meta": counts });
    let counts = json!({ "api_version": { "version": "2" }, "billed_units": { "input_tokens": 4 } });
    let (url, body) = sent(&flow, answer(counts.clone()));
    assert_eq!(url, "https://llm.example/api/v2/embed");
    let wanted = json!({ "model": "m", "texts": ["a", "b"], "input_type": "search_document", "embedding_types": ["float"], "truncate": "NONE" });
    assert_eq!(body, wanted);
    let played = flow.answers(&[json_answer(answer(counts))]);
    assert_eq!(told(&played), json!(["m", [1, 2], [3, 4]]));
    assert_eq!(usage(&played)[0], Some(4));
    let more = json!({ "dimensions": 256, "extra": { "input_type": "search_query", "truncate": "END" } });
    let (_, body) = sent(&flow.options(more), answer(json!(null)));
    assert_eq!((&body["input_type"], &body["output_dimension"]), (&json!("search_query"), &json!(256)));
    assert_eq!(body["truncate"], "END");
}

#[test]
fn workers_ai_has_the_model_in_its_path_and_no_dimensions() {
    let flow = embed("WorkersAi", json!(["a", "b"]))
        .settings(json!({ "accountId": "acc" }))
        .options(json!({ "model": "@cf/baai/bge-m3", "dimensions": 2 }));
    let answer = json!({ "result": { "shape": [2, 2], "data": [[1, 2], [3, 4]] }, "success": true, "errors": [] });
    let (url, body) = sent(&flow, answer.clone());
    assert_eq!(url, "https://llm.example/api/accounts/acc/ai/run/@cf/baai/bge-m3");
    assert_eq!(body, json!({ "text": ["a", "b"] }));
    let played = flow.answers(&[json_answer(answer)]);
    assert_eq!(told(&played), json!(["@cf/baai/bge-m3", [1, 2], [3, 4]]));
    assert_eq!(played.warnings(), ["WorkersAi has no way to pass on 'dimensions': it was left out"]);
    // The binding gives the result as it is.
    let bare = json!({ "shape": [2, 1], "data": [[1], [2]] });
    assert_eq!(told(&flow.answers(&[json_answer(bare)]))[2], json!([2]));
    let no_account = embed("WorkersAi", json!(["a"])).input_error();
    assert!(no_account.contains("accountId"), "{no_account}");
}

/// Each service of `SERVICES`: the member for dimensions (empty: they are left out with a warning), texts a request, letters a request,
/// whether tokens are taken; or that it has no embeddings.
#[test]
fn each_compatible_service_has_its_row() {
    type Row = (&'static str, Option<(&'static str, usize, usize, bool)>);
    const USUAL: Option<(&str, usize, usize, bool)> = Some(("dimensions", 100, 200_000, true));
    let rows: [Row; 24] = [
        ("aigateway", USUAL),
        ("azure", Some(("dimensions", 512, 200_000, true))),
        ("bedrock", None),
        ("cerebras", None),
        ("cohere", Some(("", 96, 200_000, false))),
        ("dashscope", Some(("dimensions", 10, 200_000, false))),
        ("deepseek", None),
        ("fireworks", USUAL),
        ("groq", None),
        ("huggingface", None),
        ("llamacpp", USUAL),
        ("lmstudio", USUAL),
        ("minimax", None),
        ("mistral", Some(("output_dimension", 100, 16_000, false))),
        ("moonshot", None),
        ("nvidia", USUAL),
        ("openrouter", USUAL),
        ("perplexity", None),
        ("sambanova", USUAL),
        ("together", Some(("", 100, 200_000, false))),
        ("vertex", None),
        ("vllm", USUAL),
        ("xai", USUAL),
        ("zai", Some(("dimensions", 64, 200_000, false))),
    ];
    assert_eq!(compatible::names().collect::<Vec<_>>(), rows.iter().map(|row| row.0).collect::<Vec<_>>());
    for (name, row) in rows {
        let flow = service(name).options(json!({ "dimensions": 2 }));
        let Some((member, inputs, letters, tokens)) = row else {
            assert!(flow.input_error().contains("no embeddings"), "{name}");
            continue;
        };
        let played = flow.answers(&[json_answer(two())]);
        let body = played.json(0);
        let found = ["dimensions", "output_dimension"].into_iter().find(|member| body.get(member).is_some());
        assert_eq!(found.unwrap_or_default(), member, "{name}");
        assert_eq!(played.warnings().len(), usize::from(member.is_empty()), "{name}");
        let settings = &flow.read().unwrap().settings;
        let (_, form) = embeddings::form(play::protocol("OpenAiChat"), settings).unwrap();
        assert_eq!((form.inputs, form.letters, form.takes_tokens), (inputs, letters, tokens), "{name}");
    }
}

#[test]
fn providers_without_embeddings_say_so_and_name_the_way_out() {
    for provider in ["Anthropic", "AiEngine", "AiPower", "AiPuffer"] {
        let site = json!({ "url": "https://shop.example", "baseUrl": null, "apiKey": null });
        let flow = embed(provider, json!(["a"]));
        let flow = if provider == "Anthropic" { flow } else { flow.settings(site) };
        let error = flow.input_error();
        assert!(error.starts_with(&format!("{provider} has no embeddings")) && error.contains("OpenAiChat"), "{error}");
    }
}

#[test]
fn the_model_is_that_of_the_call_or_the_setting_and_never_that_of_chats() {
    let model = |settings: Value, model: Value| {
        let flow = embed("OpenAiChat", json!(["a", "b"])).settings(settings).options(json!({ "model": model }));
        sent(&flow, two()).1["model"].clone()
    };
    let refused = |settings: Value, model: Value| {
        embed("OpenAiChat", json!(["a"])).settings(settings).options(json!({ "model": model })).read().unwrap_err()
    };
    let chat_only = json!({ "defaultModel": "gpt-5", "models": ["gpt-5"] });
    let error = refused(chat_only.clone(), json!(null));
    assert_eq!(error.code, Code::Input);
    assert!(error.message.contains("embeddingModel"), "{error}");
    assert_eq!(refused(chat_only, json!("other")).code, Code::ModelNotFound);
    let both =
        json!({ "models": ["gpt-5"], "embeddingModel": "e", "modelAliases": { "e": "vendor/e", "small": "gpt-5" } });
    assert_eq!(model(both.clone(), json!(null)), "vendor/e");
    assert_eq!(model(both.clone(), json!("e")), "vendor/e");
    assert_eq!(model(both.clone(), json!("small")), "gpt-5");
    assert_eq!(refused(both, json!("f")).code, Code::ModelNotFound);
    assert_eq!(model(json!({ "embeddingModel": "e" }), json!("any")), "any");
    assert_eq!(refused(json!({}), json!(5)).message, "model must be a string");
    assert_eq!(refused(json!({ "embeddingModel": 5 }), json!(null)).code, Code::Input);
}

#[test]
fn a_model_in_an_address_leads_nowhere_else() {
    for model in ["../x", "a/../b", "a?b", "a#b", "//x", "a b", "a%2f"] {
        for (provider, settings) in [("Gemini", json!({})), ("WorkersAi", json!({ "accountId": "acc" }))] {
            let flow = embed(provider, json!(["a"])).settings(settings).options(json!({ "model": model }));
            assert!(flow.input_error().starts_with("model"), "{provider} {model}");
        }
    }
}

#[test]
fn what_is_no_option_of_it_is_refused() {
    let with = |options: Value| match embed("OpenAiChat", json!(["a"])).options(options).read() {
        Err(error) => error.message.clone(),
        Ok(_) => String::new(),
    };
    for name in ["messages", "temperature", "stop", "inputs", "dimension", "baseUrl"] {
        assert!(with(json!({ name: "x" })).starts_with(&format!("embed has no option '{name}'")), "{name}");
    }
    assert_eq!(with(json!({ "retries": 1, "headers": {}, "maxEventBytes": 9, "extra": null })), "");
    for dimensions in [json!(0), json!(-1), json!(1.5), json!("3"), json!([])] {
        let error = embed("OpenAiChat", json!(["a"])).options(json!({ "dimensions": dimensions })).input_error();
        assert_eq!(error, "dimensions must be a whole number above 0");
    }
    assert_eq!(
        embed("OpenAiChat", json!(["a"])).options(json!({ "extra": 1 })).input_error(),
        "extra must be an object"
    );
    for texts in [json!([]), json!("a"), json!(null), json!({})] {
        assert!(embed("Ollama", texts).input_error().starts_with("input is empty"));
    }
}

#[test]
fn settings_for_replies_mean_nothing_here() {
    let settings =
        json!({ "extra": { "max_tokens": 9 }, "temperature": 1, "stop": "x", "thinkTags": true, "includeRaw": true });
    let played = embed("OpenAiChat", json!(["a", "b"])).settings(settings).answers(&[json_answer(two())]);
    assert_eq!(played.json(0), json!({ "model": "m", "input": ["a", "b"], "encoding_format": "float" }));
    assert!(played.warnings().is_empty() && played.events().len() == 1);
    let null = json!({ "extra": { "encoding_format": null } });
    let (_, body) = sent(&embed("OpenAiChat", json!(["a", "b"])).options(null), two());
    assert_eq!(body, json!({ "model": "m", "input": ["a", "b"] }));
}

#[test]
fn vectors_come_in_the_order_of_the_texts() {
    let texts = json!(["a", "b", "c"]);
    let vectors = |answer: Value| told(&embed("OpenAiChat", texts.clone()).answers(&[json_answer(answer)]));
    let sorted = json!(["m-2", [1], [2], [3]]);
    let item = |index: u64, number: u64| item(index, json!([number]));
    assert_eq!(vectors(data(json!([item(2, 3), item(0, 1), item(1, 2)]))), sorted);
    let bare = |number: u64| json!({ "embedding": [number] });
    assert_eq!(vectors(data(json!([bare(1), bare(2), bare(3)]))), sorted);
    // Some JSON leaves out what is 0.
    assert_eq!(vectors(data(json!([bare(1), item(1, 2), item(2, 3)]))), sorted);
    let no_model = json!({ "data": [item(0, 1), item(1, 2), item(2, 3)] });
    assert_eq!(vectors(no_model)[0], "m");
}

#[test]
fn an_answer_that_has_not_one_vector_for_each_text_is_an_error() {
    let one = |index: u64| item(index, json!([1, 2]));
    let answers = [
        data(json!([one(0)])),
        data(json!([one(0), one(1), one(2)])),
        data(json!([one(0), one(0)])),
        data(json!([one(0), one(2)])),
        data(json!([one(0), one(u64::MAX)])),
        data(json!([one(0), one((1 << 32) + 1)])),
        data(json!([one(0), { "index": "1", "embedding": [1, 2] }])),
        data(json!([])),
        data(json!(null)),
        json!({}),
        json!([]),
        json!("x"),
        json!({ "data": { "embedding": [1] } }),
    ];
    for answer in answers {
        let played = embed("OpenAiChat", json!(["a", "b"])).answers(&[json_answer(answer.clone())]);
        assert_eq!(played.error().code, Code::Protocol, "{answer}");
        assert!(played.error().body.is_some() && played.error().status == Some(200), "{answer}");
        assert!(played.pieces().is_empty());
    }
    for vector in [
        json!([]),
        json!(null),
        json!("?"),
        json!("AAA="),
        json!(""),
        json!(["1"]),
        json!([[1]]),
        json!([1, null]),
        json!({}),
        json!(1),
    ] {
        let answer = data(json!([one(0), item(1, vector.clone())]));
        let played = embed("OpenAiChat", json!(["a", "b"])).answers(&[json_answer(answer)]);
        assert_eq!(played.error().code, Code::Protocol, "{vector}");
    }
}

#[test]
fn errors_are_those_of_replies() {
    let flow = embed("OpenAiChat", json!(["a", "b"]));
    let of = |status: u16, body: &str| flow.answers(&[Reply::new(status, body.to_owned())]).error().clone();
    let limited = of(429, r#"{"error":{"message":"Slow down","code":"rate_limit_exceeded"}}"#);
    assert_eq!((limited.code, limited.retryable, limited.status), (Code::RateLimited, true, Some(429)));
    let inside = of(200, r#"{"error":{"message":"Busy","code":503}}"#);
    assert_eq!((inside.code, inside.retryable), (Code::Service, true));
    assert_eq!(of(200, "<html><title>Login</title>").code, Code::Blocked);
    assert_eq!(of(200, "{\"data\":[").code, Code::Protocol);
    assert_eq!(of(200, "").code, Code::Protocol);
    assert_eq!(of(404, r#"{"error":"model 'm' not found, try pulling it first"}"#).code, Code::ModelNotFound);
    let long =
        r#"{"error":{"message":"This model's maximum context length is 8192 tokens","type":"invalid_request_error"}}"#;
    assert_eq!(of(400, long).code, Code::Refused);
    let cloudflare =
        r#"{"success":false,"errors":[{"code":3040,"message":"Capacity temporarily exceeded"}],"result":null}"#;
    assert_eq!(of(200, cloudflare).code, Code::Service);
}
