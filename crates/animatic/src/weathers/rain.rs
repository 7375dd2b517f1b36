//! Rain and storm: streaks at three depths, splashes where they land, lightning.
//!
//! A drop's place is a closed form of time, so any frame can be drawn alone. Streaks brighten, they do not cover.

use super::{Sky, Weather};
use crate::chance::{TURN, mix, unit};
use crate::raster::Rgb;
use crate::scene::TimeOfDay;
use crate::sound::Voice;
use crate::stage::Light;
use filmgate_media::frame::Frame;

#[derive(Debug)]
pub(super) struct Rain;

impl Weather for Rain {
    fn name(&self) -> &'static str {
        "rain"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "rain", "rainy", "drizzle", "shower", "downpour", "raindrop", "wet", "雨", "下雨", "雨中",
            "雨天", "大雨", "细雨", "小雨", "雨夜",
        ]
    }
    fn hour(&self) -> Option<TimeOfDay> {
        Some(TimeOfDay::Dusk)
    }
    fn dim(&self, light: &mut Light) {
        gloom(light, 0.62);
    }
    fn fall(&self, sky: &Sky, frame: &mut Frame, t: f32) {
        streaks(sky, frame, t, &Shower { drops: 1.0, slant: 0.10, speed: 1.0 });
        splashes(sky, frame, t, 70);
    }
    fn sounds(&self) -> &'static [(Voice, f32)] {
        &[(Voice::Rain, 1.0)]
    }
}

#[derive(Debug)]
pub(super) struct Storm;

impl Weather for Storm {
    fn name(&self) -> &'static str {
        "storm"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "storm",
            "stormy",
            "thunderstorm",
            "thunder",
            "lightning",
            "hurricane",
            "tempest",
            "暴风雨",
            "雷雨",
            "暴雨",
            "风暴",
            "闪电",
            "雷电",
        ]
    }
    fn hour(&self) -> Option<TimeOfDay> {
        Some(TimeOfDay::Dusk)
    }
    fn dim(&self, light: &mut Light) {
        gloom(light, 0.8);
        light.ambient = light.ambient.times(0.85);
    }
    fn fall(&self, sky: &Sky, frame: &mut Frame, t: f32) {
        streaks(sky, frame, t, &Shower { drops: 1.5, slant: 0.34, speed: 1.25 });
        splashes(sky, frame, t, 90);
        flash(sky, frame, t);
    }
    fn sounds(&self) -> &'static [(Voice, f32)] {
        &[(Voice::Rain, 1.0), (Voice::Wind, 0.8), (Voice::Thunder, 1.0)]
    }
}

/// A sky closed by rain clouds.
fn gloom(light: &mut Light, amount: f32) {
    let level = light.horizon.luma().max(0.16);
    let grey = Rgb::hex(0x6b_7f94).times(0.45 + 0.75 * level);
    light.zenith = light.zenith.to(grey.times(0.55), amount);
    light.horizon = light.horizon.to(grey, amount);
    light.haze = light.haze.to(grey, amount);
    light.key = light.key.to(Rgb::hex(0xcf_deef), 0.7);
    light.ambient = light.ambient.under(Rgb::hex(0xc4_cfe0));
    light.lamps = light.lamps.max(0.6);
    light.sun = false;
}

struct Shower {
    drops: f32,
    /// Pixels sideways per pixel down.
    slant: f32,
    speed: f32,
}

/// Streaks at three depths: many fine ones far away, few long ones near.
fn streaks(sky: &Sky, frame: &mut Frame, t: f32, shower: &Shower) {
    let (w, h) = (sky.view.width as f32, sky.view.height as f32);
    let crowd = shower.drops * w * h / (1280.0 * 536.0);
    for (depth, (count, length, speed, light)) in
        [(300.0, 0.06, 1.15, 46u16), (190.0, 0.11, 1.8, 62), (80.0, 0.20, 2.8, 82)].into_iter().enumerate()
    {
        let length = length * sky.unit;
        let fall = h + length * 2.0;
        for drop in 0..(count * crowd) as u64 {
            let seed = mix(sky.seed, (depth as u64) << 32 | drop);
            let run =
                unit(seed, 1) + t * shower.speed * speed * (0.9 + 0.2 * unit(seed, 2)) * sky.unit / fall;
            let lap = libm::floorf(run);
            // Every lap begins somewhere else, so that no column repeats.
            let x = unit(seed, 3 + lap as u64) * (w + h * shower.slant);
            let y = (run - lap) * fall - length;
            let light = light + (unit(seed, 4) * 24.0) as u16;
            streak(sky, frame, (x - y * shower.slant, y), length, shower.slant, light);
        }
    }
}

/// One streak: a line that brightens towards its lower end, smoothed over two columns.
fn streak(sky: &Sky, frame: &mut Frame, (x, y): (f32, f32), length: f32, slant: f32, light: u16) {
    let (width, height) = (sky.view.width as i32, sky.view.height as i32);
    let rows = length as i32;
    let (mut at, slope) = ((x * 256.0) as i32, (slant * 256.0) as i32);
    let top = y as i32;
    for step in 0..rows {
        let row = top + step;
        let (column, part) = (at >> 8, (at & 255) as u16);
        at -= slope;
        if row < 0 || row >= height || column < 0 || column + 1 >= width {
            continue;
        }
        let level = light * (step as u16 + 1) / rows as u16;
        let base = (sky.view.top + row as usize) * width as usize + column as usize;
        let pair = &mut frame.y[base..base + 2];
        pair[0] = pair[0].saturating_add(((level * (256 - part)) >> 8) as u8).min(235);
        pair[1] = pair[1].saturating_add(((level * part) >> 8) as u8).min(235);
    }
}

/// Rings that open on the ground, with a droplet thrown up in the middle.
fn splashes(sky: &Sky, frame: &mut Frame, t: f32, count: u64) {
    let (w, h) = (sky.view.width as f32, sky.view.height as f32);
    let top = sky.ground - 0.13 * h;
    for slot in 0..count {
        let run = t * (2.1 + unit(sky.seed, slot ^ 0x5a) * 1.2) + unit(sky.seed, slot ^ 0xa5) * 7.0;
        let lap = libm::floorf(run);
        let age = run - lap;
        let seed = mix(sky.seed, slot << 24 | lap as u64);
        let near = unit(seed, 2);
        let (x, y) = (unit(seed, 1) * w, top + near * (h - top));
        let radius = age * (0.008 + 0.02 * near) * sky.unit;
        let light = ((1.0 - age) * 60.0) as u8;
        let steps = (radius * 3.0) as u32 + 5;
        for step in 0..steps {
            let turn = step as f32 / steps as f32 * TURN;
            brighten(sky, frame, x + radius * libm::cosf(turn), y + radius * 0.32 * libm::sinf(turn), light);
        }
        if age < 0.4 {
            let rise = 4.0 * age / 0.4 * (1.0 - age / 0.4) * 0.022 * sky.unit * (0.5 + near);
            for side in [-1.0, 0.0, 1.0] {
                brighten(sky, frame, x + side * age * 0.03 * sky.unit, y - rise, 70);
                brighten(sky, frame, x + side * age * 0.03 * sky.unit, y - rise - 1.0, 60);
            }
        }
    }
}

fn brighten(sky: &Sky, frame: &mut Frame, x: f32, y: f32, light: u8) {
    let (column, row) = (x as i32, y as i32);
    if column >= 0 && column < sky.view.width as i32 && row >= 0 && row < sky.view.height as i32 {
        let at = (sky.view.top + row as usize) * sky.view.width + column as usize;
        frame.y[at] = frame.y[at].saturating_add(light).min(235);
    }
}

/// Lightning: the whole picture brightens for a few frames, every four seconds or so.
fn flash(sky: &Sky, frame: &mut Frame, t: f32) {
    let run = t / 3.7 + 0.62;
    let lap = libm::floorf(run);
    let age = (run - lap) * 3.7 - unit(sky.seed, lap as u64) * 1.5;
    let level = if (0.0..0.09).contains(&age) {
        1.0
    } else if (0.16..0.45).contains(&age) {
        0.7 * (0.45 - age) / 0.29
    } else {
        return;
    };
    let lift = (level * 150.0) as u16;
    let (top, size) = (sky.view.top * sky.view.width, sky.view.height * sky.view.width);
    for sample in &mut frame.y[top..top + size] {
        *sample = (u16::from(*sample) + (((235 - u16::from((*sample).min(235))) * lift) >> 8)) as u8;
    }
}
