//! What a medium is, told from its bytes and never from its name.
//!
//! A probe reads headers and tables, decodes no picture, and needs memory only for those tables (a still image is read
//! whole, up to [`MAX_IMAGE_BYTES`]). Sizes are as a viewer sees them: after the EXIF or track turn. Every error says what
//! was found instead, in words that a client can act on.
//!
//! A probe is no proof that every picture decodes; `picture::decode` and `reader::VideoReader` are.

use std::fs::File;
use std::io::{self, Cursor};
use std::path::Path;

use crate::container::{self, Source};
use crate::picture;

/// Still images larger than this are refused unread.
pub const MAX_IMAGE_BYTES: u64 = 64 << 20;

/// What the bytes turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Probe {
    /// A still image, or an animation of which the first picture counts.
    Image(ImageInfo),
    /// A film.
    Video(VideoInfo),
}

/// Formats of still images.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    WebP,
}

impl std::fmt::Display for ImageFormat {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Jpeg => "jpeg",
            Self::Png => "png",
            Self::WebP => "webp",
        })
    }
}

/// A still image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageInfo {
    /// How it is stored.
    pub format: ImageFormat,
    /// Pixels a row, after the EXIF turn.
    pub width: u32,
    /// Rows, after the EXIF turn.
    pub height: u32,
    /// Length of the file.
    pub bytes: u64,
}

/// File formats of films.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// MP4.
    Mp4,
    /// MOV, as Apple made it.
    Mov,
    /// WebM.
    WebM,
}

impl std::fmt::Display for Container {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Mp4 => "mp4",
            Self::Mov => "mov",
            Self::WebM => "webm",
        })
    }
}

/// A film.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VideoInfo {
    /// The file format.
    pub container: Container,
    /// `h264`, `hevc`, `vp9`, `av1` (these can be read), or the name of another codec such as `vp8`.
    pub codec: String,
    /// Pixels a row, after the turn.
    pub width: u32,
    /// Rows, after the turn.
    pub height: u32,
    /// Length of the pictures in milliseconds, rounded to the nearest, edit list applied.
    pub duration_ms: u64,
    /// Pictures that are shown.
    pub frames: Option<u64>,
    /// True when there is a sound track.
    pub has_audio: bool,
    /// Length of the file.
    pub bytes: u64,
}

/// Why bytes are not a medium that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// They are no picture and no film at all.
    #[error("this is {found}, not an image or a video; send JPEG, PNG, WebP, MP4, MOV or WebM")]
    NotMedia {
        /// What it looks like, with its article.
        found: String,
    },
    /// They are a medium of a kind that is not accepted.
    #[error("this is {what}, which is not accepted; send JPEG, PNG, WebP, MP4, MOV or WebM")]
    Unsupported {
        /// What it is, with its article.
        what: String,
    },
    /// The end is missing.
    #[error("the file is cut off: {why}; upload it again, whole")]
    Truncated {
        /// Where it ends and what is missing.
        why: String,
    },
    /// Something in it contradicts itself.
    #[error("the file is damaged: {why}")]
    Damaged {
        /// What is wrong.
        why: String,
    },
    /// It asks for more than is allowed.
    #[error("the file is too large: {found} {what}, at most {most} are allowed")]
    TooLarge {
        /// What there is too much of, with its unit.
        what: &'static str,
        /// How much there is.
        found: u64,
        /// How much may be.
        most: u64,
    },
    /// The bytes could not be read from where they are.
    #[error("the file could not be read: {0}")]
    Io(#[from] io::Error),
}

/// Probes a file without loading a film into memory.
pub fn probe(source: &Path) -> Result<Probe, ProbeError> {
    probe_source(&mut io::BufReader::with_capacity(4096, File::open(source)?))
}

/// Probes bytes that are in memory already.
pub fn probe_bytes(bytes: &[u8]) -> Result<Probe, ProbeError> {
    probe_source(&mut Cursor::new(bytes))
}

fn probe_source(source: &mut impl Source) -> Result<Probe, ProbeError> {
    let bytes = container::length(source)?;
    match recognise(source)? {
        Kind::Image(format) => {
            if bytes > MAX_IMAGE_BYTES {
                return Err(ProbeError::TooLarge {
                    what: "bytes of image",
                    found: bytes,
                    most: MAX_IMAGE_BYTES,
                });
            }
            let whole = container::read_at(source, 0, bytes as usize)?;
            let (width, height) = picture::size(&whole, format)?;
            Ok(Probe::Image(ImageInfo { format, width, height, bytes }))
        }
        Kind::Video(container) => {
            let stream = container::open(source, container)?;
            Ok(Probe::Video(describe(&stream, bytes)))
        }
    }
}

/// The public description of a film.
pub(crate) fn describe(stream: &container::Stream, bytes: u64) -> VideoInfo {
    let (width, height) = stream.turn.size(stream.width, stream.height);
    VideoInfo {
        container: stream.container,
        codec: stream.codec.name().to_owned(),
        width,
        height,
        duration_ms: stream.duration_ms,
        frames: Some(stream.packets.iter().filter(|packet| packet.shown).count() as u64),
        has_audio: stream.has_audio,
        bytes,
    }
}

/// What the first bytes promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Image(ImageFormat),
    Video(Container),
}

/// Tells the format from the first bytes, or says what they are instead.
pub(crate) fn recognise(source: &mut impl Source) -> Result<Kind, ProbeError> {
    let len = container::length(source)?.min(64) as usize;
    let head = container::read_at(source, 0, len)?;
    let unsupported = |what: &str| Err(ProbeError::Unsupported { what: what.into() });
    match head.as_slice() {
        [] => Err(ProbeError::NotMedia { found: "an empty file".into() }),
        [0xFF, 0xD8, 0xFF, ..] => Ok(Kind::Image(ImageFormat::Jpeg)),
        [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => Ok(Kind::Image(ImageFormat::Png)),
        [b'R', b'I', b'F', b'F', _, _, _, _, form @ ..] => match form {
            [b'W', b'E', b'B', b'P', ..] => Ok(Kind::Image(ImageFormat::WebP)),
            [b'A', b'V', b'I', b' ', ..] => unsupported("an AVI video"),
            [b'W', b'A', b'V', b'E', ..] => unsupported("a WAV sound file"),
            _ => unsupported("a RIFF file of an unknown kind"),
        },
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => by_brand(brand),
        // Old QuickTime files have no `ftyp`; they begin with one of these boxes.
        [_, _, _, _, kind @ ..] if starts_with_any(kind, &[b"moov", b"mdat", b"wide", b"free", b"skip"]) => {
            Ok(Kind::Video(Container::Mov))
        }
        [0x1A, 0x45, 0xDF, 0xA3, ..] => Ok(Kind::Video(Container::WebM)),
        other => foreign(other),
    }
}

fn by_brand(brand: &[u8]) -> Result<Kind, ProbeError> {
    let what = match brand {
        [b'q', b't', b' ', b' ', ..] => return Ok(Kind::Video(Container::Mov)),
        [b'a', b'v', b'i', b'f' | b's', ..] => "an AVIF image",
        [b'h', b'e', b'i' | b'v', b'c' | b'x' | b's' | b'm', ..] | [b'm', b'i', b'f', b'1', ..] => {
            "a HEIC image"
        }
        [b'M', b'4', b'A' | b'B', ..] => "an MP4 sound file",
        [b'c', b'r', b'x', ..] => "a camera raw image",
        _ => return Ok(Kind::Video(Container::Mp4)),
    };
    Err(ProbeError::Unsupported { what: what.into() })
}

/// Names what is neither: a medium of another kind, or no medium at all.
fn foreign(head: &[u8]) -> Result<Kind, ProbeError> {
    let media: [(&[u8], &str); 13] = [
        (b"GIF8", "a GIF image"),
        (b"BM", "a BMP image"),
        (b"II*\0", "a TIFF image"),
        (b"MM\0*", "a TIFF image"),
        (b"\0\0\x01\0", "an icon"),
        (b"8BPS", "a Photoshop document"),
        (b"\0\0\0\x0CJXL ", "a JPEG XL image"),
        (b"FLV\x01", "a Flash video"),
        (b"\x30\x26\xB2\x75", "a Windows Media file"),
        (b"\0\0\x01\xBA", "an MPEG program stream"),
        (b"OggS", "an Ogg file"),
        (b"ID3", "an MP3 sound file"),
        (b"fLaC", "a FLAC sound file"),
    ];
    if let Some((_, what)) = media.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(ProbeError::Unsupported { what: (*what).into() });
    }
    let text = head.trim_ascii_start().to_ascii_lowercase();
    let found = if text.starts_with(b"<!doctype html") || text.starts_with(b"<html") {
        "an HTML page"
    } else if text.starts_with(b"<?xml") || text.starts_with(b"<svg") {
        "an XML or SVG document"
    } else if text.starts_with(b"{") || text.starts_with(b"[") {
        "JSON text"
    } else if head.starts_with(b"%PDF") {
        "a PDF document"
    } else if head.starts_with(b"PK\x03\x04") {
        "a ZIP archive"
    } else if head.starts_with(b"\x1F\x8B") {
        "a gzip archive"
    } else if head.iter().all(|byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0x80..)) {
        "text"
    } else {
        "data of an unknown kind"
    };
    Err(ProbeError::NotMedia { found: found.into() })
}

fn starts_with_any(bytes: &[u8], prefixes: &[&[u8; 4]]) -> bool {
    prefixes.iter().any(|prefix| bytes.starts_with(*prefix))
}
