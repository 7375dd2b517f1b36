//! Snow: soft flakes at three depths that rock on their way down.

use super::{Sky, Weather};
use crate::chance::{mix, unit, wave};
use crate::raster::Rgb;
use crate::sound::Voice;
use crate::stage::Light;
use filmgate_media::frame::Frame;

#[derive(Debug)]
pub(super) struct Snow;

impl Weather for Snow {
    fn name(&self) -> &'static str {
        "snow"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "snow",
            "snowy",
            "snowfall",
            "snowflake",
            "blizzard",
            "winter",
            "雪",
            "下雪",
            "雪中",
            "雪花",
            "大雪",
            "飘雪",
            "冬天",
            "雪地",
        ]
    }
    fn dim(&self, light: &mut Light) {
        let level = light.horizon.luma().max(0.15);
        let pale = Rgb::hex(0xd4_dfea).times(0.35 + 0.7 * level);
        light.zenith = light.zenith.to(pale.times(0.85), 0.6);
        light.horizon = light.horizon.to(pale, 0.6);
        light.haze = light.haze.to(pale, 0.6);
        light.ambient = light.ambient.under(Rgb::hex(0xe2_eafa));
        light.sun = false;
    }
    fn fall(&self, sky: &Sky, frame: &mut Frame, t: f32) {
        let (w, h) = (sky.view.width as f32, sky.view.height as f32);
        let crowd = w * h / (1280.0 * 720.0);
        for (depth, (count, radius, speed)) in
            [(520.0, 0.0026, 0.10), (230.0, 0.0048, 0.17), (70.0, 0.0095, 0.28)].into_iter().enumerate()
        {
            for flake in 0..(count * crowd) as u64 {
                let seed = mix(sky.seed, (depth as u64) << 32 | flake);
                let radius = (radius * sky.unit * (0.75 + 0.5 * unit(seed, 5))).max(0.9);
                let run = unit(seed, 1) + t * speed * (0.8 + 0.4 * unit(seed, 2)) * sky.unit / (h + 40.0);
                let lap = libm::floorf(run);
                let rock = 0.02 * sky.unit * wave(t * (0.2 + 0.25 * unit(seed, 6)) + unit(seed, 7));
                let x = unit(seed, 3 + lap as u64) * (w + 60.0) - 30.0 + rock;
                dab(sky, frame, (x, (run - lap) * (h + 40.0) - 20.0), radius, 150 + depth as i32 * 40);
            }
        }
    }
    fn sounds(&self) -> &'static [(Voice, f32)] {
        &[(Voice::Wind, 0.45)]
    }
}

/// A soft round dab of white.
fn dab(sky: &Sky, frame: &mut Frame, (x, y): (f32, f32), radius: f32, light: i32) {
    let (width, height) = (sky.view.width as i32, sky.view.height as i32);
    // Sixteenths of a pixel: integers from here on.
    let (cx, cy, r) = ((x * 16.0) as i32, (y * 16.0) as i32, (radius * 16.0) as i32 + 8);
    let (left, right) = (((cx - r) >> 4).max(0), (((cx + r) >> 4) + 1).min(width));
    let (top, bottom) = (((cy - r) >> 4).max(0), (((cy + r) >> 4) + 1).min(height));
    let around = r * r;
    for row in top..bottom {
        let dy = row * 16 + 8 - cy;
        let line = &mut frame.y[(sky.view.top + row as usize) * width as usize..][..width as usize];
        for column in left..right {
            let dx = column * 16 + 8 - cx;
            let inside = around - dx * dx - dy * dy;
            if inside > 0 {
                let alpha = (light * inside * 2 / around).min(light).min(250);
                let sample = &mut line[column as usize];
                *sample = (i32::from(*sample) + (((232 - i32::from((*sample).min(232))) * alpha) >> 8)) as u8;
            }
        }
    }
}
