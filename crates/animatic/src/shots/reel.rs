//! A reel: frames of somebody else's video, re-timed, cover-fitted and graded.
//!
//! Decoding has no seek, so a reel is run through once, from its beginning, with two decoded frames in memory.

use super::overlay::Overlay;
use crate::brief::{FPS, RenderError};
use crate::raster::rows;
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use filmgate_media::frame::Frame;
use filmgate_media::reader::{Limits, VideoReader};
use std::path::{Path, PathBuf};

/// A video is slowed down to this share of its speed at most.
const SLOWEST: f64 = 0.6;

/// Times of frames are whole milliseconds; a frame that is due within these is due.
const ROUNDING_MS: f64 = 2.0;

/// A video reference.
pub(crate) struct Reel {
    path: PathBuf,
    index: usize,
    duration_ms: u64,
    /// Length of one of its frames, milliseconds.
    frame_ms: f64,
    overlay: Overlay,
}

impl Reel {
    /// Opens the video and decodes its first frame, so that a broken one is found before anything is drawn.
    pub(crate) fn open(path: &Path, index: usize, overlay: Overlay) -> Result<Self, RenderError> {
        let why = |why: String| RenderError::Reference { index, why };
        let mut reader =
            VideoReader::open(path, Limits::default()).map_err(|error| why(error.to_string()))?;
        let duration_ms = reader.info().duration_ms.max(1);
        let frames = reader.info().frames.unwrap_or(duration_ms * 24 / 1000).max(1);
        let frame_ms = duration_ms as f64 / frames as f64;
        let first = reader.next_frame().map_err(|error| why(error.to_string()))?;
        first.ok_or_else(|| why("the video has no frames".into()))?;
        Ok(Self { path: path.to_owned(), index, duration_ms, frame_ms, overlay })
    }

    /// Frames of film it can fill without becoming too slow.
    pub(crate) fn most_frames(&self) -> u32 {
        ((self.duration_ms as f64 / SLOWEST) * f64::from(FPS) / 1000.0).clamp(1.0, 3600.0) as u32
    }

    /// Starts the reel for a shot of `count` frames.
    pub(crate) fn run(&self, count: u32) -> Result<Run<'_>, RenderError> {
        let reader = VideoReader::open(&self.path, Limits::default()).map_err(|error| self.error(&error))?;
        // The last frame of the shot shows the last frame of the video, unless that is longer.
        let shot_ms = f64::from(count.max(2) - 1) * 1000.0 / f64::from(FPS);
        let speed = ((self.duration_ms as f64 - self.frame_ms).max(0.0) / shot_ms).min(1.0);
        let mixes = speed < 0.999 || self.frame_ms > 45.0;
        let mut run = Run { reel: self, reader, speed, mixes, shown: None, coming: None, last: false };
        run.coming = run.decode()?;
        run.step()?;
        Ok(run)
    }

    fn error(&self, error: &dyn std::fmt::Display) -> RenderError {
        RenderError::Reference { index: self.index, why: error.to_string() }
    }
}

/// A reel in the projector.
pub(crate) struct Run<'r> {
    reel: &'r Reel,
    reader: VideoReader,
    /// Milliseconds of video per millisecond of film.
    speed: f64,
    /// Whether neighbours are mixed, so that nothing stands still and jumps.
    mixes: bool,
    shown: Option<(Frame, u64)>,
    coming: Option<(Frame, u64)>,
    last: bool,
}

impl Run<'_> {
    /// Draws frame `index` of the shot; indices must rise.
    pub(crate) fn draw(&mut self, index: u32, frame: &mut Frame) -> Result<(), RenderError> {
        let at = f64::from(index) * 1000.0 / f64::from(FPS) * self.speed;
        while !self.last && self.coming.as_ref().is_some_and(|(_, pts)| (*pts as f64) <= at + ROUNDING_MS) {
            self.step()?;
        }
        let view = self.reel.overlay.view;
        let Some((shown, from)) = &self.shown else {
            return Err(self.reel.error(&"the video has no frames"));
        };
        let top = view.top * view.width;
        frame.y[top..top + shown.y.len()].copy_from_slice(&shown.y);
        frame.u[top / 4..top / 4 + shown.u.len()].copy_from_slice(&shown.u);
        frame.v[top / 4..top / 4 + shown.v.len()].copy_from_slice(&shown.v);
        if let (Some((coming, to)), true) = (&self.coming, self.mixes) {
            let part = ((at - *from as f64) / (to.saturating_sub(*from)).max(1) as f64).clamp(0.0, 1.0);
            let part = (part * 255.0) as u8;
            rows::dissolve(&mut frame.y[top..top + coming.y.len()], &coming.y, part);
            rows::dissolve(&mut frame.u[top / 4..top / 4 + coming.u.len()], &coming.u, part);
            rows::dissolve(&mut frame.v[top / 4..top / 4 + coming.v.len()], &coming.v, part);
        }
        self.reel.overlay.lay(frame, index);
        Ok(())
    }

    /// The next frame of the video takes the place of the one shown.
    fn step(&mut self) -> Result<(), RenderError> {
        let next = self.decode()?;
        if let Some(next) = next {
            self.shown = self.coming.replace(next);
        } else {
            self.last = true;
            self.shown = self.coming.take().or(self.shown.take());
        }
        Ok(())
    }

    /// One decoded frame, fitted to the view and graded.
    fn decode(&mut self) -> Result<Option<(Frame, u64)>, RenderError> {
        let next = self.reader.next_frame().map_err(|error| self.reel.error(&error))?;
        Ok(next.map(|(frame, pts)| {
            let view = self.reel.overlay.view;
            let mut fitted = cover(&frame, view.width as u32, view.height as u32);
            self.reel.overlay.grade(&mut fitted);
            (fitted, pts)
        }))
    }
}

/// Fills `width` x `height`, cut evenly at the edges, never stretched.
fn cover(frame: &Frame, width: u32, height: u32) -> Frame {
    if (frame.width, frame.height) == (width, height) {
        return frame.clone();
    }
    let mut fitted = Frame::black(width, height);
    let (w, h) = (f64::from(frame.width), f64::from(frame.height));
    let scale = (w / f64::from(width)).min(h / f64::from(height));
    let (crop_w, crop_h) = (f64::from(width) * scale, f64::from(height) * scale);
    let planes = [(&frame.y, &mut fitted.y, 1), (&frame.u, &mut fitted.u, 2), (&frame.v, &mut fitted.v, 2)];
    for (from, to, part) in planes {
        let share = f64::from(part);
        let options = ResizeOptions::new()
            .crop((w - crop_w) / 2.0 / share, (h - crop_h) / 2.0 / share, crop_w / share, crop_h / share)
            .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
        let mut scaled = Image::new(width / part, height / part, PixelType::U8);
        let source = ImageRef::new(frame.width / part, frame.height / part, from, PixelType::U8);
        if source.is_ok_and(|source| Resizer::new().resize(&source, &mut scaled, &options).is_ok()) {
            to.copy_from_slice(scaled.buffer());
        }
    }
    fitted
}
