//! Films of others become frames.
//!
//! A [`VideoReader`] steps through the shown pictures of an MP4, MOV or WebM in the order in which they are seen, each turned
//! upright and converted to BT.709 limited range. H.264, HEVC, VP9 and AV1 at 8 bits 4:2:0 are read; anything else is an error that
//! names it. The decoders are pure Rust, yet young: so sizes are checked before they see a picture, what they hold
//! back is bounded, and a panic inside them becomes an error.
//!
//! There is no seeking and no sound.

mod codecs;
mod convert;
mod reorder;

use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use crate::container::{self, Stream};
use crate::frame::Frame;
use crate::probe::{Kind, ProbeError, VideoInfo, describe, recognise};

use codecs::Decoder;
use convert::Conversion;

/// What a film may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Most pixels in a picture.
    pub max_pixels: u64,
    /// Most pictures in the film.
    pub max_frames: u64,
}

impl Default for Limits {
    /// 2160 x 4096 pixels, one minute at 60 pictures a second.
    fn default() -> Self {
        Self { max_pixels: 2160 * 4096, max_frames: 3600 }
    }
}

/// Why a film cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file as such is at fault.
    #[error(transparent)]
    Probe(#[from] ProbeError),
    /// The pictures are compressed in a way that cannot be read here.
    #[error("the video is coded as {codec}, which cannot be read here; convert it to H.264, 8 bit, 4:2:0")]
    Codec {
        /// Its name.
        codec: String,
    },
    /// A picture could not be decoded.
    #[error("the video cannot be decoded at {at_ms} ms: {why}")]
    Damaged {
        /// Where in the film.
        at_ms: u64,
        /// In the decoder's words.
        why: String,
    },
}

/// Reads a film picture by picture.
pub struct VideoReader {
    file: BufReader<File>,
    stream: Stream,
    info: VideoInfo,
    limits: Limits,
    decoder: Decoder,
    conversion: Conversion,
    /// Index of the packet that is decoded next.
    next: usize,
    flushed: bool,
    /// Size before the turn, from the first picture.
    size: Option<(u32, u32)>,
}

impl VideoReader {
    /// Opens a film; decodes nothing yet.
    pub fn open(path: &Path, limits: Limits) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(ProbeError::from)?;
        let mut file = BufReader::new(file);
        let Kind::Video(container) = recognise(&mut file)? else {
            return Err(ProbeError::Unsupported { what: "an image where a video is needed".into() }.into());
        };
        let stream = container::open(&mut file, container)?;
        let bytes = container::length(&mut file)?;
        let info = describe(&stream, bytes);
        check_pixels(stream.width, stream.height, limits)?;
        if stream.packets.len() as u64 > limits.max_frames {
            return Err(ProbeError::TooLarge {
                what: "pictures in the video",
                found: stream.packets.len() as u64,
                most: limits.max_frames,
            }
            .into());
        }
        let decoder = guarded(0, || Decoder::new(&stream, limits.max_pixels))?;
        let conversion = Conversion::of(&stream);
        Ok(Self { file, stream, info, limits, decoder, conversion, next: 0, flushed: false, size: None })
    }

    /// What the probe says of the film.
    pub fn info(&self) -> &VideoInfo {
        &self.info
    }

    /// The next picture in the order of showing and its time in milliseconds; `None` after the last.
    pub fn next_frame(&mut self) -> Result<Option<(Frame, u64)>, ReadError> {
        loop {
            if let Some((frame, pts)) = self.decoder.ready() {
                self.check_size(&frame, pts)?;
                let frame = self.conversion.apply(frame);
                return Ok(Some((convert::turn(frame, self.stream.turn), millis(pts))));
            }
            let Some(packet) = self.stream.packets.get(self.next).copied() else {
                if self.flushed {
                    return Ok(None);
                }
                self.flushed = true;
                let decoder = &mut self.decoder;
                guarded(self.info.duration_ms, || decoder.flush())?;
                continue;
            };
            let data = container::read_at(&mut self.file, packet.offset, packet.size as usize)?;
            self.next += 1;
            let decoder = &mut self.decoder;
            guarded(millis(packet.pts), || decoder.push(&data, packet))?;
        }
    }

    /// Every picture must be within the limits and as large as the first.
    fn check_size(&mut self, frame: &Frame, pts: i64) -> Result<(), ReadError> {
        check_pixels(frame.width, frame.height, self.limits)?;
        let size = (frame.width, frame.height);
        let first = *self.size.get_or_insert(size);
        if first == size {
            return Ok(());
        }
        let why = format!("its pictures change from {}x{} to {}x{}", first.0, first.1, size.0, size.1);
        Err(ReadError::Damaged { at_ms: millis(pts), why })
    }
}

fn millis(pts: i64) -> u64 {
    (pts.max(0) as u64 + 500) / 1000
}

fn check_pixels(width: u32, height: u32, limits: Limits) -> Result<(), ReadError> {
    let found = u64::from(width) * u64::from(height);
    if found <= limits.max_pixels {
        return Ok(());
    }
    Err(ProbeError::TooLarge { what: "pixels in a picture", found, most: limits.max_pixels }.into())
}

/// Runs a piece of a decoder; its errors get their place in the film, its panics become errors.
fn guarded<T>(at_ms: u64, work: impl FnOnce() -> Result<T, codecs::Fault>) -> Result<T, ReadError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(codecs::Fault::Unsupported(codec))) => Err(ReadError::Codec { codec }),
        Ok(Err(codecs::Fault::TooLarge { found, most })) => {
            Err(ProbeError::TooLarge { what: "pixels in a picture", found, most }.into())
        }
        Ok(Err(codecs::Fault::Damaged(why))) => Err(ReadError::Damaged { at_ms, why }),
        Err(_) => Err(ReadError::Damaged { at_ms, why: "the decoder gave up on it".into() }),
    }
}
