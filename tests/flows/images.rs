//! Images in messages, by each plugin's own way.

use rivulet::chat::Code;
use serde_json::{Value, json};

use crate::support::drive::{Played, Reply};
use crate::support::flow::{Flow, SITE, call, recorded};

const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

fn live(case: &str) -> Reply {
    recorded(&format!("live/{case}"))
}

fn image() -> Value {
    json!({ "type": "image_url", "image_url": { "url": format!("data:image/png;base64,{DOT}") } })
}

/// A question about so many images.
fn asks(provider: &'static str, text: &str, images: usize) -> Flow {
    let mut parts = vec![json!({ "type": "text", "text": text })];
    parts.extend((0..images).map(|_| image()));
    call(provider, json!([{ "role": "user", "content": parts }]))
}

fn engine(images: usize) -> Flow {
    asks("AiEngine", "What is it", images).session(&[("nonce", "9fe30d7330")])
}

/// The parts of a multipart body: heads and contents.
fn parts(played: &Played, request: usize) -> Vec<(String, Vec<u8>)> {
    let kind = played.header(request, "content-type").expect("no content type");
    let boundary = kind.strip_prefix("multipart/form-data; boundary=").expect("no multipart body");
    let bytes = played.requests[request].bytes.as_deref().expect("no bytes");
    let mark = format!("\r\n--{boundary}");
    let whole = [b"\r\n", bytes].concat();
    let find = |from: usize, word: &[u8]| {
        whole[from..].windows(word.len()).position(|window| window == word).map(|at| from + at)
    };
    let (mut parts, mut at) = (Vec::new(), mark.len());
    assert_eq!(find(0, mark.as_bytes()), Some(0), "nothing stands before the first part");
    while let Some(end) = find(at, mark.as_bytes()) {
        let split = find(at, b"\r\n\r\n").expect("a part without a head");
        let head = String::from_utf8(whole[at + 2..split].to_vec()).unwrap();
        parts.push((head, whole[split + 4..end].to_vec()));
        at = end + mark.len();
    }
    assert_eq!(&whole[at..], b"--\r\n");
    parts
}

fn texts(parts: &[(String, Vec<u8>)]) -> Vec<(String, String)> {
    let name = |head: &str| head.split('"').nth(1).unwrap().to_owned();
    let plain = parts.iter().filter(|(head, _)| !head.contains("filename="));
    plain.map(|(head, content)| (name(head), String::from_utf8(content.clone()).unwrap())).collect()
}

fn file(parts: &[(String, Vec<u8>)]) -> (String, &[u8]) {
    let (head, content) = parts.iter().find(|(head, _)| head.contains("filename=")).expect("no file");
    (head.clone(), content)
}

#[test]
fn ai_engine_uploads_an_image_and_sends_its_id() {
    let played = engine(1).answers(&[live("ai-engine-image-upload"), live("ai-engine-image-submit")]);
    assert_eq!(played.urls()[0], format!("{SITE}/wp-json/mwai-ui/v1/files/upload"));
    assert_eq!(played.header(0, "x-wp-nonce"), Some("9fe30d7330"));
    let sent = parts(&played, 0);
    assert_eq!(
        texts(&sent),
        [("type", "image"), ("purpose", "vision")].map(|(name, value)| (name.into(), value.into()))
    );
    let (head, content) = file(&sent);
    assert_eq!(
        head,
        "Content-Disposition: form-data; name=\"file\"; filename=\"image.png\"\r\nContent-Type: image/png"
    );
    assert_eq!((content.len(), &content[..8]), (70, &b"\x89PNG\r\n\x1a\n"[..]));
    let body = played.json(1);
    assert_eq!(
        (&body["newFileId"], &body["newMessage"]),
        (&json!("1e9d07b8d73b243d9cd4ea9ef3acffbf"), &json!("What is it"))
    );
    assert!(body.get("newFileIds").is_none() && body.get("newImageId").is_none());
    assert!(played.end.is_ok() && played.warnings().is_empty());
}

#[test]
fn several_images_go_as_a_list_and_the_first_by_itself_for_older_sites() {
    let upload = || live("ai-engine-image-upload");
    let played = engine(2).answers(&[upload(), upload(), live("ai-engine-images-submit-several")]);
    let id = "1e9d07b8d73b243d9cd4ea9ef3acffbf";
    assert_eq!((&played.json(2)["newFileIds"], &played.json(2)["newFileId"]), (&json!([id, id]), &json!(id)));
    assert_eq!(engine(5).input_error(), "AiEngine takes at most 4 images and files with a message, and this one has 5");
}

#[test]
fn an_image_needs_no_text_with_ai_engine_alone() {
    let flow = asks("AiEngine", "", 1).session(&[("nonce", "9fe30d7330")]);
    let played = flow.answers(&[live("ai-engine-image-upload"), live("ai-engine-image-submit-no-text")]);
    assert_eq!(played.json(1)["newMessage"], "");
    for provider in ["AiPower", "AiPuffer"] {
        assert_eq!(
            asks(provider, " ", 1).input_error(),
            "the last message has no text, without which its image is lost"
        );
    }
}

#[test]
fn a_nonce_refused_at_the_upload_is_renewed() {
    let session = recorded("ai-engine/start-session");
    let answers = [
        live("ai-engine-image-upload-wrong-nonce"),
        session,
        live("ai-engine-image-upload"),
        live("ai-engine-image-submit"),
    ];
    let played = engine(1).answers(&answers);
    assert_eq!(played.header(2, "x-wp-nonce"), Some("f49d8b472e"));
    assert!(played.end.is_ok());
}

#[test]
fn an_upload_that_the_site_refuses_says_why() {
    let refused = engine(1).answers(&[live("ai-engine-image-upload-svg")]);
    let error = refused.error();
    assert_eq!((error.code, error.message.as_str()), (Code::Refused, "the site refused the image: Invalid file type."));
    let none = json!({ "success": false, "message": "No file provided." });
    for answer in [live("ai-engine-image-upload-over-upload-max"), Reply::new(400, none.to_string())] {
        let large = engine(1).answers(&[answer]);
        assert_eq!(large.error().code, Code::TooLarge, "{}", large.error());
        assert!(large.error().message.contains("70 bytes"), "{}", large.error());
    }
    let first = json!({ "success": false, "message": "Could not create database table." });
    let first = engine(1).answers(&[Reply::new(500, first.to_string())]);
    assert!(first.error().retryable, "2.5.3: the first upload of a site makes the table, the next one works");
}

#[test]
fn ai_engine_2_0_9_gets_the_id_under_its_old_name_too() {
    let page = live("v2.0.9-ai-engine-cached-page-query");
    let answers = [page, live("ai-engine-image-upload"), live("v2.0.9-ai-engine-image-submit")];
    let played = asks("AiEngine", "What is it", 1).settings(json!({ "page": "/chat/" })).answers(&answers);
    let id = json!("1e9d07b8d73b243d9cd4ea9ef3acffbf");
    assert_eq!((&played.json(2)["newImageId"], &played.json(2)["newFileId"]), (&id, &id));
}

#[test]
fn ai_engines_public_api_takes_an_image() {
    let flow = asks("AiEngine", "What is it", 1).settings(json!({ "apiKey": "placeholder-api-token-0001" }));
    let played = flow.answers(&[live("ai-engine-api-file-upload"), live("ai-engine-api-chatbot-query-file")]);
    assert_eq!(played.urls()[0], format!("{SITE}/wp-json/mwai/v1/simpleFileUpload"));
    assert_eq!(played.json(0), json!({ "base64": DOT, "filename": "image.png", "purpose": "analysis" }));
    assert_eq!(played.json(1)["fileId"], "110a36cad5b04dd608b6b2844d49ac13");
    assert!(played.end.is_ok());
}

#[test]
fn ai_puffer_takes_images_with_the_message() {
    let flow = |images| asks("AiPuffer", "What is it", images).session(&[("nonce", "ec608a3e89"), ("botId", "7")]);
    let played = flow(2).answers(&[live("ai-puffer-image-step1"), live("ai-puffer-image-step1-stream")]);
    let inputs: Value = serde_json::from_str(&played.field(0, "image_inputs").unwrap()).unwrap();
    let one = json!({ "mime_type": "image/png", "base64_data": DOT });
    assert_eq!(inputs, json!([one, one]));
    assert!(played.end.is_ok() && played.warnings().is_empty());
    assert_eq!(flow(5).input_error(), "AiPuffer takes at most 4 images with a message, and this one has 5");
    for case in ["ai-puffer-images-five-step1", "ai-puffer-image-gif-step1"] {
        assert_eq!(flow(1).answers(&[live(case)]).error().code, Code::Refused);
    }
    let key = flow(1).settings(json!({ "botId": 5, "apiKey": "placeholder-api-key-0123456789" }));
    let played = key.answers(&[recorded("ai-power/aipkit-rest-ok")]);
    assert_eq!(played.warnings(), ["the REST route of AI Puffer takes no images: they were left out"]);
}

#[test]
fn ai_power_takes_one_image_as_a_file() {
    let flow = |images| asks("AiPower", "What is it", images).session(&[("nonce", "02bdf84137"), ("postId", "7")]);
    for case in ["ai-power-image-post-stream", "ai-power-image-post-json"] {
        let played = flow(1).answers(&[live(case)]);
        let sent = parts(&played, 0);
        let wanted = [
            ("_wpnonce", "02bdf84137"),
            ("post_id", "7"),
            ("action", "wpaicg_chat_shortcode_message"),
            ("message", "What is it"),
            ("wpaicg_chat_history", "[]"),
        ];
        for (name, value) in wanted {
            assert!(texts(&sent).contains(&(name.into(), value.into())), "{name}: {:?}", texts(&sent));
        }
        let (head, content) = file(&sent);
        assert!(head.contains("name=\"image\"; filename=\"image.png\"\r\nContent-Type: image/png"), "{head}");
        assert_eq!(content.len(), 70);
        assert!(played.end.is_ok(), "{:?}", played.end);
        assert!(played.text().contains("What is it"));
    }
    assert_eq!(flow(2).input_error(), "AiPower takes at most 1 image with a message, and this one has 2");
}

#[test]
fn what_is_no_image_of_the_newest_message_is_told() {
    let flow = |url: &str| {
        let part = json!({ "type": "image_url", "image_url": { "url": url } });
        call("AiEngine", json!([{ "role": "user", "content": [{ "type": "text", "text": "Hi there" }, part] }]))
            .session(&[("nonce", "9fe30d7330")])
    };
    let played = flow("https://shop.example/dot.png").answers(&[recorded("ai-engine/stream-ascii")]);
    let words = "messages[0].content[1] is of type 'image_url', which sites take as data: URLs only: left out";
    assert_eq!(played.warnings(), [words]);
    let place = "messages[0].content[1]";
    assert_eq!(
        flow("data:image/svg+xml;base64,PHN2Zy8+").input_error(),
        format!(
            "{place} is of the type image/svg+xml; AiEngine takes image/png, image/jpeg, image/webp, image/gif, application/pdf"
        )
    );
    for wrong in
        ["data:image/png;base64,????", "data:image/png;base64,", "data:image/png;base64,AAAAA", "data:image/png,AAAA"]
    {
        assert_eq!(flow(wrong).input_error(), format!("{place} is no image in Base64"), "{wrong}");
    }
    let earlier = json!([
        { "role": "user", "content": [{ "type": "text", "text": "Look" }, image()] },
        { "role": "assistant", "content": "A dot." },
        { "role": "user", "content": "Which colour?" },
    ]);
    let played =
        call("AiEngine", earlier).session(&[("nonce", "9fe30d7330")]).answers(&[recorded("ai-engine/stream-ascii")]);
    assert_eq!(played.warnings(), ["messages[0].content[1] is an image of an earlier message: left out"]);
}

const PDF: &str = "data:application/pdf;base64,JVBERi0xLjQK";

fn pdf() -> Value {
    json!({ "type": "file", "file": { "filename": "doc.pdf", "file_data": PDF } })
}

#[test]
fn ai_engine_uploads_a_pdf_and_tells_where_its_model_may_not_have_got_it() {
    let flow = call("AiEngine", json!([{ "role": "user", "content": ["What is it", pdf()] }]));
    let flow = flow.session(&[("nonce", "9fe30d7330")]);
    let upload = || live("ai-engine-file-upload-pdf");
    let played = flow.answers(&[upload(), live("ai-engine-responses-file-submit-pdf")]);
    let sent = parts(&played, 0);
    assert_eq!(texts(&sent), [("type", "file"), ("purpose", "files")].map(|(name, value)| (name.into(), value.into())));
    let (head, content) = file(&sent);
    assert!(head.ends_with("filename=\"file.pdf\"\r\nContent-Type: application/pdf"), "{head}");
    assert_eq!(content, b"%PDF-1.4\n");
    assert_eq!(played.json(1)["newFileId"], "beeab35748c309b1db98bc36bfe3ef6a");
    assert!(played.end.is_ok() && played.warnings().is_empty(), "{:?}", played.warnings());
    let played = flow.answers(&[upload(), live("ai-engine-file-submit-pdf")]);
    assert_eq!(played.warnings(), [LOST], "a bot of Chat Completions leaves it out");
    let key = flow.settings(json!({ "apiKey": "placeholder-api-token-0001" }));
    let played = key.answers(&[live("ai-engine-api-file-upload"), live("ai-engine-api-chatbot-query-file")]);
    assert_eq!(played.json(0), json!({ "base64": "JVBERi0xLjQK", "filename": "file.pdf", "purpose": "analysis" }));
    assert_eq!(played.warnings(), [LOST]);
}

const LOST: &str =
    "the site does not tell whether its model got the file: only bots of OpenAI's Responses API surely pass it on";

#[test]
fn several_images_on_a_site_that_takes_one_are_told() {
    let upload = || live("ai-engine-image-upload");
    let told = ["older versions of AI Engine take one image: the others may have been left out"];
    let old = engine(2).answers(&[upload(), upload(), live("v2.0.9-ai-engine-image-submit")]);
    assert_eq!(old.warnings(), told);
    let one = engine(1).answers(&[upload(), live("v2.0.9-ai-engine-image-submit")]);
    assert!(one.warnings().is_empty());
}

/// What becomes of a part: it is sent, or left out with these words, or refused with these.
enum Fate {
    Sent,
    LeftOut(&'static str),
    Refused(&'static str),
}

#[test]
fn each_provider_sends_tells_or_refuses_each_kind_of_part() {
    use Fate::{LeftOut, Refused, Sent};
    const NONE: Fate = LeftOut("cannot carry: left out");
    const ADDRESS: Fate = LeftOut("which sites take as data: URLs only: left out");
    const KEY: Fate = LeftOut("the REST route of AI Puffer takes no images: they were left out");
    let url = |url: &str| json!({ "type": "image_url", "image_url": { "url": url } });
    let gif = "data:image/gif;base64,R0lGODdhCAAIAIAAAAQCBAAAACwAAAAACAAIAAACB4SPqcvtXQAAOw==";
    let svg = "data:image/svg+xml;base64,PHN2Zy8+";
    let audio = json!({ "type": "input_audio", "input_audio": { "data": "AAAA", "format": "wav" } });
    let by_id = json!({ "type": "file", "file": { "file_id": "file-1" } });
    let text_file = json!({ "type": "file", "file": { "file_data": "data:text/plain;base64,SGk=" } });
    // The providers: AiEngine, AiEngine with a key, AiPower, AiPuffer, AiPuffer with a key.
    let gif_of_puffer = || Refused("is of the type image/gif; AiPuffer takes image/png, image/jpeg, image/webp");
    const PUFFER: &str = "AiPuffer takes image/";
    let pdf_of = |words| Refused(words);
    let text_of = || Refused("text/plain; AiEngine takes");
    let svg_of = || Refused("is of the type image/svg+xml; ");
    #[rustfmt::skip]
    let table: Vec<(&str, Value, [Fate; 5])> = vec![
        ("an image", image(), [Sent, Sent, Sent, Sent, KEY]),
        ("a GIF", url(gif), [Sent, Sent, Sent, gif_of_puffer(), gif_of_puffer()]),
        ("an image that no plugin takes", url(svg), [svg_of(), svg_of(), svg_of(), svg_of(), svg_of()]),
        ("the address of an image", url("https://shop.example/dot.png"), [ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS]),
        ("a PDF", pdf(), [Sent, Sent, NONE, NONE, NONE]),
        ("a PDF as an image", url(PDF), [Sent, Sent, pdf_of("AiPower takes image/"), pdf_of(PUFFER), pdf_of(PUFFER)]),
        ("a file of text", text_file, [text_of(), text_of(), NONE, NONE, NONE]),
        ("a file that OpenAI keeps", by_id, [ADDRESS, ADDRESS, NONE, NONE, NONE]),
        ("sound", audio, [NONE, NONE, NONE, NONE, NONE]),
    ];
    let hi = || recorded("ai-engine/stream-ascii");
    let answers: [Vec<Reply>; 5] = [
        vec![live("ai-engine-image-upload"), hi()],
        vec![live("ai-engine-api-file-upload"), live("ai-engine-api-chatbot-query-file")],
        vec![live("ai-power-image-post-stream")],
        vec![live("ai-puffer-image-step1"), live("ai-puffer-image-step1-stream")],
        vec![recorded("ai-power/aipkit-rest-ok")],
    ];
    let providers = [
        ("AiEngine", json!({})),
        ("AiEngine", json!({ "apiKey": "site-key-0123" })),
        ("AiPower", json!({})),
        ("AiPuffer", json!({})),
        ("AiPuffer", json!({ "botId": 5, "apiKey": "site-key-0123" })),
    ];
    let session = [("nonce", "0123456789"), ("botId", "5"), ("postId", "7")];
    for (what, part, fates) in &table {
        for (index, fate) in fates.iter().enumerate() {
            let (name, settings) = &providers[index];
            let place = format!("{what}, {name} {settings}");
            let text = json!({ "type": "text", "text": "What is it" });
            let ask = |messages: Value| call(name, messages).settings(settings.clone()).session(&session);
            let flow = ask(json!([{ "role": "user", "content": [text, part] }]));
            // Without the part no upload comes first.
            let is_upload = *name == "AiEngine" && !matches!(fate, Sent);
            let script = if is_upload { &answers[index][1..] } else { &answers[index][..] };
            match fate {
                Refused(words) => assert!(flow.input_error().contains(words), "{place}: {}", flow.input_error()),
                Sent => {
                    let played = flow.answers(script);
                    let lost = |warning: &&&str| **warning != LOST;
                    assert_eq!(played.warnings().iter().filter(lost).count(), 0, "{place}: {:?}", played.warnings());
                    let base64 = part["image_url"]["url"].as_str().or(part["file"]["file_data"].as_str()).unwrap();
                    let base64 = base64.split(',').nth(1).unwrap();
                    assert!(has_sent(&played, base64), "{place}: nothing of it was sent");
                }
                LeftOut(words) => {
                    let played = flow.answers(script);
                    let told = played.warnings().iter().filter(|warning| warning.contains(words)).count();
                    assert_eq!(told, 1, "{place}: {:?}", played.warnings());
                    if *words != "the REST route of AI Puffer takes no images: they were left out" {
                        let bare = ask(json!([{ "role": "user", "content": [part] }])).input_error();
                        assert!(bare.starts_with("the last message has no text: messages[0]."), "{place}: {bare}");
                        assert!(bare.contains(words), "{place}: {bare}");
                    }
                }
            }
            // In an earlier message nothing can be sent: that is told for each kind.
            let earlier = ask(json!([
                { "role": "user", "content": [{ "type": "text", "text": "Look" }, part] },
                { "role": "assistant", "content": "I see." },
                { "role": "user", "content": "And now?" },
            ]));
            let script = if *name == "AiEngine" { &answers[index][1..] } else { &answers[index][..] };
            let warnings = earlier.answers(script);
            let about =
                warnings.warnings().iter().filter(|warning| warning.starts_with("messages[0].content[1]")).count();
            assert_eq!(about, 1, "{place}, earlier: {:?}", warnings.warnings());
        }
    }
}

/// Whether a request had this content, in Base64 or as bytes.
fn has_sent(played: &Played, base64: &str) -> bool {
    let mut bytes = Vec::new();
    rivulet::http::base64::decode_into(base64, &mut bytes);
    let escaped = base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    played.requests.iter().any(|request| {
        let body = request.body.as_deref().unwrap_or_default();
        let whole = request.bytes.as_deref().unwrap_or_default();
        body.contains(base64) || body.contains(&escaped) || whole.windows(bytes.len()).any(|window| window == bytes)
    })
}
