//! A chunk: at most a second of film, drawn and encoded frame after frame on one core.

use crate::brief::{Brief, FPS, RenderError};
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
    let mut take = |qp: u8| {
        encode(brief, qp, chunk, stopped, &mut frame, &mut |index, frame| {
            shot.draw(index, cut.frames, &mut desk, frame);
            Ok(())
        })
    };
    let coded = take(script.qp)?;
    if coded.bytes() > cap(brief, chunk.count) { take(script.qp + COARSER) } else { Ok(coded) }
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
    let mut qp = script.qp;
    for chunk in chunks {
        let mut draw = |index: u32, frame: &mut Frame| run.draw(index, frame);
        let coded = encode(brief, qp, *chunk, stopped, &mut frame, &mut draw)?;
        if coded.bytes() > cap(brief, chunk.count) && qp == script.qp {
            qp += COARSER;
        }
        keep(coded).map_err(Stop::Failed)?;
    }
    Ok(())
}

fn encode(
    brief: &Brief,
    qp: u8,
    chunk: Chunk,
    stopped: &dyn Fn() -> bool,
    frame: &mut Frame,
    draw: &mut dyn FnMut(u32, &mut Frame) -> Result<(), RenderError>,
) -> Result<Coded, Stop> {
    let failed = |error: &dyn std::fmt::Display| Stop::Failed(RenderError::Internal(error.to_string()));
    let settings = Settings { width: brief.width, height: brief.height, fps: FPS, qp };
    let mut encoder = Encoder::new(&settings).map_err(|error| failed(&error))?;
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
