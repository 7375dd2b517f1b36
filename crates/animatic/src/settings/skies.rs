//! The sky, for every setting that has one; and the open sky as a setting of its own.

use super::Setting;
use crate::chance::{ease, wave};
use crate::raster::{Rgb, point};
use crate::scene::TimeOfDay;
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

/// Paints the sky down to a row: gradient, clouds, sun or moon, stars.
pub(super) fn sky(set: &mut SetBuilder, horizon: f32) {
    let time = set.scene.time;
    let cover = match set.scene.weather.name() {
        "clear" | "aurora" => 0.30,
        "fog" => 0.15,
        _ => 0.62,
    };
    let bottom = (horizon + set.unit * 0.2).min(set.view.height as f32);
    let top = -(set.view.height as f32) / 8.0;
    set.layer("sky", 0.05, 1.3, top, Motion::Travel(2.0), |brush| {
        let light = *brush.light;
        let (noise, fine) = brush.noise(1, brush.unit * 0.45);
        let shade = light.horizon.to(light.zenith, 0.45).times(0.92);
        let lit = light.horizon.to(Rgb::WHITE, if light.night { 0.05 } else { 0.65 }).to(light.key, 0.15);
        let span = bottom - top;
        let colour = |x: f32, y: f32| {
            let share = ((y - top) / span).clamp(0.0, 1.0);
            let clear = light.zenith.to(light.horizon, libm::powf(share, 0.85));
            // Clouds lie flatter and closer together towards the horizon.
            let density = noise.fractal(x * fine, y * fine * (1.6 + 1.4 * share), 4);
            let cloud = ease((density - (0.72 - cover * 0.5)) / 0.26) * (1.0 - share * 0.55);
            let above =
                noise.fractal(x * fine + 0.05, (y - brush.unit * 0.03) * fine * (1.6 + 1.4 * share), 3);
            clear.to(shade.to(lit, ease((density - above) * 3.0 + 0.55)), cloud * 0.85)
        };
        let (top, end) = (top as i32, bottom as i32 + 4);
        brush.pen.wash(top, end, 4, &colour);
        if light.night {
            stars(brush, horizon, if light.sun { 260 } else { 30 });
        }
        if light.sun {
            disc(brush, time, horizon);
        }
    });
}

pub(super) fn stars(brush: &mut Brush, horizon: f32, count: usize) {
    for _ in 0..count {
        let at = point(brush.chance.between(0.0, brush.width), brush.chance.between(0.0, horizon * 0.95));
        let size = brush.unit * brush.chance.between(0.002, 0.0042);
        let strength = brush.chance.between(0.4, 1.0);
        brush.pen.glow(at, size, size, Rgb::hex(0xe8_f0ff), strength);
    }
}

fn disc(brush: &mut Brush, time: TimeOfDay, horizon: f32) {
    let unit = brush.unit;
    let x = brush.width * 0.30 + brush.chance.between(-0.1, 0.25) * unit;
    let (height, radius) = match time {
        TimeOfDay::Day => (0.80, 0.055),
        TimeOfDay::Night => (0.74, 0.06),
        _ => (0.22, 0.075),
    };
    let at = point(x, horizon * (1.0 - height));
    let key = brush.light.key;
    let halo = if time == TimeOfDay::Night { 0.30 } else { 0.62 };
    brush.pen.glow(at, unit * 0.85, unit * 0.62, key, halo * 0.55);
    brush.pen.glow(at, unit * 0.28, unit * 0.28, key.to(Rgb::WHITE, 0.3), halo);
    brush.pen.fill(&crate::raster::Outline::new().circle(at, unit * radius), key.to(Rgb::WHITE, 0.65));
    if time == TimeOfDay::Night {
        for (dx, dy, r) in [(-0.015, -0.01, 0.012), (0.02, 0.012, 0.009), (0.005, -0.025, 0.007)] {
            let crater = crate::raster::Outline::new().circle(at.plus(dx * unit, dy * unit), r * unit);
            brush.pen.veil(&crater, key, 0.4);
        }
    }
}

/// Above the clouds.
#[derive(Debug)]
pub(super) struct OpenSky;

impl Setting for OpenSky {
    fn name(&self) -> &'static str {
        "sky"
    }
    fn words(&self) -> &'static [&'static str] {
        &["sky", "in the sky", "clouds", "above the clouds", "天空", "云端", "云海", "云层", "空中"]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let bottom = set.view.height as f32;
        sky(set, bottom);
        set.levels.ground = set.row(0.8);
        set.levels.air = set.row(0.5);
        for (name, depth, row, size) in [
            ("far clouds", 0.25, 0.74, 0.6),
            ("near clouds", 0.8, 0.92, 1.0),
            ("passing clouds", 1.4, 1.08, 1.5),
        ] {
            let top = set.row(row - 0.42 * size);
            set.layer(name, depth, 1.7, top, Motion::Travel(14.0 * size), |brush| {
                for bank in 0..(9.0 / size) as u32 + 3 {
                    let x =
                        brush.width * bank as f32 / 9.0 * size + brush.chance.between(-0.1, 0.1) * brush.unit;
                    let size = size * brush.chance.between(0.7, 1.2);
                    cloud(brush, x, brush.height * row, size);
                }
            });
        }
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Wind, 0.7)]
    }
}

/// A heap of cloud with its base at a row.
pub(super) fn cloud(brush: &mut Brush, x: f32, base: f32, size: f32) {
    let unit = brush.unit * size;
    let shade = brush.light.horizon.to(brush.light.zenith, 0.3);
    let lit = brush.light.horizon.to(Rgb::WHITE, if brush.light.night { 0.12 } else { 0.8 });
    for heap in 0..14u8 {
        let along = f32::from(heap) / 13.0 - 0.5;
        let rise = 0.16 * (1.0 - along * along * 3.4) + 0.03 * wave(f32::from(heap) * 0.37);
        let at = point(x + along * unit * 0.8, base - rise * unit * brush.chance.between(0.4, 1.0));
        let radius = unit * brush.chance.between(0.1, 0.17);
        brush.pen.glow(at.plus(0.0, radius * 0.3), radius * 1.3, radius, shade, 0.75);
        brush.pen.glow(at.plus(-radius * 0.15, -radius * 0.1), radius, radius * 0.75, lit, 0.85);
    }
}
