//! A chunk: at most two seconds of film, drawn and encoded frame after frame on one core.

use crate::brief::{Brief, RenderError};
use crate::shots::{Script, Shot};
use crate::stage::Desk;
use filmgate_media::frame::Frame;
use filmgate_media::h264::{Encoder, ParameterSets, Sample, Settings};

/// Which frames of which cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk {
    pub(super) cut: usize,
    /// Frame of the cut it begins with.
    pub(super) from: u32,
    pub(super) count: u32,
}

/// Encoded frames.
pub(super) struct Coded {
    pub(super) samples: Vec<Sample>,
    pub(super) headers: ParameterSets,
}

impl Coded {
    fn bytes(&self) -> usize {
        self.samples.iter().map(|sample| sample.data.len()).sum()
    }
}

/// Why a chunk is not finished.
pub(super) enum Stop {
    Canceled,
    Failed(RenderError),
}

/// How much coarser a chunk is encoded that came out too large.
const COARSER: u8 = 4;

/// Most bytes of a chunk: about 10 Mbit/s for 1280x720 at 24 frames.
fn cap(brief: &Brief, count: u32) -> usize {
    brief.width as usize * brief.height as usize * count as usize / 18
}

fn coarser(coding: &Settings) -> Settings {
    Settings { qp: coding.qp + COARSER, ..*coding }
}

/// Draws and encodes a chunk; again and coarser if it is too large.
pub(super) fn draw_chunk(
    brief: &Brief,
    script: &Script,
    chunk: Chunk,
    stopped: &dyn Fn() -> bool,
) -> Result<Coded, Stop> {
    let (cut, shot) = (&script.cuts[chunk.cut], script.take(chunk.cut, brief));
    let mut desk = Desk::default();
    let mut frame = Frame::black(brief.width, brief.height);
    let mut take = |coding: &Settings| {
        encode(coding, chunk, stopped, &mut frame, &mut |index, frame| {
            shot.draw(index, cut.frames, &mut desk, frame);
            Ok(())
        })
    };
    let coded = take(&script.coding)?;
    if coded.bytes() > cap(brief, chunk.count) { take(&coarser(&script.coding)) } else { Ok(coded) }
}

/// Draws and encodes the chunks of a reel, one after the other. A reel cannot be run back: if a chunk is too large, the next one is coarser.
pub(super) fn draw_reel(
    brief: &Brief,
    script: &Script,
    chunks: &[Chunk],
    stopped: &dyn Fn() -> bool,
    keep: &mut dyn FnMut(Coded) -> Result<(), RenderError>,
) -> Result<(), Stop> {
    let Some(cut) = chunks.first().map(|chunk| &script.cuts[chunk.cut]) else { return Ok(()) };
    let Shot::Reel(reel) = &cut.shot else { return Ok(()) };
    let mut run = reel.run(cut.frames).map_err(Stop::Failed)?;
    let mut frame = Frame::black(brief.width, brief.height);
    let mut coding = script.coding;
    for chunk in chunks {
        let mut draw = |index: u32, frame: &mut Frame| run.draw(index, frame);
        let coded = encode(&coding, *chunk, stopped, &mut frame, &mut draw)?;
        if coded.bytes() > cap(brief, chunk.count) && coding == script.coding {
            coding = coarser(&coding);
        }
        keep(coded).map_err(Stop::Failed)?;
    }
    Ok(())
}

fn encode(
    coding: &Settings,
    chunk: Chunk,
    stopped: &dyn Fn() -> bool,
    frame: &mut Frame,
    draw: &mut dyn FnMut(u32, &mut Frame) -> Result<(), RenderError>,
) -> Result<Coded, Stop> {
    let failed = |error: &dyn std::fmt::Display| Stop::Failed(RenderError::Internal(error.to_string()));
    let mut encoder = Encoder::new(coding).map_err(|error| failed(&error))?;
    let mut samples = Vec::with_capacity(chunk.count as usize);
    for index in chunk.from..chunk.from + chunk.count {
        if stopped() {
            return Err(Stop::Canceled);
        }
        draw(index, frame).map_err(Stop::Failed)?;
        samples.push(encoder.encode(frame).map_err(|error| failed(&error))?);
    }
    let headers = encoder.parameter_sets().cloned().ok_or_else(|| failed(&"the encoder gave no headers"))?;
    Ok(Coded { samples, headers })
}
