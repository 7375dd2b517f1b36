//! Styles: how a picture is graded, framed and finished. One trait; the small ones share files.
//!
//! A grade is applied to colours before they become paint, so that it costs nothing per frame.

mod drawn;
mod filmed;

use crate::raster::Rgb;
use crate::scene::TimeOfDay;
use crate::stage::Finish;
use std::fmt;

/// Every style.
pub(crate) const ALL: &[&dyn Style] = &[
    &filmed::Natural,
    &filmed::Cinematic,
    &filmed::Noir,
    &filmed::Vintage,
    &filmed::Cyberpunk,
    &drawn::Anime,
    &drawn::Watercolour,
    &drawn::Ink,
    &drawn::Sketch,
    &drawn::Pixel,
    &drawn::Clay,
    &drawn::Minimal,
];

/// A look.
pub(crate) trait Style: Sync {
    /// Its one name.
    fn name(&self) -> &'static str;
    /// Phrases that call for it, in any language.
    fn words(&self) -> &'static [&'static str];
    /// Phrases that suggest it, and give way to a style that is called for.
    fn hints(&self) -> &'static [&'static str] {
        &[]
    }
    /// The hour it looks best at, when the prompt names none.
    fn hour(&self) -> Option<TimeOfDay> {
        None
    }
    /// Width to height of the picture between its bars, if it has bars.
    fn letterbox(&self) -> Option<f32> {
        None
    }
    /// How much is out of focus that stands away from the figures, in shares of the picture's measure.
    fn blur(&self) -> f32 {
        0.0
    }
    /// How many frames figures hold a pose.
    fn holds(&self) -> u32 {
        1
    }
    /// How much figures look moulded, `0.0..=1.0`.
    fn relief(&self) -> f32 {
        0.0
    }
    /// What becomes of a colour.
    fn grade(&self, colour: Rgb) -> Rgb {
        colour
    }
    /// What lies over the picture.
    fn finish(&self) -> Finish {
        Finish { vignette: 0.22, ..Finish::NONE }
    }
}

/// A style known by its name.
pub(crate) fn named(name: &str) -> &'static dyn Style {
    ALL.iter().copied().find(|style| style.name() == name).unwrap_or(ALL[0])
}

impl fmt::Debug for dyn Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// More (above one) or less colour.
fn saturate(colour: Rgb, amount: f32) -> Rgb {
    let grey = colour.luma();
    Rgb { r: grey, g: grey, b: grey }.to(colour, amount)
}

/// Steeper (above one) or flatter around the middle.
fn contrast(colour: Rgb, amount: f32) -> Rgb {
    let bend = |c: f32| (c - 0.45) * amount + 0.45;
    Rgb { r: bend(colour.r), g: bend(colour.g), b: bend(colour.b) }
}

/// One colour into the shadows, another into the lights.
fn split(colour: Rgb, shadows: Rgb, lights: Rgb, amount: f32) -> Rgb {
    let level = colour.luma().clamp(0.0, 1.0);
    let toned = shadows.to(lights, level);
    let shift = |c: f32, tone: f32| c + (tone - toned.luma()) * amount;
    Rgb { r: shift(colour.r, toned.r), g: shift(colour.g, toned.g), b: shift(colour.b, toned.b) }
}
