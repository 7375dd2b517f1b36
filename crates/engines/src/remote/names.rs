//! What the names in templates stand for: the request as it fits the upstream, the upstream's own settings, and what is
//! known of a job that was taken.

use std::collections::BTreeMap;

use filmgate_domain::media::MediaKind;
use filmgate_domain::request::Guidance;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::abilities::{Fitted, ratio, resolution};
use super::description::Description;
use super::language::{Scope, Value};
use super::media::Media;
use crate::port::Job;

/// The longest name for a job that is believed, in bytes.
const LONGEST_HANDLE: usize = 2000;

/// What is known of a job that was taken: written as the bare id where that is all there is, as JSON otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Handle {
    pub(crate) id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) route: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) kept: BTreeMap<String, String>,
}

impl Handle {
    /// As it is written down; nothing when it is too long or has what no name has.
    pub(crate) fn write(&self) -> Option<String> {
        let plain =
            |text: &String| !text.contains(|letter: char| letter.is_control() || letter.is_whitespace());
        if !plain(&self.id)
            || self.id.contains("..")
            || self.id.contains(['?', '#', '\\'])
            || !self.kept.values().all(plain)
        {
            return None;
        }
        let bare = self.route.is_empty() && self.kept.is_empty() && !self.id.starts_with('{');
        let text = if bare { self.id.clone() } else { serde_json::to_string(self).ok()? };
        (text.len() <= LONGEST_HANDLE).then_some(text)
    }

    pub(crate) fn read(text: &str) -> Self {
        let bare = || Self { id: text.to_owned(), ..Self::default() };
        if text.starts_with('{') { serde_json::from_str(text).unwrap_or_else(|_| bare()) } else { bare() }
    }
}

/// A job as it will be sent.
#[derive(Clone, Debug)]
pub(crate) struct Order<'a> {
    pub(crate) job: &'a Job,
    pub(crate) fitted: Fitted,
    first: Option<Media>,
    last: Option<Media>,
    images: Vec<Media>,
    videos: Vec<Media>,
}

impl<'a> Order<'a> {
    /// `job` for an upstream that speaks as `description` says; or which kind of reference cannot be handed over.
    pub(crate) fn new(job: &'a Job, fitted: Fitted, description: &Description) -> Result<Self, MediaKind> {
        let mut media = Vec::new();
        for snapshot in &job.inputs {
            let forms = match snapshot.input.kind {
                MediaKind::Image => &description.media.images,
                MediaKind::Video => &description.media.videos,
            };
            let made = Media::new(&snapshot.input, snapshot.path.clone(), snapshot.link.clone(), forms);
            media.push((snapshot.input.kind, made.ok_or(snapshot.input.kind)?));
        }
        let mut order = Self { job, fitted, first: None, last: None, images: Vec::new(), videos: Vec::new() };
        let frames = matches!(job.request.guidance, Guidance::Image(_) | Guidance::Frames { .. });
        for (place, (kind, media)) in media.into_iter().enumerate() {
            match (frames, place, kind) {
                (true, 0, _) => order.first = Some(media),
                (true, ..) => order.last = Some(media),
                (false, _, MediaKind::Image) => order.images.push(media),
                (false, _, MediaKind::Video) => order.videos.push(media),
            }
        }
        // Who takes no frames takes the one picture as a reference.
        let single = matches!(job.request.guidance, Guidance::Image(_));
        if single && description.can.frames.unwrap_or(0) == 0 {
            order.images.extend(order.first.take());
        }
        Ok(order)
    }

    fn value(&self, name: &str) -> Option<Value> {
        let request = &self.job.request;
        let Fitted { seconds, size, seed, .. } = &self.fitted;
        Some(Value::Plain(match name {
            "prompt" => request.prompt.clone().into(),
            "seconds" => (*seconds).into(),
            "width" => size.width.into(),
            "height" => size.height.into(),
            "size" => size.to_string().into(),
            "ratio" => ratio(*size).into(),
            "resolution" => resolution(*size).into(),
            // Of all services' ranges the smallest: what 31 bits hold.
            "seed" if *seed => (self.job.seed & 0x7fff_ffff).into(),
            "attempt" => self.job.attempt.as_str().into(),
            "callback" => self.job.callback.clone()?.into(),
            _ => return self.medium(name),
        }))
    }

    fn medium(&self, name: &str) -> Option<Value> {
        let (which, form) = name.split_once('.').unwrap_or((name, ""));
        let media = match which {
            "first" => self.first.as_ref(),
            "last" => self.last.as_ref(),
            "image" => self.images.first(),
            "images" if !self.images.is_empty() => return Some(Value::Plain("some".into())),
            "videos" if !self.videos.is_empty() => return Some(Value::Plain("some".into())),
            _ => None,
        };
        media?.form(form)
    }
}

/// Everything that names can stand for.
pub(crate) struct Names<'a> {
    pub(crate) description: &'a Description,
    pub(crate) model: &'a str,
    pub(crate) options: &'a BTreeMap<String, String>,
    pub(crate) order: Option<&'a Order<'a>>,
    pub(crate) handle: Option<&'a Handle>,
    pub(crate) found: Option<&'a str>,
}

impl Scope for Names<'_> {
    fn value(&self, name: &str) -> Option<Value> {
        let plain = |text: &str| (!text.is_empty()).then(|| Value::Plain(Json::from(text)));
        match name.split_once('.') {
            Some(("options", member)) => return plain(self.options.get(member)?),
            Some(("kept", member)) => return plain(self.handle?.kept.get(member)?),
            _ => {}
        }
        match name {
            "model" => plain(self.model),
            "id" => plain(&self.handle?.id),
            "route" => plain(&self.handle?.route),
            "found" => plain(self.found?),
            _ => self.order?.value(name),
        }
    }

    fn list(&self, name: &str) -> Vec<Media> {
        match (self.order, name) {
            (Some(order), "images") => order.images.clone(),
            (Some(order), "videos") => order.videos.clone(),
            _ => Vec::new(),
        }
    }

    fn look_up(&self, table: &str, key: &str) -> Option<String> {
        self.description.tables.get(table)?.get(key).cloned()
    }
}
