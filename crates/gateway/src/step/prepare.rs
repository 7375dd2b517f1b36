//! Prepare: every reference is fetched once, probed from its bytes, held against the model's rules and kept as a
//! snapshot. What the bytes show to be wrong fails the task here, within seconds and unbilled.

use std::path::PathBuf;

use filmgate_domain::failure::{Failure, FailureCode};
use filmgate_domain::lease::Claim;
use filmgate_domain::media::{BlobKey, Input, MediaKind, MediaSource, Size};
use filmgate_domain::model::MediaRules;
use filmgate_domain::task::Task;
use filmgate_engines::guard::FetchError;
use filmgate_media::probe::{Probe, ProbeError, probe};
use filmgate_store::Then;

use super::Stepped;
use crate::Gateway;

/// Why a reference did not become a snapshot.
enum Trouble {
    /// The reference is wrong, or stays unreachable.
    Wrong(String),
    /// Its host may give it a little later.
    Later(String),
    /// Our own disk is in the way.
    Ours(std::io::Error),
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::Ours(error)
    }
}

impl Gateway {
    pub(super) async fn prepare(&self, claim: Claim) -> Stepped {
        let mut fetched = Vec::new();
        match self.snapshots(&claim.task, &mut fetched).await {
            Ok(inputs) => {
                let state = claim.task.state.clone().prepared()?;
                let written =
                    self.store().record(&claim.lease, state, Some(inputs), Then::At(self.now())).await;
                if written.is_err() {
                    self.discard(&fetched).await;
                }
                written?;
                Ok(())
            }
            Err(trouble) => {
                self.discard(&fetched).await;
                self.unprepared(&claim, trouble).await
            }
        }
    }

    async fn unprepared(&self, claim: &Claim, trouble: Trouble) -> Stepped {
        match trouble {
            Trouble::Ours(error) => {
                tracing::error!(task = %claim.task.id, %error, "a reference could not be stored");
                self.put_off(claim, None).await
            }
            Trouble::Later(_) if self.patient(claim.step_since, self.settings().fetch_patience) => {
                self.put_off(claim, None).await
            }
            Trouble::Later(why) | Trouble::Wrong(why) => {
                self.fail(claim, Failure::new(FailureCode::InvalidMedia, why)).await
            }
        }
    }

    /// Fetches and checks all references; names in `fetched` the blobs that were made on the way.
    async fn snapshots(&self, task: &Task, fetched: &mut Vec<BlobKey>) -> Result<Vec<Input>, Trouble> {
        let model = self.parts.models.get(&task.request.model);
        let rules = &model.ok_or_else(|| Trouble::Wrong("The model is no longer offered.".to_owned()))?.media;
        let mut inputs: Vec<Input> = Vec::new();
        let references = task.request.guidance.references();
        let names = names(&references.iter().map(|(_, role, _)| *role));
        for (place, ((kind, _, source), name)) in references.into_iter().zip(names).enumerate() {
            let room = room(rules, kind, &inputs);
            let blob = match source {
                MediaSource::Stored(blob) => blob.clone(),
                MediaSource::Url(url) => self.snapshot(task, place, url, &name, room, fetched).await?,
                MediaSource::Inline(_) => return Err(Trouble::Wrong(format!("{name} was not kept."))),
            };
            let input = self.probed(blob, kind, &name).await?;
            check(&input, rules, task.request.size, room, &name)?;
            inputs.push(input);
        }
        total_duration(&inputs, rules)?;
        Ok(inputs)
    }

    async fn snapshot(
        &self,
        task: &Task,
        place: usize,
        url: &str,
        name: &str,
        room: u64,
        fetched: &mut Vec<BlobKey>,
    ) -> Result<BlobKey, Trouble> {
        let told = |error: FetchError| match error {
            FetchError::TooLarge(cap) => Trouble::Wrong(too_large(name, cap)),
            FetchError::Refused(why) => Trouble::Wrong(format!("{name} could not be fetched: {why}.")),
            FetchError::Answered(_) => Trouble::Wrong(format!("{name} could not be fetched: {error}.")),
            FetchError::Unavailable(why) => Trouble::Later(format!("{name} could not be fetched: {why}.")),
        };
        let mut body = self.parts.guard.fetch(url, room).await.map_err(told)?;
        let blob = self.input_blob(&task.id, place);
        let mut writer = self.store().blobs().create(&blob).await?;
        while let Some(bytes) = body.next().await.map_err(told)? {
            writer.write(bytes).await?;
        }
        writer.finish().await?;
        fetched.push(blob.clone());
        Ok(blob)
    }

    async fn probed(&self, blob: BlobKey, kind: MediaKind, name: &str) -> Result<Input, Trouble> {
        let path: PathBuf = self.store().blobs().path(&blob);
        let found = tokio::task::spawn_blocking(move || probe(&path)).await;
        match found.unwrap_or_else(|_| Err(ProbeError::Damaged { why: "it could not be read".to_owned() })) {
            Ok(probe) => input(blob, &probe, kind, name),
            Err(error) => Err(Trouble::Wrong(format!("{name} cannot be used: {error}."))),
        }
    }
}

/// What to call each reference at the head of a sentence; numbered where there are several in the same role.
fn names<'a>(roles: &(impl Iterator<Item = &'a str> + Clone)) -> Vec<String> {
    let name = |(place, role): (usize, &str)| {
        if roles.clone().filter(|other| *other == role).count() == 1 {
            return format!("The {role}");
        }
        let number = roles.clone().take(place + 1).filter(|other| *other == role).count();
        format!("{}{} {number}", role[..1].to_uppercase(), &role[1..])
    };
    roles.clone().enumerate().map(name).collect()
}

/// How many bytes the next reference of `kind` may have.
fn room(rules: &MediaRules, kind: MediaKind, so_far: &[Input]) -> u64 {
    match kind {
        MediaKind::Image => rules.image_bytes_below.saturating_sub(1),
        MediaKind::Video => {
            let videos = so_far.iter().filter(|input| input.kind == MediaKind::Video);
            rules.videos_total_bytes.saturating_sub(videos.map(|input| input.bytes).sum())
        }
    }
}

fn input(blob: BlobKey, probe: &Probe, kind: MediaKind, name: &str) -> Result<Input, Trouble> {
    let (found, format, size, duration_ms, bytes) = match probe {
        Probe::Image(image) => {
            (MediaKind::Image, image.format.to_string(), Size::new(image.width, image.height), 0, image.bytes)
        }
        Probe::Video(video) => {
            let size = Size::new(video.width, video.height);
            (MediaKind::Video, video.container.to_string(), size, video.duration_ms, video.bytes)
        }
    };
    if found == kind {
        Ok(Input { blob, kind, format, size, duration_ms, bytes })
    } else {
        let needed = wanted(kind);
        Err(Trouble::Wrong(format!("{name} is of the wrong kind: it is {format}, where {needed} is needed.")))
    }
}

fn check(input: &Input, rules: &MediaRules, film: Size, room: u64, name: &str) -> Result<(), Trouble> {
    let size = input.size;
    if input.bytes > room {
        return Err(Trouble::Wrong(too_large(name, room)));
    }
    match input.kind {
        MediaKind::Image if rules.image_exact && size != film => Err(Trouble::Wrong(format!(
            "{name} is {size} pixels; it must be exactly {film} pixels, the size of the film. Send a picture of \
             that size or ask for the other orientation."
        ))),
        MediaKind::Video if !rules.video_size_fits(size) => Err(Trouble::Wrong(format!(
            "{name} is {size} pixels; its sides must be between {} and {} pixels.",
            rules.video_side_min, rules.video_side_max
        ))),
        _ => Ok(()),
    }
}

fn total_duration(inputs: &[Input], rules: &MediaRules) -> Result<(), Trouble> {
    let total: u64 = inputs.iter().map(|input| input.duration_ms).sum();
    if total <= rules.videos_total_ms {
        return Ok(());
    }
    let seconds = |millis: u64| format!("{}.{:03}", millis / 1000, millis % 1000);
    Err(Trouble::Wrong(format!(
        "The reference videos last {} s together; at most {} s are allowed. Send shorter ones.",
        seconds(total),
        rules.videos_total_ms / 1000
    )))
}

fn too_large(name: &str, room: u64) -> String {
    format!("{name} is too large; {room} bytes are allowed for it. Send a smaller file.")
}

const fn wanted(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "a JPEG, PNG or WebP picture",
        MediaKind::Video => "an MP4, MOV or WebM film",
    }
}
