//! One pass over the fields of a create body, in the order of the dialect's table.
//!
//! Every method reads one meaning, notes what is wrong with it and goes on; only when nothing was noted is the request
//! whole. Presence is judged by what was sent, not by whether it was valid, so that one mistake is reported once.

use bytes::Bytes;
use filmgate_domain::media::{MediaKind, MediaSource, Size};
use filmgate_domain::request::{Dialect, Guidance, VideoRequest};

use super::finding::{Findings, field_of};
use super::media::{self, Link};
use crate::catalogue::{Catalogue, Model, Picture, one_of, parse_size};
use crate::field::{Field, Meaning, Speech, speech};
use crate::problem::Code;
use crate::wire::{Cut, Json, Members};

/// A request being read.
pub(super) struct Reading<'a> {
    dialect: Dialect,
    speech: &'static Speech,
    body: &'a Bytes,
    members: &'a Members<'a>,
    catalogue: &'a Catalogue,
    /// The model that was asked for; every model of the route while that is open.
    models: Vec<&'a Model>,
    pub(super) findings: Findings,
}

type Given<'a> = (&'static Field, &'a Json<'a>);

impl<'a> Reading<'a> {
    pub(super) fn new(
        dialect: Dialect,
        body: &'a Bytes,
        members: &'a Members<'a>,
        catalogue: &'a Catalogue,
    ) -> Self {
        let models = catalogue.served_by(dialect).collect();
        let findings = Findings::default();
        Self { dialect, speech: speech(dialect), body, members, catalogue, models, findings }
    }

    /// The whole request. `Some` does not mean that nothing was found.
    pub(super) fn request(&mut self) -> Option<VideoRequest> {
        let model = self.model();
        let prompt = self.prompt();
        let size = self.size();
        let seconds = self.seconds();
        let guidance = self.guidance();
        Some(VideoRequest {
            dialect: self.dialect,
            model: model?,
            prompt: prompt?,
            seconds: seconds?,
            size: size?,
            guidance: guidance?,
            strict: false,
        })
    }

    /// Names of members that the dialect does not have.
    pub(super) fn unknown(&self) -> Vec<String> {
        let known = |name: &str| self.speech.fields.iter().any(|field| field.name == name);
        let names = self.members.iter().map(|(name, _)| name).filter(|name| !known(name));
        names.map(|name| name.clone().into_owned()).collect()
    }

    /// Notes that `unknown` fields were sent although the client asked for strictness.
    pub(super) fn refuse(&mut self, unknown: &[String]) {
        let known: Vec<&str> = self.speech.fields.iter().map(|field| field.name).collect();
        for name in unknown {
            let text = format!("{} is not a parameter of {}", Cut(name), self.speech.path);
            self.findings.add(Code::InvalidParameter, name, text);
        }
        if let Some(name) = unknown.first() {
            let text = format!("Under `Prefer: handling=strict` only {} are taken", known.join(", "));
            self.findings.add(Code::InvalidParameter, name, text);
        }
    }

    /// The fields of `meaning` that were sent with something in them, in the order of the table.
    fn given(&self, meaning: Meaning) -> Vec<Given<'a>> {
        let fields = self.speech.fields.iter().filter(|field| field.meaning == meaning);
        fields.filter_map(|field| self.value(field.name).map(|value| (field, value))).collect()
    }

    fn value(&self, name: &str) -> Option<&'a Json<'a>> {
        let member = self.members.iter().find(|(key, _)| key == name);
        member.map(|(_, value)| value).filter(|value| !value.is_empty())
    }

    /// The dialect's own name for `meaning`.
    fn name_of(&self, meaning: Meaning) -> &'static str {
        let field = self.speech.fields.iter().find(|field| field.meaning == meaning);
        field.map_or("", |field| field.name)
    }

    /// Notes pairs of which both were sent, where the second has `meaning`.
    fn either(&mut self, meaning: Meaning) {
        for [one, other] in self.speech.either {
            let concerned =
                self.speech.fields.iter().any(|field| field.name == *other && field.meaning == meaning);
            if concerned && self.value(one).is_some() && self.value(other).is_some() {
                self.findings.conflict(other, one, "send one of them");
            }
        }
    }

    /// What the models in question allow, said once.
    fn allowed(&self, of: impl Fn(&Model) -> String) -> String {
        let mut said: Vec<String> = Vec::new();
        for text in self.models.iter().map(|model| of(model)) {
            if !said.contains(&text) {
                said.push(text);
            }
        }
        said.join(", or ")
    }

    fn model(&mut self) -> Option<String> {
        let names: Vec<&str> = self.models.iter().map(|model| model.name.as_str()).collect();
        let allowed = one_of(&names);
        let name = self.name_of(Meaning::Model);
        let Some((_, value)) = self.given(Meaning::Model).pop() else {
            self.findings.missing(name, allowed);
            return None;
        };
        let Json::Text(text) = value else {
            self.findings.mistyped(name, allowed, value);
            return None;
        };
        match self.catalogue.get(text) {
            Some(model) if model.dialect == self.dialect => {
                self.models = vec![model];
                return Some(model.name.clone());
            }
            Some(other) => {
                let path = speech(other.dialect).path;
                let text = format!("`{name}` {} is served by {path}; here it must be {allowed}", Cut(text));
                self.findings.add(Code::UnknownModel, name, text);
            }
            None => {
                let text = format!("`{name}` must be {allowed}; received {}", Cut(text));
                self.findings.add(Code::UnknownModel, name, text);
            }
        }
        None
    }

    fn prompt(&mut self) -> Option<String> {
        let most = self.models.iter().map(|model| model.prompt_max).max().unwrap_or(0);
        let allowed = format!("a text of 1 to {most} characters");
        let name = self.name_of(Meaning::Prompt);
        let Some((_, value)) = self.given(Meaning::Prompt).pop() else {
            self.findings.missing(name, allowed);
            return None;
        };
        let Json::Text(text) = value else {
            self.findings.mistyped(name, allowed, value);
            return None;
        };
        if text.trim().is_empty() {
            self.findings.invalid(name, "more than blanks", Cut(text));
            return None;
        }
        let length = text.chars().count();
        if length > most {
            self.findings.invalid(name, allowed, format_args!("{length} characters"));
            return None;
        }
        Some(text.clone().into_owned())
    }

    fn seconds(&mut self) -> Option<u32> {
        self.either(Meaning::Seconds);
        let allowed = format!("{} (whole seconds)", self.allowed(|model| model.durations.to_string()));
        let given = self.given(Meaning::Seconds);
        if given.is_empty() {
            let default = self.models.iter().find_map(|model| model.default_duration);
            if default.is_none() {
                self.findings.missing(self.name_of(Meaning::Seconds), allowed);
            }
            return default;
        }
        let mut read = None;
        for (field, value) in given {
            let fits = |seconds: &u32| self.models.iter().any(|model| model.durations.allow(*seconds));
            match (whole(value), value) {
                (Some(seconds), _) if fits(&seconds) => read = Some(seconds),
                (Some(_), _) | (_, Json::Number(_)) => self.findings.invalid(field.name, &allowed, value),
                _ => self.findings.mistyped(field.name, &allowed, value),
            }
        }
        read
    }

    fn size(&mut self) -> Option<Size> {
        self.either(Meaning::Ratio);
        let by_size = self.choice(Meaning::Size, |picture| picture.size.to_string());
        let ratio = self.choice(Meaning::Ratio, |picture| picture.ratio.clone());
        let resolution = self.choice(Meaning::Resolution, |picture| picture.resolution.clone());
        let (by_size, ratio, resolution) = (by_size.ok()?, ratio.ok()?, resolution.ok()?);
        if let Some(size) = by_size {
            return parse_size(size);
        }
        let model = *self.models.first()?;
        let ratio = ratio.unwrap_or(&model.default_ratio);
        let resolution = resolution.unwrap_or(&model.default_resolution);
        let made = self.models.iter().find_map(|model| model.picture(ratio, resolution));
        if made.is_none() {
            let pairs: Vec<_> =
                model.pictures.iter().map(|made| format!("{} at {}", made.ratio, made.resolution)).collect();
            let received = format_args!("{ratio} at {resolution}");
            self.findings.invalid(self.name_of(Meaning::Ratio), one_of(&pairs), received);
        }
        made.map(|picture| picture.size)
    }

    /// A text that must be one of what `of` says of the pictures; `Err` when it was noted.
    fn choice(&mut self, meaning: Meaning, of: impl Fn(&Picture) -> String) -> Result<Option<&'a str>, ()> {
        let Some((field, value)) = self.given(meaning).pop() else { return Ok(None) };
        let mut choices: Vec<String> = Vec::new();
        for choice in self.models.iter().flat_map(|model| &model.pictures).map(of) {
            if !choices.contains(&choice) {
                choices.push(choice);
            }
        }
        match value {
            Json::Text(text) if choices.iter().any(|choice| choice == text) => return Ok(Some(text)),
            Json::Text(text) => self.findings.invalid(field.name, one_of(&choices), Cut(text)),
            other => self.findings.mistyped(field.name, one_of(&choices), other),
        }
        Err(())
    }

    fn guidance(&mut self) -> Option<Guidance> {
        let frames = self.frames();
        self.either(Meaning::Images);
        let images = self.references(Meaning::Images, MediaKind::Image);
        let videos = self.references(Meaning::Videos, MediaKind::Video);
        let sent = |reading: &Self, meanings: [Meaning; 2]| {
            let mut given = meanings.into_iter().flat_map(|meaning| reading.given(meaning));
            given.next().map(|(field, _)| field.name)
        };
        let frame = sent(self, [Meaning::FirstFrame, Meaning::LastFrame]);
        let reference = sent(self, [Meaning::Images, Meaning::Videos]);
        if let (Some(frame), Some(reference)) = (frame, reference) {
            self.findings.conflict(reference, frame, "send first and last frame, or references");
        }
        if frame.is_some() {
            return frames.map(|(first, last)| Guidance::Frames { first, last });
        }
        let (mut images, videos) = (images?, videos?);
        Some(match (self.dialect, images.len() + videos.len()) {
            (_, 0) => Guidance::Text,
            (Dialect::Sora, 1) => Guidance::Image(images.pop()?),
            _ => Guidance::References { images, videos },
        })
    }

    /// First and last frame: both or neither.
    fn frames(&mut self) -> Option<(MediaSource, MediaSource)> {
        let first = self.frame(Meaning::FirstFrame);
        let last = self.frame(Meaning::LastFrame);
        let (sent_first, sent_last) = (self.given(Meaning::FirstFrame), self.given(Meaning::LastFrame));
        let (sent, missing) = match (sent_first.first(), sent_last.first()) {
            (Some((field, _)), None) => (field.name, self.name_of(Meaning::LastFrame)),
            (None, Some((field, _))) => (field.name, self.name_of(Meaning::FirstFrame)),
            _ => return first.zip(last),
        };
        self.findings.missing(missing, format_args!("`{sent}` was sent, and frames come in pairs"));
        None
    }

    /// One frame, by its name or its legacy name. Sent twice, it must be the same.
    fn frame(&mut self, meaning: Meaning) -> Option<MediaSource> {
        let given = self.given(meaning);
        if let Some((field, _)) = given.first()
            && !self.models.iter().any(|model| model.takes_frames())
        {
            let text = format!("`{}` is not taken by this model", field.name);
            self.findings.add(Code::InvalidParameter, field.name, text);
            return None;
        }
        if let [(new, one), (legacy, other)] = given[..]
            && media::link_text(one) != media::link_text(other)
        {
            let remedy = "they are two names for the same image; send one of them, or the same value twice";
            self.findings.conflict(legacy.name, new.name, remedy);
        }
        let sources: Vec<_> = given
            .into_iter()
            .map(|(field, value)| self.source(field.name, value, MediaKind::Image))
            .collect();
        sources.into_iter().next().flatten()
    }

    /// References of one kind; `None` when something was noted.
    fn references(&mut self, meaning: Meaning, kind: MediaKind) -> Option<Vec<MediaSource>> {
        let most = |model: &&Model| match kind {
            MediaKind::Image => model.max_images(),
            MediaKind::Video => model.max_videos(),
        };
        let most = self.models.iter().map(most).max().unwrap_or(0);
        let mut sources = Some(Vec::new());
        for (field, value) in self.given(meaning) {
            let values = match value {
                Json::Array(values) => values.as_slice(),
                single => std::slice::from_ref(single),
            };
            let links: Vec<_> = values.iter().enumerate().filter(|(_, value)| !value.is_empty()).collect();
            if most == 0 {
                let text = format!("`{}` is not taken by this model", field.name);
                self.findings.add(Code::InvalidParameter, field.name, text);
                sources = None;
            } else if links.len() > most {
                let allowed =
                    format!("an array of at most {most} {kind}{}", if most == 1 { "" } else { "s" });
                self.findings.invalid(field.name, allowed, format_args!("{} of them", links.len()));
                sources = None;
            }
            for (place, link) in links.into_iter().take(most) {
                let shown = match value {
                    Json::Array(_) => format!("{}[{place}]", field.name),
                    _ => field.name.to_owned(),
                };
                let source = self.source(&shown, link, kind);
                sources = sources.zip(source).map(|(mut sources, source)| {
                    sources.push(source);
                    sources
                });
            }
        }
        sources
    }

    /// One reference, which stands at `place`: a field's name, or that and an index.
    fn source(&mut self, place: &str, value: &Json<'_>, kind: MediaKind) -> Option<MediaSource> {
        let Some(text) = media::link_text(value) else {
            self.findings.mistyped(place, media::ALLOWED, value);
            return None;
        };
        match media::link(text) {
            Ok(Link::Url(url)) => Some(MediaSource::Url(url)),
            Ok(Link::Inline { text, bytes }) => {
                let most = self.models.iter().map(|model| largest(model, kind)).max().unwrap_or(0);
                if bytes > most {
                    let allowed = format_args!("at most {most} bytes");
                    let text = format!("`{place}` must have {allowed}; received {bytes}");
                    self.findings.add(Code::InvalidParameter, field_of(place), text);
                    return None;
                }
                Some(MediaSource::Inline(slice(self.body, text)))
            }
            Err(why) => {
                let received = format!("{} ({why})", Cut(&media::presentable(text)));
                let text = format!("`{place}` must be {}; received {received}", media::ALLOWED);
                self.findings.add(Code::InvalidMedia, field_of(place), text);
                None
            }
        }
    }
}

/// The most bytes that one reference of `kind` may have.
fn largest(model: &Model, kind: MediaKind) -> u64 {
    match kind {
        MediaKind::Image => model.images.as_ref().map_or(0, |images| images.bytes_below.saturating_sub(1)),
        MediaKind::Video => model.videos.as_ref().map_or(0, |videos| videos.total_bytes),
    }
}

/// `text` as a slice of the body it was read from; a copy when escapes made it a text of its own.
fn slice(body: &Bytes, text: &str) -> Bytes {
    let inside = body.as_ptr_range();
    if inside.contains(&text.as_ptr()) {
        body.slice_ref(text.as_bytes())
    } else {
        Bytes::copy_from_slice(text.as_bytes())
    }
}

/// A whole number of seconds: `8`, `8.0`, `"8"`.
fn whole(value: &Json<'_>) -> Option<u32> {
    match value {
        Json::Number(text) => text.parse().ok().or_else(|| {
            let number: f64 = text.parse().ok()?;
            let whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
            whole.then_some(number as u32)
        }),
        Json::Text(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => text.parse().ok(),
        _ => None,
    }
}
