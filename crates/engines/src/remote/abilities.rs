//! What an upstream can do, and what it takes to make a request fit: lengths are rounded up, sizes become the nearest
//! of the same shape, and every change is noted. What would make another film is no change: a request with pictures
//! does not go to an upstream that takes none, and a prompt is never cut.

use filmgate_domain::media::Size;
use filmgate_domain::request::{Guidance, VideoRequest};
use filmgate_domain::translation::Change;
use serde::Deserialize;

/// Lengths in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "expected a list of seconds, or { min, max }")]
pub enum Lengths {
    /// These.
    Listed(Vec<u32>),
    /// Every whole number from `min` to `max`.
    Between {
        /// The shortest.
        min: u32,
        /// The longest.
        max: u32,
    },
}

/// What an upstream can do. What is not said is not limited; pictures and films are not taken unless it is said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Abilities {
    /// The lengths it makes.
    pub seconds: Option<Lengths>,
    /// The sizes it makes, such as `1280x720`.
    pub sizes: Option<Vec<String>>,
    /// The shapes it makes, such as `16:9`.
    pub ratios: Option<Vec<String>>,
    /// The longest prompt, in characters.
    pub prompt_max: Option<usize>,
    /// 0, 1 (a first frame) or 2 (first and last).
    pub frames: Option<u8>,
    /// How many reference images.
    pub images: Option<usize>,
    /// How many reference videos.
    pub videos: Option<usize>,
    /// Whether it takes a seed.
    pub seed: Option<bool>,
}

/// A request as it can be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fitted {
    /// Length in seconds.
    pub seconds: u32,
    /// Picture size.
    pub size: Size,
    /// Whether the seed goes with it.
    pub seed: bool,
    /// What is not as it was asked for.
    pub changes: Vec<Change>,
}

impl Abilities {
    /// These, with what `other` says in their place.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            seconds: other.seconds.or(self.seconds),
            sizes: other.sizes.or(self.sizes),
            ratios: other.ratios.or(self.ratios),
            prompt_max: other.prompt_max.or(self.prompt_max),
            frames: other.frames.or(self.frames),
            images: other.images.or(self.images),
            videos: other.videos.or(self.videos),
            seed: other.seed.or(self.seed),
        }
    }

    /// The shortest film it makes, in seconds, if it says.
    pub fn shortest(&self) -> Option<u32> {
        self.lengths()?.into_iter().min()
    }

    /// Whether every value in it makes sense; otherwise which does not.
    pub fn check(&self) -> Result<(), String> {
        if self.lengths().is_some_and(|lengths| lengths.is_empty()) {
            return Err("`seconds` allows no length".to_owned());
        }
        let wrong = |what: &str, text: &String| {
            format!(
                "`{what}` has `{text}`; write it like {}",
                if what == "sizes" { "1280x720" } else { "16:9" }
            )
        };
        let pair = |text: &String, sign: char| {
            text.split_once(sign).is_some_and(|(one, other)| {
                one.parse::<u32>().is_ok_and(|one| one > 0)
                    && other.parse::<u32>().is_ok_and(|other| other > 0)
            })
        };
        if let Some(size) = self.sizes.iter().flatten().find(|text| !pair(text, 'x')) {
            return Err(wrong("sizes", size));
        }
        if let Some(ratio) = self.ratios.iter().flatten().find(|text| !pair(text, ':')) {
            return Err(wrong("ratios", ratio));
        }
        if self.frames.is_some_and(|frames| frames > 2) {
            Err("`frames` must be 0, 1 or 2".to_owned())
        } else {
            Ok(())
        }
    }

    /// How `request` can be sent, or why it cannot.
    pub fn fit(&self, request: &VideoRequest) -> Result<Fitted, String> {
        self.takes(request)?;
        let (seconds, size) = (self.length(request.seconds)?, self.size(request.size)?);
        let mut changes = Vec::new();
        if seconds != request.seconds {
            changes.push(Change::new("seconds", &request.seconds, Some(seconds.to_string())));
        }
        if size != request.size {
            changes.push(Change::new("size", &request.size, Some(size.to_string())));
        }
        Ok(Fitted { seconds, size, seed: self.seed == Some(true), changes })
    }

    fn takes(&self, request: &VideoRequest) -> Result<(), String> {
        let (frames, images, videos) =
            (self.frames.unwrap_or(0), self.images.unwrap_or(0), self.videos.unwrap_or(0));
        let letters = request.prompt.chars().count();
        if self.prompt_max.is_some_and(|most| letters > most) {
            return Err(format!(
                "it takes prompts of {} characters at most",
                self.prompt_max.unwrap_or_default()
            ));
        }
        let refused = match &request.guidance {
            Guidance::Image(_) if frames == 0 && images == 0 => "an image",
            Guidance::Frames { .. } if frames < 2 => "a first and a last frame",
            Guidance::References { images: shown, .. } if shown.len() > images => "so many reference images",
            Guidance::References { videos: shown, .. } if shown.len() > videos => "so many reference videos",
            _ => return Ok(()),
        };
        Err(format!("it does not take {refused}"))
    }

    fn lengths(&self) -> Option<Vec<u32>> {
        Some(match self.seconds.as_ref()? {
            Lengths::Listed(list) => list.clone(),
            Lengths::Between { min, max } => (*min..=(*max).min(3600)).collect(),
        })
    }

    /// The shortest length that is long enough.
    fn length(&self, asked: u32) -> Result<u32, String> {
        let Some(lengths) = self.lengths() else { return Ok(asked) };
        let enough = lengths.iter().copied().filter(|length| *length >= asked).min();
        enough.ok_or_else(|| format!("it makes no film of {asked} s"))
    }

    /// The size of the same shape that is nearest in pixels.
    fn size(&self, asked: Size) -> Result<Size, String> {
        let shape = ratio(asked);
        if self.ratios.as_ref().is_some_and(|ratios| !ratios.contains(&shape)) {
            return Err(format!("it makes no {shape} films"));
        }
        let Some(sizes) = &self.sizes else { return Ok(asked) };
        let parse = |text: &String| {
            let (width, height) = text.split_once('x')?;
            Some(Size::new(width.parse().ok()?, height.parse().ok()?))
        };
        let area = |size: Size| u64::from(size.width) * u64::from(size.height);
        let same = sizes.iter().filter_map(parse).filter(|size| ratio(*size) == shape);
        same.min_by_key(|size| area(*size).abs_diff(area(asked)))
            .ok_or_else(|| format!("it makes no {shape} films"))
    }
}

/// The shape of `size` in the smallest numbers: `16:9`.
pub(super) fn ratio(size: Size) -> String {
    let (mut one, mut other) = (size.width.max(1), size.height.max(1));
    while other != 0 {
        (one, other) = (other, one % other);
    }
    format!("{}:{}", size.width / one, size.height / one)
}

/// The name that people have for so many pixels, whatever the shape: 960x960 is 720p like 1280x720.
pub(super) fn resolution(size: Size) -> &'static str {
    let area = u64::from(size.width) * u64::from(size.height);
    let names = [
        ("480p", 854 * 480),
        ("540p", 960 * 540),
        ("720p", 1280 * 720),
        ("1080p", 1920 * 1080),
        ("1440p", 2560 * 1440),
    ];
    let nearest = names.into_iter().min_by_key(|(_, known): &(_, u64)| known.abs_diff(area));
    nearest.map_or("2160p", |(name, known)| if area > known * 3 / 2 { "2160p" } else { name })
}
