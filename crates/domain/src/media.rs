//! Reference media: where they come from, what the request wants of them, what their bytes showed.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};

use crate::id::{ArtifactId, TaskId};

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Size {
    /// Pixels from left to right.
    pub width: u32,
    /// Pixels from top to bottom.
    pub height: u32,
}

impl Size {
    /// The size `width` by `height`.
    pub const fn new(width: u32, height: u32) -> Self {
        Self { width, height }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}x{}", self.width, self.height)
    }
}

/// Everything that is ever stored as bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobKey {
    /// A snapshot of a reference: the task it was made for, its place among the references, and a fresh tail so that
    /// no two tries share a blob.
    Input {
        /// The task that refers to it.
        task: TaskId,
        /// Its place, from 0.
        place: u16,
        /// Chance, in lower-case letters and digits.
        tail: Box<str>,
    },
    /// A film.
    Artifact(ArtifactId),
}

impl fmt::Display for BlobKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input { task, place, tail } => write!(out, "inputs/{task}.{place}.{tail}"),
            Self::Artifact(id) => write!(out, "artifacts/{id}.mp4"),
        }
    }
}

/// Where a reference comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaSource {
    /// An absolute http or https URL, syntax checked.
    Url(String),
    /// The base-64 text of a `data:` URL, still a slice of the request's body. Never stored as such: the gateway
    /// writes the bytes to a blob before the task exists.
    #[serde(skip)]
    Inline(Bytes),
    /// Bytes that are stored already.
    Stored(BlobKey),
}

/// What a reference must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaKind {
    /// A still picture: JPEG, PNG or WebP.
    Image,
    /// A moving picture: MP4, MOV or WebM.
    Video,
}

impl fmt::Display for MediaKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Image => "image",
            Self::Video => "video",
        })
    }
}

/// A reference after it was fetched, probed and stored: the snapshot every attempt works from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Input {
    /// Where its bytes are.
    pub blob: BlobKey,
    /// What it is.
    pub kind: MediaKind,
    /// Its container or picture format, e.g. `jpeg`, `mp4`.
    pub format: String,
    /// As shown, after any rotation the file asks for.
    pub size: Size,
    /// Length in milliseconds; zero for images.
    pub duration_ms: u64,
    /// Size in bytes.
    pub bytes: u64,
}
