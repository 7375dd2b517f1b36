//! The ways of servers that people run themselves, each by name: what SGLang and vLLM-Omni take and say where they differ
//! from OpenAI, whose paths they have.

use filmgate_domain::failure::FailureCode;
use filmgate_domain::request::Guidance;
use filmgate_engines::port::{Engine, EngineError};
use futures_util::TryStreamExt;

use crate::conformance::{engine, job, picture, shown};
use crate::fixtures::serve;

const BOTH: [&str; 2] = ["sglang", "vllm-omni"];

/// What is asked of `name` when `act` is done with it and the service answers `answers`.
async fn asked<T>(
    name: &str,
    answers: &[(u16, &str)],
    act: impl AsyncFnOnce(&dyn Engine) -> T,
) -> (T, Vec<String>) {
    let (address, service) = serve().await;
    let answers = answers.iter().map(|(status, body)| (*status, (*body).to_owned()));
    *service.answers.lock().unwrap() = answers.collect();
    let done = act(&engine(name, &format!("http://{address}"))).await;
    let asked = service.asked.lock().unwrap().clone();
    (done, asked)
}

fn field(request: &str, name: &str) -> Option<String> {
    let (_, rest) = request.split_once(&format!("form-data; name=\"{name}\"\n\n"))?;
    Some(rest.split('\n').next()?.to_owned())
}

#[tokio::test]
async fn jobs_go_as_forms_and_pictures_as_their_files() {
    let folder = tempfile::tempdir().unwrap();
    for name in BOTH {
        let inputs = vec![picture(folder.path(), "one", b"the bytes of a picture")];
        let job =
            filmgate_engines::port::Job { inputs, ..job("a cat", "att_1", Guidance::Image(shown("one"))) };
        let answers = [(200, r#"{"id": "video_1", "status": "queued"}"#)];
        let (handle, asked) = asked(name, &answers, async |engine| engine.submit(job).await.unwrap()).await;
        assert_eq!(handle, "video_1");
        assert!(asked[0].starts_with("POST /videos\n"), "{}", asked[0]);
        assert!(asked[0].contains("content-type: multipart/form-data; boundary="), "{}", asked[0]);
        assert_eq!(field(&asked[0], "prompt").as_deref(), Some("a cat"), "{name}");
        assert_eq!(field(&asked[0], "seconds").as_deref(), Some("4"), "a number in words: {name}");
        let part = "name=\"input_reference\"; filename=\"reference.png\"\nContent-Type: image/png\n\nthe bytes of a picture\n";
        assert!(asked[0].contains(part), "{}", asked[0]);
    }
}

/// Without a count of frames vLLM-Omni makes a still; SGLang counts by itself.
#[tokio::test]
async fn frames_are_counted_for_vllm_omni_alone() {
    let frames = async |name: &str| {
        let (_, asked) = asked(name, &[(200, r#"{"id": "video_1"}"#)], async |engine| {
            engine.submit(job("a cat", "att_1", Guidance::Text)).await.unwrap()
        })
        .await;
        field(&asked[0], "num_frames")
    };
    assert_eq!(frames("vllm-omni").await.as_deref(), Some("97"), "four seconds of 24, and the first");
    assert_eq!(frames("sglang").await, None);
}

/// `variant` is a number in SGLang and nothing in vLLM-Omni: OpenAI's `variant=video` would be an error.
#[tokio::test]
async fn a_film_is_fetched_without_a_variant() {
    let told =
        r#"{"id": "video_1", "status": "completed", "url": null, "file_path": "/outputs/video_1.mp4"}"#;
    for (name, answers) in [("sglang", vec![(200, told), (200, "FILM")]), ("vllm-omni", vec![(200, "FILM")])]
    {
        let (film, asked) = asked(name, &answers, async |engine| {
            let pieces: Vec<_> = engine.fetch("video_1").await.unwrap().try_collect().await.unwrap();
            pieces.concat()
        })
        .await;
        assert_eq!(film, b"FILM", "{name}");
        let lines: Vec<_> = asked.iter().map(|request| request.lines().next().unwrap()).collect();
        assert_eq!(lines.last(), Some(&"GET /videos/video_1/content"), "{name}: {lines:?}");
    }
}

/// FastAPI's errors: a text, or a list of what is wrong with which field.
#[tokio::test]
async fn a_detail_is_an_error_in_either_form() {
    let forms = [
        (400, r#"{"detail": "Invalid size 'x'. Expected 'WIDTHxHEIGHT'."}"#),
        (422, r#"{"detail": [{"type": "missing", "loc": ["body", "prompt"], "msg": "Field required"}]}"#),
    ];
    for name in BOTH {
        for form in forms {
            let (end, _) = asked(name, &[form], async |engine| {
                engine.submit(job("a cat", "att_1", Guidance::Text)).await
            })
            .await;
            let Err(EngineError::Reject(failure)) = end else { panic!("{name}: {form:?}: {end:?}") };
            assert_eq!(failure.code, FailureCode::UpstreamRejected, "{name}");
        }
        let broken = [(500, r#"{"detail": "CUDA out of memory"}"#)];
        let (end, _) =
            asked(name, &broken, async |engine| engine.submit(job("a cat", "att_1", Guidance::Text)).await)
                .await;
        assert!(matches!(end, Err(EngineError::Uncertain { .. })), "it may have begun: {name}: {end:?}");
    }
}

/// Their jobs are in memory only. After a restart the job is not failed but gone, and is made again.
#[tokio::test]
async fn a_job_that_a_restart_forgot_is_lost() {
    for name in BOTH {
        let gone = [(404, r#"{"detail": "Video not found"}"#)];
        let (end, _) = asked(name, &gone, async |engine| engine.poll("video_1").await).await;
        assert!(matches!(end, Err(EngineError::Lost)), "{name}: {end:?}");
    }
}
