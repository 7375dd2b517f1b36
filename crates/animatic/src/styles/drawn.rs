//! Looks of drawn pictures.

use super::{Style, contrast, saturate, split};
use crate::raster::Rgb;
use crate::stage::{Finish, Grain, Lines};

/// Clear, bright, saturated.
#[derive(Debug)]
pub(super) struct Anime;

impl Style for Anime {
    fn name(&self) -> &'static str {
        "anime"
    }
    fn words(&self) -> &'static [&'static str] {
        &["anime", "manga", "cartoon", "animated", "animation", "ghibli", "动漫", "动画", "卡通", "日漫"]
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        saturate(contrast(colour, 0.94).to(Rgb::WHITE, 0.06), 1.4)
    }
    fn finish(&self) -> Finish {
        Finish { lines: Lines::Over(2), ..Finish::NONE }
    }
}

/// Pale washes on rough paper.
#[derive(Debug)]
pub(super) struct Watercolour;

impl Style for Watercolour {
    fn name(&self) -> &'static str {
        "watercolour"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "watercolor",
            "watercolour",
            "painting",
            "painted",
            "oil painting",
            "impressionist",
            "水彩",
            "水彩画",
            "油画",
            "绘画",
        ]
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        let wash = saturate(colour, 0.82).to(Rgb::hex(0xfb_f6ea), 0.30);
        split(wash, Rgb::hex(0x3a_4a6a), Rgb::hex(0xff_f4e0), 0.10)
    }
    fn finish(&self) -> Finish {
        Finish { grain: Grain::Paper(2.2), ..Finish::NONE }
    }
}

/// Grey washes on cream paper.
#[derive(Debug)]
pub(super) struct Ink;

impl Style for Ink {
    fn name(&self) -> &'static str {
        "ink"
    }
    fn words(&self) -> &'static [&'static str] {
        &["ink", "ink wash", "sumi e", "水墨", "水墨画", "国画"]
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        let wash = contrast(saturate(colour, 0.14), 1.22);
        split(wash, Rgb::hex(0x20_2428), Rgb::hex(0xfb_f3df), 0.35).to(Rgb::hex(0xf4_ecd8), 0.16)
    }
    fn finish(&self) -> Finish {
        Finish { vignette: 0.12, grain: Grain::Paper(2.8), lines: Lines::Over(3), ..Finish::NONE }
    }
}

/// Pencil on white paper: lines, and a little shading.
#[derive(Debug)]
pub(super) struct Sketch;

impl Style for Sketch {
    fn name(&self) -> &'static str {
        "sketch"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "sketch",
            "pencil",
            "pencil drawing",
            "hand drawn",
            "line art",
            "line drawing",
            "storyboard",
            "charcoal",
            "素描",
            "手绘",
            "铅笔画",
            "线稿",
            "速写",
            "分镜",
        ]
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        contrast(saturate(colour, 0.0), 1.15)
    }
    fn finish(&self) -> Finish {
        Finish { grain: Grain::Paper(2.4), grey: true, lines: Lines::Only, ..Finish::NONE }
    }
}

/// Large square pixels.
#[derive(Debug)]
pub(super) struct Pixel;

impl Style for Pixel {
    fn name(&self) -> &'static str {
        "pixel"
    }
    fn words(&self) -> &'static [&'static str] {
        &["pixel art", "pixel", "8 bit", "16 bit", "retro game", "像素", "像素风"]
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        let step = |c: f32| libm::roundf(c * 10.0) / 10.0;
        let vivid = saturate(contrast(colour, 1.1), 1.25);
        Rgb { r: step(vivid.r), g: step(vivid.g), b: step(vivid.b) }
    }
    fn finish(&self) -> Finish {
        Finish { blocks: 6, ..Finish::NONE }
    }
}

/// Figures of plasticine, moved by hand: rounded, thumbed, and photographed every second frame.
#[derive(Debug)]
pub(super) struct Clay;

impl Style for Clay {
    fn name(&self) -> &'static str {
        "clay"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "clay",
            "claymation",
            "clay animation",
            "plasticine",
            "stop motion",
            "stop motion animation",
            "puppet",
            "黏土",
            "粘土",
            "泥塑",
            "定格动画",
        ]
    }
    fn holds(&self) -> u32 {
        2
    }
    fn relief(&self) -> f32 {
        1.0
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        saturate(contrast(colour, 0.9), 1.15).to(Rgb::hex(0xf0_d8b8), 0.08)
    }
    fn finish(&self) -> Finish {
        Finish { vignette: 0.30, grain: Grain::Thumbed(3.2), lines: Lines::Relief, ..Finish::NONE }
    }
}

/// Few, flat, pale colours.
#[derive(Debug)]
pub(super) struct Minimal;

impl Style for Minimal {
    fn name(&self) -> &'static str {
        "minimal"
    }
    fn words(&self) -> &'static [&'static str] {
        &["minimal", "minimalist", "minimalism", "flat", "clean", "pastel", "极简", "简约", "扁平"]
    }
    fn grade(&self, colour: Rgb) -> Rgb {
        contrast(saturate(colour, 0.62), 0.72).to(Rgb::hex(0xf6_efe6), 0.26)
    }
    fn finish(&self) -> Finish {
        Finish::NONE
    }
}
