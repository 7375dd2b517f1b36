//! The documents that the contract comes from: their bodies are taken word for word, their answers given key for key.

use std::sync::Arc;

use filmgate_contract::create::answer;
use filmgate_contract::result::render;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::id::{AccountId, ArtifactId, TaskId};
use filmgate_domain::media::{MediaSource, Size};
use filmgate_domain::request::{Dialect, Guidance};
use filmgate_domain::task::{Artifact, Status, Succeeded, Summary};
use serde_json::Value;

use crate::read;

const CREATED: Timestamp = Timestamp::from_millis(1_761_635_478_999);

/// The keys of `example`, in its order, and the same of `answer` must agree; `answer` may go on.
fn starts_like(answer: &[u8], example: &str) {
    let keys = |text: &str| -> Vec<(String, Value)> {
        let value: Value = serde_json::from_str(text).unwrap();
        let mut keys: Vec<_> = value.as_object().unwrap().clone().into_iter().collect();
        keys.sort_by_key(|(key, _)| text.find(&format!("\"{key}\":")).unwrap());
        keys
    };
    let (answer, example) = (keys(std::str::from_utf8(answer).unwrap()), keys(example));
    assert_eq!(answer[..example.len()], example[..]);
}

#[test]
fn the_sora_line() {
    let accepted = read(
        Dialect::Sora,
        r#"{
    "model": "openAiSora2Plus",
    "prompt": "A cat dancing in the rain, cinematic style",
    "aspect_ratio": "16:9",
    "seconds": 8,
    "input_reference": [
      "https://example.com/reference1.jpg"
    ]
  }"#,
    )
    .unwrap();
    assert!(accepted.ignored.is_empty());
    let request = accepted.request;
    assert_eq!(request.prompt, "A cat dancing in the rain, cinematic style");
    assert_eq!((request.seconds, request.size), (8, Size::new(1280, 720)));
    let image = MediaSource::Url("https://example.com/reference1.jpg".to_owned());
    assert_eq!(request.guidance, Guidance::Image(image));

    let given = answer(request.dialect, &TaskId::from_text("sora_abc123def456"), CREATED, &request.model);
    let said = r#"{"id":"sora_abc123def456","object":"video.generation","created":1761635478,"model":"openAiSora2Plus","status":"queued"}"#;
    assert_eq!(String::from_utf8(given).unwrap(), said);
}

#[test]
fn the_videos_line() {
    let accepted = read(
        Dialect::Videos,
        r#"{
    "model": "videos",
    "prompt": "A cute kitten playing on a sunlit meadow, cinematic lens",
    "duration": 5,
    "ratio": "16:9",
    "resolution": "720p"
  }"#,
    )
    .unwrap();
    assert!(accepted.ignored.is_empty());
    let request = accepted.request;
    assert_eq!((request.seconds, request.size, request.guidance), (5, Size::new(1280, 720), Guidance::Text));

    let created = Timestamp::from_millis(1_774_836_724_000);
    let given = answer(request.dialect, &TaskId::from_text("video_1234567890"), created, &request.model);
    let said = r#"{"id":"video_1234567890","object":"video","created":1774836724,"model":"videos","status":"queued","error":null}"#;
    assert_eq!(String::from_utf8(given).unwrap(), said);
}

#[test]
fn the_result_answers() {
    let mut summary = Summary {
        id: TaskId::from_text("sora_abc123def456"),
        account: AccountId::from_text("acct_1"),
        dialect: Dialect::Sora,
        model: Arc::from("openAiSora2Plus"),
        created: CREATED,
        status: Status::Running(40),
    };
    starts_like(
        &render(&summary, None, CREATED),
        r#"{
  "id": "sora_abc123def456",
  "object": "video.generation",
  "created": 1761635478,
  "model": "openAiSora2Plus",
  "status": "processing",
  "video_url": null,
  "error": null
}"#,
    );
    let artifact = Artifact {
        id: ArtifactId::from_text("film_1"),
        bytes: 1,
        duration_ms: 8000,
        size: Size::new(1280, 720),
    };
    let expires = Timestamp::from_millis(1_761_721_878_000);
    summary.status = Status::Succeeded(Box::new(Succeeded { at: CREATED, artifact, expires }));
    starts_like(
        &render(&summary, Some("https://cdn.example.com/videos/sora_abc123def456.mp4"), CREATED),
        r#"{
  "id": "sora_abc123def456",
  "object": "video.generation",
  "created": 1761635478,
  "model": "openAiSora2Plus",
  "status": "completed",
  "video_url": "https://cdn.example.com/videos/sora_abc123def456.mp4",
  "actualDuration": 8,
  "error": null
}"#,
    );
}
