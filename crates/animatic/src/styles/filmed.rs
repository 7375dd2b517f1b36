//! Looks of photographed film.

use super::{Style, contrast, saturate, split};
use crate::raster::Rgb;
use crate::scene::TimeOfDay;
use crate::stage::{Finish, Grain};

/// What there is when nothing is asked for.
#[derive(Debug)]
pub(super) struct Natural;

impl Style for Natural {
    fn name(&self) -> &'static str {
        "natural"
    }
    fn words(&self) -> &'static [&'static str] {
        &["natural", "photorealistic", "自然", "写实", "真实"]
    }
}

/// Wide frame, teal shadows, warm lights, fine grain.
#[derive(Debug)]
pub(super) struct Cinematic;

impl Style for Cinematic {
    fn name(&self) -> &'static str {
        "cinematic"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "cinematic",
            "cinema",
            "movie",
            "epic",
            "film look",
            "anamorphic",
            "电影",
            "电影感",
            "电影级",
            "大片",
        ]
    }
    fn hints(&self) -> &'static [&'static str] {
        &["bokeh", "depth of field", "shallow focus", "blurred background", "景深", "虚化"]
    }
    fn letterbox(&self) -> Option<f32> {
        Some(2.39)
    }
    fn blur(&self) -> f32 {
        0.006
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        contrast(split(saturate(colour, 1.06), Rgb::hex(0x10_4a5e), Rgb::hex(0xff_d9a6), 0.17), 1.07)
    }
    fn finish(&self) -> Finish {
        Finish { vignette: 0.42, grain: Grain::Film(2.2), ..Finish::NONE }
    }
}

/// Black and white, hard.
#[derive(Debug)]
pub(super) struct Noir;

impl Style for Noir {
    fn name(&self) -> &'static str {
        "noir"
    }
    fn words(&self) -> &'static [&'static str] {
        &["noir", "film noir", "black and white", "monochrome", "黑白", "黑色电影", "黑白电影"]
    }
    fn hour(&self) -> Option<TimeOfDay> {
        Some(TimeOfDay::Night)
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        // Hard, yet shadows keep their shapes.
        contrast(saturate(colour, 0.0), 1.3).to(Rgb::hex(0x8c_8c8c), 0.10)
    }
    fn finish(&self) -> Finish {
        Finish { vignette: 0.62, grain: Grain::Film(3.4), grey: true, ..Finish::NONE }
    }
}

/// A faded print: sepia, scratches, dust.
#[derive(Debug)]
pub(super) struct Vintage;

impl Style for Vintage {
    fn name(&self) -> &'static str {
        "vintage"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "vintage",
            "retro",
            "old film",
            "sepia",
            "super 8",
            "1920s",
            "1970s",
            "nostalgic",
            "复古",
            "怀旧",
            "老电影",
            "胶片",
        ]
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        let faded = contrast(saturate(colour, 0.42), 0.82);
        split(faded, Rgb::hex(0x4a_3524), Rgb::hex(0xff_e3b0), 0.5).to(Rgb::hex(0x8a_6a44), 0.08)
    }
    fn finish(&self) -> Finish {
        Finish { vignette: 0.7, grain: Grain::Film(3.6), worn: true, ..Finish::NONE }
    }
}

/// Night, magenta and cyan.
#[derive(Debug)]
pub(super) struct Cyberpunk;

impl Style for Cyberpunk {
    fn name(&self) -> &'static str {
        "cyberpunk"
    }
    fn words(&self) -> &'static [&'static str] {
        &["cyberpunk", "synthwave", "vaporwave", "赛博朋克"]
    }
    fn hints(&self) -> &'static [&'static str] {
        &["neon", "futuristic", "sci fi", "霓虹", "霓虹灯", "科幻", "未来"]
    }
    fn hour(&self) -> Option<TimeOfDay> {
        Some(TimeOfDay::Night)
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        let level = colour.luma();
        let toned = split(saturate(colour, 1.35), Rgb::hex(0x20_0a5a), Rgb::hex(0x4f_e8ff), 0.28);
        let magenta = 4.0 * level * (1.0 - level).max(0.0) * 0.10;
        contrast(Rgb { r: toned.r + magenta, g: toned.g - magenta * 0.4, b: toned.b + magenta }, 1.12)
    }
    fn finish(&self) -> Finish {
        Finish { vignette: 0.45, grain: Grain::Film(1.6), ..Finish::NONE }
    }
}
