//! Whatever is sent, something sensible is said.

use bytes::Bytes;
use filmgate_contract::catalogue::Catalogue;
use filmgate_contract::create::{Handling, parse};
use filmgate_contract::problem::{Code, Problem};
use filmgate_contract::wire;
use filmgate_domain::request::Dialect;
use proptest::prelude::*;
use serde_json::{Map, Value};

const NAMES: [&str; 19] = [
    "model",
    "prompt",
    "size",
    "aspect_ratio",
    "duration",
    "seconds",
    "input_reference",
    "image_urls",
    "ratio",
    "resolution",
    "first_image",
    "last_image",
    "referenceImages",
    "referenceVideos",
    "image",
    "lastFrameImage",
    "seed",
    "é\n",
    "",
];

const WORDS: [&str; 12] = [
    "openAiSora2Plus",
    "videos",
    "A cat",
    "720x1280",
    "16:9",
    "720p",
    "8",
    "https://a.example/1.png",
    "data:image/png;base64,AAAA",
    "data:,x",
    " ",
    "",
];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2_i64..20).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(&WORDS[..]).prop_map(Value::from),
        ".{0,80}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((prop::sample::select(vec!["url", "image_url", "x"]), inner), 0..3)
                .prop_map(|members| members
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()),
        ]
    })
}

fn any_body() -> impl Strategy<Value = Value> {
    let members = prop::collection::vec((prop::sample::select(&NAMES[..]), any_value()), 0..8);
    members.prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// What every problem must be: flat JSON, one text under three keys, the status of its code.
fn sensible(problem: &Problem) {
    let body: Map<String, Value> = serde_json::from_slice(&problem.body()).unwrap();
    let keys: Vec<&str> = body.keys().map(String::as_str).collect();
    assert_eq!(keys.len(), 5, "{keys:?}");
    assert!(body["message"].is_string() && body["message"] != "");
    assert!(body["message"] == body["msg"] && body["message"] == body["error"]);
    assert_eq!(body["code"], problem.code.as_str());
    assert_eq!(problem.status, problem.code.status());
    assert!(body["param"].is_string() || body["param"].is_null());
    assert!(!problem.message.contains(char::is_control), "{:?}", problem.message);
    assert_ne!(problem.code, Code::Internal, "{}", problem.message);
}

fn heard(body: &[u8]) {
    let catalogue = Catalogue::builtin();
    let body = Bytes::copy_from_slice(body);
    for dialect in Dialect::ALL {
        let lenient = parse(dialect, &body, Handling::Lenient, &catalogue);
        let strict = parse(dialect, &body, Handling::Strict, &catalogue);
        match &lenient {
            Ok(accepted) => {
                assert_eq!(accepted.ignored.is_empty(), strict.is_ok());
                assert!(
                    accepted
                        .ignored_header()
                        .is_none_or(|names| names.bytes().all(|byte| (b' '..=b'~').contains(&byte)))
                );
            }
            Err(problem) => {
                sensible(problem);
                assert!(strict.is_err());
            }
        }
    }
}

proptest! {
    #[test]
    fn arbitrary_bytes(body in prop::collection::vec(any::<u8>(), 0..200)) {
        heard(&body);
    }

    #[test]
    fn arbitrary_members(body in any_body()) {
        heard(body.to_string().as_bytes());
    }

    #[test]
    fn broken_json(body in any_body(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = body.to_string().into_bytes();
        let at = at.index(text.len());
        text[at] = byte;
        heard(&text);
    }

    #[test]
    fn the_reader_agrees_with_another(text in r#"[\[\]{},:"\\/ntrue0-9.eE+ -]{0,24}"#) {
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            let ours = wire::parse(text.as_bytes());
            // Another reader lets the last of two equal keys win and turns numbers into floats; ours does neither.
            prop_assert!(ours.is_ok() || text.contains('{'), "{value} {ours:?}");
        } else if let Ok(ours) = wire::parse(text.as_bytes()) {
            prop_assert!(text.contains(['e', 'E']), "{ours:?}");
        }
    }
}
