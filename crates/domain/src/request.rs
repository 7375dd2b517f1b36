//! What was asked for, in our own words: every dialect turns its body into one [`VideoRequest`].

use serde::{Deserialize, Serialize};

use crate::media::{MediaKind, MediaSource, Size};

/// How the client spoke when it created the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `POST /v1/sora/videos`.
    Sora,
    /// `POST /v1/videos/videos`.
    Videos,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 2] = [Self::Sora, Self::Videos];

    /// What ids of tasks made in this dialect begin with.
    pub const fn id_prefix(self) -> &'static str {
        match self {
            Self::Sora => "sora_",
            Self::Videos => "video_",
        }
    }

    /// The dialect's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sora => "sora",
            Self::Videos => "videos",
        }
    }
}

/// What guides the film besides the prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Guidance {
    /// The prompt alone.
    Text,
    /// One picture that the film shows.
    Image(MediaSource),
    /// The first and the last frame are given.
    Frames {
        /// The film's first frame.
        first: MediaSource,
        /// The film's last frame.
        last: MediaSource,
    },
    /// Pictures and films that are cut in, in this order.
    References {
        /// Still pictures.
        images: Vec<MediaSource>,
        /// Moving pictures.
        videos: Vec<MediaSource>,
    },
}

impl Guidance {
    /// Every reference with what it must be and the name of its role, in the order their snapshots are kept in.
    pub fn references(&self) -> Vec<(MediaKind, &'static str, &MediaSource)> {
        match self {
            Self::Text => Vec::new(),
            Self::Image(source) => vec![(MediaKind::Image, "reference image", source)],
            Self::Frames { first, last } => {
                vec![(MediaKind::Image, "first image", first), (MediaKind::Image, "last image", last)]
            }
            Self::References { images, videos } => {
                let images = images.iter().map(|source| (MediaKind::Image, "reference image", source));
                images
                    .chain(videos.iter().map(|source| (MediaKind::Video, "reference video", source)))
                    .collect()
            }
        }
    }

    /// The same references, to be replaced in place.
    pub fn references_mut(&mut self) -> Vec<&mut MediaSource> {
        match self {
            Self::Text => Vec::new(),
            Self::Image(source) => vec![source],
            Self::Frames { first, last } => vec![first, last],
            Self::References { images, videos } => images.iter_mut().chain(videos).collect(),
        }
    }
}

/// A checked request: every value is within the limits of its model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoRequest {
    /// How it was asked.
    pub dialect: Dialect,
    /// The public model's name.
    pub model: String,
    /// What the film shows; never blank.
    pub prompt: String,
    /// Length in seconds.
    pub seconds: u32,
    /// Picture size in pixels.
    pub size: Size,
    /// What guides it besides the prompt.
    pub guidance: Guidance,
    /// Whether the client wants exactly this or nothing: `Prefer: handling=strict`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict: bool,
}
