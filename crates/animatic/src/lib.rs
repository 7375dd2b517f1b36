//! How a prompt becomes pictures and sound: the built-in engine, on the CPU, without a model.
//!
//! A [`Brief`] is read into a [`Scene`] (plain data), the scene is built into a set of painted layers with articulated
//! figures, and a [`Studio`] photographs it frame by frame, encodes on the same core and writes an MP4. What comes out
//! is a storyboard artist's animatic: it says what the film shows, honestly procedural.
//!
//! Promised: the same brief gives the same bytes on every run and with any number of threads (per machine
//! architecture); exactly `seconds` × 24 frames and sound of the same length; progress is real. Deliberately absent:
//! clocks, randomness from outside, the network, and any state that outlives a film.
//!
//! The map: `plan` reads words; `settings`, `subjects`, `weathers`, `styles` each hold what can be
//! seen, in small files behind one trait each; `stage` puts them together; `raster` is the paint; `shots` cuts in reference media; `sound` is heard;
//! `studio` runs the work.

mod brief;
mod chance;
mod plan;
mod raster;
mod scene;
mod settings;
mod shots;
mod sound;
mod stage;
mod studio;
mod styles;
mod subjects;
mod weathers;

pub use brief::{Brief, FPS, Film, Guidance, RenderError};
/// Which encoder is compiled in, for example `openh264 2.7.0 with assembler`.
pub use filmgate_media::h264::BUILD as ENCODER;
pub use plan::{Heard, Member, Planned, Understanding, plan, understand};
pub use scene::Scene;
pub use studio::{Progress, Render, Stage, Studio};

use filmgate_media::frame::Frame;

/// Draws every frame of a brief in order, as the encoder will see them, without encoding. For looking and measuring.
pub fn frames(brief: &Brief, mut see: impl FnMut(u32, &Frame)) -> Result<(), RenderError> {
    brief.check()?;
    let script = shots::write(brief)?;
    let mut desk = stage::Desk::default();
    let mut film = 0;
    for (number, cut) in script.cuts.iter().enumerate() {
        let shot = script.take(number, brief);
        let mut frame = Frame::black(brief.width, brief.height);
        let mut run = match &cut.shot {
            shots::Shot::Reel(reel) => Some(reel.run(cut.frames)?),
            _ => None,
        };
        for index in 0..cut.frames {
            match &mut run {
                Some(run) => run.draw(index, &mut frame)?,
                None => shot.draw(index, cut.frames, &mut desk, &mut frame),
            }
            see(film, &frame);
            film += 1;
        }
    }
    Ok(())
}
