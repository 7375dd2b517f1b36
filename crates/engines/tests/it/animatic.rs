//! The built-in engine through the port: a job becomes a film, the same job twice becomes one render, a job it never
//! heard of is lost, and a broken reference is rejected with its reason.

use bytes::BytesMut;
use filmgate_domain::failure::FailureCode;
use filmgate_domain::id::{ArtifactId, AttemptId};
use filmgate_domain::media::{BlobKey, Input, MediaKind, MediaSource, Size};
use filmgate_domain::request::{Dialect, Guidance, VideoRequest};
use filmgate_engines::animatic::Animatic;
use filmgate_engines::port::{Engine, EngineError, Job, Progress, Snapshot};
use futures_util::StreamExt;

fn job(attempt: &str, guidance: Guidance) -> Job {
    let request = VideoRequest {
        dialect: Dialect::Sora,
        model: "openAiSora2Plus".to_owned(),
        prompt: "A red ball".to_owned(),
        seconds: 1,
        size: Size::new(128, 128),
        guidance,
        strict: false,
    };
    Job { attempt: AttemptId::from_text(attempt), request, seed: 7, callback: None, inputs: Vec::new() }
}

async fn finished(engine: &Animatic, handle: &str) -> Result<Progress, EngineError> {
    loop {
        match engine.poll(handle).await? {
            Progress::Working { .. } => {}
            ended @ Progress::Done => return Ok(ended),
        }
    }
}

async fn film(engine: &Animatic, handle: &str) -> Vec<u8> {
    let mut pieces = engine.fetch(handle).await.unwrap();
    let mut bytes = BytesMut::new();
    while let Some(piece) = pieces.next().await {
        bytes.extend_from_slice(&piece.unwrap());
    }
    bytes.to_vec()
}

#[tokio::test]
async fn a_job_becomes_a_film_and_the_same_attempt_is_rendered_once() {
    let engine = Animatic::new(2);
    let handle = engine.submit(job("att_1", Guidance::Text)).await.unwrap();
    assert_eq!(engine.submit(job("att_1", Guidance::Text)).await.unwrap(), handle);
    assert_eq!(finished(&engine, &handle).await.unwrap(), Progress::Done);
    let first = film(&engine, &handle).await;
    assert_eq!(&first[4..8], b"ftyp");
    let other = engine.submit(job("att_2", Guidance::Text)).await.unwrap();
    finished(&engine, &other).await.unwrap();
    assert_eq!(film(&engine, &other).await, first, "the same request and seed make the same bytes");
    engine.forget(&handle).await;
    assert!(matches!(engine.poll(&handle).await, Err(EngineError::Lost)));
}

#[tokio::test]
async fn a_job_from_before_a_restart_is_lost() {
    let engine = Animatic::new(1);
    assert!(matches!(engine.poll("att_gone").await, Err(EngineError::Lost)));
    assert!(matches!(engine.fetch("att_gone").await, Err(EngineError::Lost)));
}

#[tokio::test]
async fn a_broken_reference_is_rejected_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("picture");
    std::fs::write(&path, b"\x89PNG\r\n\x1a\nand then nothing of use").unwrap();
    let blob = BlobKey::Artifact(ArtifactId::from_text("film_1"));
    let mut job = job("att_1", Guidance::Image(MediaSource::Stored(blob.clone())));
    let size = Size::new(128, 128);
    let input =
        Input { blob, kind: MediaKind::Image, format: "png".to_owned(), size, duration_ms: 0, bytes: 30 };
    job.inputs.push(Snapshot { input, path, link: None });
    let engine = Animatic::new(1);
    let handle = engine.submit(job).await.unwrap();
    let Err(EngineError::Reject(failure)) = finished(&engine, &handle).await else { panic!("not rejected") };
    assert_eq!(failure.code, FailureCode::InvalidMedia);
    assert!(failure.message.starts_with("reference 1 could not be used: "), "{}", failure.message);
}
