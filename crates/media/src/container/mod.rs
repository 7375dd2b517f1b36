//! Files that hold a film: what they say of it, and where each coded picture lies.
//!
//! One parser a format ([`bmff`] for MP4 and MOV, [`webm`]); both answer with the same [`Stream`]. They walk the file by
//! its own table of contents through `Read + Seek`, so a film of any size costs only its tables, and they believe no number
//! before it was compared with the length of the file. They know nothing of what is inside a coded picture.

mod bmff;
mod bytes;
mod fragments;
mod tables;
mod webm;

use std::io::{Read, Seek, SeekFrom};

use crate::probe::{Container, ProbeError};

/// Tables larger than this are refused; two hours of film need a few megabytes.
const MAX_TABLE_BYTES: u64 = 64 << 20;

/// More pictures than this are refused: over two hours at 60 a second.
const MAX_PACKETS: usize = 500_000;

/// More outermost boxes or elements than this are refused: a file made of nothing but headers would take for ever.
const MAX_PARTS: u64 = 1_000_000;

/// Where the bytes come from.
pub(crate) trait Source: Read + Seek {}
impl<T: Read + Seek> Source for T {}

/// How the pictures are compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    H264,
    Hevc,
    Vp9,
    Av1,
    /// One that cannot be decoded here, by name.
    Other(String),
}

impl Codec {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::H264 => "h264",
            Self::Hevc => "hevc",
            Self::Vp9 => "vp9",
            Self::Av1 => "av1",
            Self::Other(name) => name,
        }
    }
}

/// Clockwise turn that a player applies before it shows a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Turn {
    #[default]
    None,
    Quarter,
    Half,
    ThreeQuarters,
}

impl Turn {
    pub(crate) fn size(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            Self::None | Self::Half => (width, height),
            Self::Quarter | Self::ThreeQuarters => (height, width),
        }
    }
}

/// What the container says of the meaning of the samples; `None` where it is silent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Colour {
    pub(crate) full_range: Option<bool>,
    /// Matrix coefficients by their ITU-T H.273 number.
    pub(crate) matrix: Option<u8>,
}

/// One coded picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Packet {
    /// First byte, from the start of the file; it and `size` lie inside the file.
    pub(crate) offset: u64,
    pub(crate) size: u32,
    /// When it is shown, in microseconds from the start of the film; negative before it.
    pub(crate) pts: i64,
    /// False for pictures that only others need, before or after the part that is shown.
    pub(crate) shown: bool,
}

/// A film, as its container describes it.
#[derive(Clone, Debug)]
pub(crate) struct Stream {
    pub(crate) container: Container,
    pub(crate) codec: Codec,
    /// The decoder's set-up (`avcC`, `hvcC`), empty where the codec needs none.
    pub(crate) config: Vec<u8>,
    /// Before the turn.
    pub(crate) width: u32,
    /// Before the turn.
    pub(crate) height: u32,
    pub(crate) turn: Turn,
    pub(crate) colour: Colour,
    pub(crate) duration_ms: u64,
    pub(crate) has_audio: bool,
    /// In decoding order.
    pub(crate) packets: Vec<Packet>,
}

/// Reads the description of a film in the given container.
pub(crate) fn open(source: &mut impl Source, container: Container) -> Result<Stream, ProbeError> {
    let stream = match container {
        Container::Mp4 | Container::Mov => bmff::open(source, container)?,
        Container::WebM => webm::open(source)?,
    };
    if stream.width == 0 || stream.height == 0 {
        return Err(damaged("its video track is zero pixels wide or high"));
    }
    if stream.packets.is_empty() {
        return Err(damaged("its video track has no pictures"));
    }
    Ok(stream)
}

/// Length of the whole source in bytes.
pub(crate) fn length(source: &mut impl Source) -> Result<u64, ProbeError> {
    Ok(source.seek(SeekFrom::End(0))?)
}

/// `len` bytes from `offset`; the caller has checked that they exist and that `len` is within reason.
pub(crate) fn read_at(source: &mut impl Source, offset: u64, len: usize) -> Result<Vec<u8>, ProbeError> {
    source.seek(SeekFrom::Start(offset))?;
    let mut bytes = vec![0; len];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

fn damaged(why: impl Into<String>) -> ProbeError {
    ProbeError::Damaged { why: why.into() }
}

fn truncated(why: impl Into<String>) -> ProbeError {
    ProbeError::Truncated { why: why.into() }
}

/// Counts one more outermost part.
fn count_part(parts: &mut u64) -> Result<(), ProbeError> {
    *parts += 1;
    if *parts <= MAX_PARTS {
        return Ok(());
    }
    Err(ProbeError::TooLarge { what: "parts in the file", found: *parts, most: MAX_PARTS })
}

/// Refuses a table that no sane film has, before anything is allocated for it.
fn check_packets(count: u64) -> Result<usize, ProbeError> {
    usize::try_from(count).ok().filter(|count| *count <= MAX_PACKETS).ok_or(ProbeError::TooLarge {
        what: "pictures in the video",
        found: count,
        most: MAX_PACKETS as u64,
    })
}
