//! Every description file against the simulated service whose dialect it speaks: one list of what can happen to a job,
//! the same for all. What differs between services differs in the files, not here.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use filmgate_domain::clock::{HeldClock, Timestamp};
use filmgate_domain::failure::FailureCode;
use filmgate_domain::id::{ArtifactId, AttemptId};
use filmgate_domain::media::{BlobKey, Input, MediaKind, MediaSource, Size};
use filmgate_domain::request::{Dialect as Wire, Guidance, VideoRequest};
use filmgate_engines::address::Policy;
use filmgate_engines::port::{Dedupe, Engine, EngineError, Job, Progress, Snapshot};
use filmgate_engines::remote::{Remote, Settings, shipped};
use filmgate_engines::simulator::dialect::Dialect;
use filmgate_engines::simulator::server::Server;
use filmgate_engines::simulator::{self, Simulator};
use futures_util::TryStreamExt;

/// Which file speaks what, below which path.
const SUBJECTS: [(&str, Dialect, &str); 12] = [
    ("openai", Dialect::OpenAi, "/v1"),
    ("azure", Dialect::OpenAi, "/openai/v1"),
    ("sglang", Dialect::OpenAi, "/v1"),
    ("vllm-omni", Dialect::OpenAi, "/v1"),
    ("ark", Dialect::Ark, "/api/v3"),
    ("google", Dialect::Google, "/v1beta"),
    ("dashscope", Dialect::DashScope, ""),
    ("dashscope-2.6", Dialect::DashScope, ""),
    ("fal", Dialect::Fal, ""),
    ("replicate", Dialect::Replicate, "/v1"),
    ("filmgate", Dialect::Kyy, ""),
    ("kyy", Dialect::Kyy, "/kyyReactApiServer"),
];

/// What a simulated service delivers here: enough to be counted.
const FILM: &[u8] = b"the bytes of a film, which nobody here looks into";

/// An engine and the service it talks to.
struct Bench {
    name: &'static str,
    engine: Remote,
    service: Arc<Simulator>,
    count: std::sync::atomic::AtomicU32,
}

pub(crate) fn engine(name: &str, base: &str) -> Remote {
    let settings = Settings {
        base_url: Some(base.to_owned()),
        secret: Some("a-secret".to_owned()),
        policy: Policy::new(vec!["127.0.0.0/8".parse().unwrap()]),
        ..Settings::default()
    };
    let clock = Arc::new(HeldClock::at(Timestamp::from_millis(1_800_000_000_000)));
    Remote::new(shipped::find(name).unwrap().unwrap(), settings, clock).unwrap()
}

pub(crate) fn job(prompt: &str, attempt: &str, guidance: Guidance) -> Job {
    let request = VideoRequest {
        dialect: Wire::Videos,
        model: "videos".to_owned(),
        prompt: prompt.to_owned(),
        seconds: 4,
        size: Size::new(1280, 720),
        guidance,
        strict: false,
    };
    Job { attempt: AttemptId::from_text(attempt), request, seed: 7, callback: None, inputs: Vec::new() }
}

/// A picture on this machine, as the gateway would hand it over.
pub(crate) fn picture(folder: &std::path::Path, name: &str, bytes: &[u8]) -> Snapshot {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    let blob = BlobKey::Artifact(ArtifactId::from_text(name));
    let (size, bytes) = (Size::new(1280, 720), bytes.len() as u64);
    let input = Input { blob, kind: MediaKind::Image, format: "png".to_owned(), size, duration_ms: 0, bytes };
    Snapshot { input, path, link: Some(format!("https://films.example.com/{name}.png")) }
}

pub(crate) fn shown(name: &str) -> MediaSource {
    MediaSource::Stored(BlobKey::Artifact(ArtifactId::from_text(name)))
}

impl Bench {
    async fn new(name: &'static str, dialect: Dialect, base: &str) -> Self {
        let film = Some(Bytes::from_static(FILM));
        let settings = simulator::Settings {
            dialect,
            takes: Duration::ZERO,
            faults: 0,
            seed: 1,
            film,
            lines: Vec::new(),
        };
        let server = Server::bind("127.0.0.1:0".parse().unwrap(), settings).await.unwrap();
        let engine = engine(name, &format!("http://{}{base}", server.address()));
        let service = server.simulator();
        tokio::spawn(server.run());
        Self { name, engine, service, count: 0.into() }
    }

    async fn submit(&self, prompt: &str) -> Result<String, EngineError> {
        let count = self.count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let seconds = self.engine.fit(&job(prompt, "x", Guidance::Text).request);
        assert!(seconds.is_ok(), "{}: {seconds:?}", self.name);
        self.engine.submit(job(&format!("a cat {prompt}"), &format!("att_{count}"), Guidance::Text)).await
    }

    async fn made(&self, prompt: &str) -> String {
        self.submit(prompt).await.unwrap_or_else(|error| panic!("{}: {prompt}: {error}", self.name))
    }

    async fn film(&self, handle: &str) -> Result<Vec<u8>, EngineError> {
        let pieces: Vec<Bytes> = self.engine.fetch(handle).await?.try_collect().await?;
        Ok(pieces.concat())
    }

    /// How a refusal by the rules is told; self-hosted servers have none.
    fn forbidden(&self) -> FailureCode {
        let own = ["sglang", "vllm-omni"].contains(&self.name);
        if own { FailureCode::UpstreamRejected } else { FailureCode::ContentPolicy }
    }

    fn rejected<T: std::fmt::Debug>(&self, what: &str, end: Result<T, EngineError>, code: FailureCode) {
        match end {
            Err(EngineError::Reject(failure)) => {
                assert_eq!(failure.code, code, "{}: {what}", self.name);
                let told = failure.message.to_lowercase();
                let leaks =
                    ["simulated", "127.0.0.1", "a-secret", self.name].iter().any(|word| told.contains(word));
                assert!(!leaks || self.name == "fal", "{}: {what}: {told}", self.name);
            }
            other => panic!("{}: {what}: {other:?}", self.name),
        }
    }
}

/// Does `test` with every subject.
async fn each<F: AsyncFn(&Bench)>(test: F) {
    for (name, dialect, base) in SUBJECTS {
        test(&Bench::new(name, dialect, base).await).await;
    }
}

#[tokio::test]
async fn a_job_is_taken_asked_after_and_its_film_comes() {
    each(async |bench| {
        let handle = bench.made("#looks=3").await;
        let mut percents = Vec::new();
        let done = loop {
            match bench.engine.poll(&handle).await.unwrap_or_else(|error| panic!("{}: {error}", bench.name)) {
                Progress::Working { percent, .. } => percents.push(percent),
                Progress::Done => break true,
            }
            assert!(percents.len() < 5, "{}: {percents:?}", bench.name);
        };
        assert!(done && percents.len() == 3 && percents.is_sorted(), "{}: {percents:?}", bench.name);
        assert_eq!(bench.film(&handle).await.unwrap(), FILM, "{}", bench.name);
        assert_eq!(bench.service.taken().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_says_whose_fault_it_is() {
    each(async |bench| {
        bench.rejected("rules", bench.submit("#refused").await, bench.forbidden());
        bench.rejected("a wrong value", bench.submit("#invalid").await, FailureCode::UpstreamRejected);
        for prompt in ["#auth", "#quota"] {
            let end = bench.submit(prompt).await;
            assert!(matches!(end, Err(EngineError::Unusable { .. })), "{}: {prompt}: {end:?}", bench.name);
        }
        assert!(bench.service.taken().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_busy_service_is_healthy_and_says_for_how_long() {
    each(async |bench| {
        let end = bench.submit("#busy=1").await;
        let second = Some(Duration::from_secs(1));
        assert!(
            matches!(&end, Err(EngineError::Busy { after, .. }) if *after == second),
            "{}: {end:?}",
            bench.name
        );
        let end = bench.submit("#busy_silent=1").await;
        assert!(matches!(&end, Err(EngineError::Busy { after: None, .. })), "{}: {end:?}", bench.name);
        let end = bench.submit("#overloaded=1").await;
        assert!(matches!(&end, Err(EngineError::Retry { .. })), "{}: {end:?}", bench.name);
        bench.made("#overloaded=1").await;
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_is_never_taken_for_a_no() {
    each(async |bench| {
        for prompt in ["#reset", "#garbled", "#huge", "#broken"] {
            let end = bench.submit(prompt).await;
            let right = matches!(end, Err(EngineError::Uncertain { .. }));
            assert!(right, "{}: {prompt}: {end:?}", bench.name);
        }
        assert_eq!(bench.service.taken().len(), 4, "{}: each was taken", bench.name);
    })
    .await;
}

#[tokio::test]
async fn who_dedupes_makes_no_second_job() {
    each(async |bench| {
        let again = job("a cat #reset", "att_same", Guidance::Text);
        let first = bench.engine.submit(again.clone()).await;
        assert!(matches!(first, Err(EngineError::Uncertain { .. })), "{}: {first:?}", bench.name);
        if bench.engine.dedupe() == Dedupe::Key {
            let handle = bench.engine.submit(again).await.unwrap();
            assert_eq!(bench.service.taken().len(), 1, "{}", bench.name);
            assert_eq!(bench.film(&handle).await.unwrap(), FILM);
        }
    })
    .await;
}

#[tokio::test]
async fn a_word_that_is_not_known_keeps_the_state() {
    each(async |bench| {
        let handle = bench.made("#word=pondering #looks=3").await;
        for _ in 0..3 {
            let end = bench.engine.poll(&handle).await;
            assert!(matches!(end, Ok(Progress::Working { .. })), "{}: {end:?}", bench.name);
        }
        assert_eq!(bench.engine.poll(&handle).await.unwrap(), Progress::Done, "{}", bench.name);
    })
    .await;
}

#[tokio::test]
async fn trouble_while_asking_passes() {
    each(async |bench| {
        let handle = bench.made("#poll_broken=1 #poll_busy=1").await;
        let ends = [bench.engine.poll(&handle).await, bench.engine.poll(&handle).await];
        assert!(matches!(ends[0], Err(EngineError::Retry { .. })), "{}: {ends:?}", bench.name);
        assert!(matches!(ends[1], Err(EngineError::Busy { .. })), "{}: {ends:?}", bench.name);
        assert_eq!(bench.engine.poll(&handle).await.unwrap(), Progress::Done, "{}", bench.name);
    })
    .await;
}

#[tokio::test]
async fn a_job_that_is_forgotten_is_lost_only_where_jobs_live_in_memory() {
    each(async |bench| {
        let handle = bench.made("#forgotten #looks=9").await;
        bench.engine.poll(&handle).await.unwrap();
        let end = bench.engine.poll(&handle).await;
        let right = match bench.name {
            "sglang" | "vllm-omni" | "filmgate" => matches!(end, Err(EngineError::Lost)),
            "fal" | "replicate" => matches!(end, Err(EngineError::Reject(_))),
            _ => matches!(end, Err(EngineError::Retry { .. })),
        };
        assert!(right, "{}: {end:?}", bench.name);
    })
    .await;
}

#[tokio::test]
async fn bad_ends_say_whether_it_was_the_rules() {
    each(async |bench| {
        let handle = bench.made("#fails").await;
        bench.rejected("failed", bench.engine.poll(&handle).await, FailureCode::UpstreamRejected);
        let handle = bench.made("#censored").await;
        bench.rejected("censored", bench.engine.poll(&handle).await, bench.forbidden());
    })
    .await;
}

#[tokio::test]
async fn a_film_that_does_not_come_whole_is_fetched_again() {
    each(async |bench| {
        for prompt in ["#link_dead=1", "#cut"] {
            let handle = bench.made(prompt).await;
            let end = bench.film(&handle).await;
            assert!(matches!(end, Err(EngineError::Retry { .. })), "{}: {prompt}: {end:?}", bench.name);
            assert_eq!(bench.film(&handle).await.unwrap(), FILM, "{}: {prompt}", bench.name);
        }
    })
    .await;
}

#[tokio::test]
async fn a_cancel_reaches_those_who_have_one() {
    each(async |bench| {
        let handle = bench.made("#looks=9").await;
        bench.engine.cancel(&handle).await;
        let canceled = bench.service.taken().iter().any(|job| job.canceled);
        let none = ["google", "kyy", "dashscope-none"].contains(&bench.name);
        let forgets = ["openai", "azure", "sglang"].contains(&bench.name);
        assert_eq!(canceled, !none && !forgets, "{}", bench.name);
    })
    .await;
}

#[tokio::test]
async fn an_address_that_nobody_is_at_was_sent_nothing() {
    for (name, ..) in SUBJECTS {
        let end = engine(name, "http://127.0.0.1:1/v1").submit(job("a cat", "att_1", Guidance::Text)).await;
        assert!(matches!(end, Err(EngineError::Retry { .. })), "{name}: {end:?}");
    }
}

/// The prompt reaches the service whatever is in it, in every encoding.
#[tokio::test]
async fn a_prompt_arrives_letter_by_letter() {
    let prompt = "a \"cat\"\r\n{prompt} — 雨中的猫 \\ --filmgate-x \u{1f408}";
    each(async |bench| {
        bench.engine.submit(job(prompt, "att_1", Guidance::Text)).await.unwrap();
        let prompts: Vec<_> = bench.service.taken().into_iter().map(|job| job.prompt).collect();
        assert!(prompts.iter().any(|taken| taken == prompt), "{}: {prompts:?}", bench.name);
    })
    .await;
}

/// Services that can call back are given an address, and what they say there is heard, twice if they say it twice.
#[tokio::test]
async fn a_service_that_can_call_back_does() {
    let (said, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let app = axum::Router::new().fallback(async move |uri: axum::http::Uri, body: String| {
        said.send((uri.to_string(), body)).unwrap();
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    for (name, dialect, base) in SUBJECTS {
        let bench = Bench::new(name, dialect, base).await;
        let callback = Some(format!("http://{address}/callbacks/{name}.a-tag"));
        let job = Job { callback, ..job("a cat #callbacks=2", "att_1", Guidance::Text) };
        bench.engine.submit(job).await.unwrap();
        if ["ark", "fal", "replicate"].contains(&name) {
            for _ in 0..2 {
                let (at, told) = heard.recv().await.unwrap();
                assert_eq!(at, format!("/callbacks/{name}.a-tag"));
                assert!(told.contains("0000"), "it names the job: {told}");
            }
        }
    }
    assert!(heard.try_recv().is_err(), "nobody else says anything");
}
