//! The sea: from the beach, and out on the water.

use super::Setting;
use super::nature::ridge;
use super::skies::sky;
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Sea;

impl Setting for Sea {
    fn name(&self) -> &'static str {
        "sea"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "sea",
            "ocean",
            "wave",
            "open water",
            "harbor",
            "bay",
            "lake",
            "river",
            "海",
            "大海",
            "海洋",
            "海面",
            "海上",
            "波浪",
            "海浪",
            "湖",
            "湖面",
            "河",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let horizon = set.row(0.52);
        set.levels.ground = set.row(0.74);
        set.levels.air = set.row(0.36);
        set.levels.afloat = true;
        set.levels.mirror = 0.22;
        sky(set, horizon);
        water(set, horizon, 1.13);
        if set.scene.weather.name() == "storm" {
            // A high sea: waves behind each other, the nearest before the hull.
            wave_row(set, ("far waves", 0.72, 14.0), 0.66, 0.045, 0.30);
            wave_row(set, ("waves", 0.92, 24.0), 0.74, 0.065, 0.14);
            wave_row(set, ("near waves", 1.2, 40.0), 0.90, 0.105, 0.0);
        } else {
            wave_row(set, ("swell", 1.35, 26.0), 0.99, 0.055, 0.0);
        }
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Sea, 1.0), (Voice::Wind, 0.3)]
    }
}

#[derive(Debug)]
pub(super) struct Beach;

impl Setting for Beach {
    fn name(&self) -> &'static str {
        "beach"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "beach", "seaside", "shore", "coast", "seashore", "island", "海滩", "沙滩", "海边", "海岸",
            "海滨", "小岛",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let horizon = set.row(0.46);
        let shore = set.row(0.70);
        set.levels.ground = set.row(0.90);
        set.levels.air = set.row(0.34);
        sky(set, horizon);
        water(set, horizon, 0.78);
        set.layer("foam", 0.9, 2.0, shore - set.unit * 0.06, Motion::Travel(7.0), |brush| {
            let white = brush.light.at(Rgb::hex(0xf4_f8f8), 0.05);
            ridge(brush, shore - brush.unit * 0.012, brush.unit * 0.035, 5, 0.12, (white, white));
        });
        set.layer("sand", 1.0, 2.0, shore - set.unit * 0.05, Motion::Still, |brush| {
            let light = *brush.light;
            let (wet, dry) = (light.at(Rgb::hex(0xb4_9468), 0.08), light.at(Rgb::hex(0xec_d3a0), 0.0));
            ridge(brush, shore, brush.unit * 0.03, 3, 0.1, (wet, wet));
            let (noise, fine) = brush.noise(5, brush.unit * 0.14);
            let top = shore + brush.unit * 0.035;
            let bottom = brush.height * 1.13;
            let colour = |x: f32, y: f32| {
                let share = ((y - top) / (bottom - top)).clamp(0.0, 1.0);
                wet.to(dry, crate::chance::ease(share * 4.0))
                    .times(0.92 + 0.16 * noise.fractal(x * fine, y * fine * 4.0, 3))
            };
            brush.pen.wash(top as i32, bottom as i32, 8, &colour);
            for _ in 0..60 {
                let at = point(
                    brush.chance.between(0.0, brush.width),
                    brush.chance.between(top + brush.unit * 0.03, bottom),
                );
                let size = brush.unit * brush.chance.between(0.002, 0.007);
                let shade = dry.times(brush.chance.between(0.6, 1.1));
                brush.pen.fill(&Outline::new().ellipse(at, size * 1.5, size, 0.0), shade);
            }
        });
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Sea, 1.0), (Voice::Wind, 0.2)]
    }
}

/// A row of waves of this height, on this row, at this distance; all of it travels.
fn wave_row(
    set: &mut SetBuilder,
    (name, depth, speed): (&str, f32, f32),
    row: f32,
    height: f32,
    distance: f32,
) {
    let crest = set.row(row);
    let top = crest - set.unit * height * 1.7;
    set.layer(name, depth, 2.0, top, Motion::Travel(speed), |brush| {
        let light = *brush.light;
        let (deep, pale) = (light.at(Rgb::hex(0x17_4f73), distance), light.at(Rgb::hex(0x3d_86a6), distance));
        ridge(brush, crest, brush.unit * height, 7, 0.06, (pale, deep));
    });
}

/// Water from the horizon towards the viewer, with glints that lie flatter the further away they are.
fn water(set: &mut SetBuilder, horizon: f32, end: f32) {
    let bottom = set.row(end);
    let snow = set.scene.weather.name() == "storm";
    set.layer("water", 0.6, 1.9, horizon, Motion::Ripple(if snow { 16.0 } else { 9.0 }), |brush| {
        let light = *brush.light;
        let far = light.at(Rgb::hex(0x5f_a8c4), 0.0).to(light.horizon, 0.5);
        let near = light.at(Rgb::hex(0x1c_5c84), 0.0).to(light.zenith, 0.15);
        let (noise, fine) = brush.noise(4, brush.unit * 0.2);
        let colour = |x: f32, y: f32| {
            let share = ((y - horizon) / (brush.height - horizon)).clamp(0.0, 1.0);
            let swell = noise.fractal(x * fine * (2.0 - share), y * fine * (18.0 - 11.0 * share), 2) - 0.5;
            far.to(near, libm::powf(share, 0.6)).times(1.0 + swell * 0.3)
        };
        brush.pen.wash(horizon as i32 & !1, bottom as i32, 4, &colour);
        let shine = light.horizon.to(light.key, 0.5).to(Rgb::WHITE, 0.3);
        for _ in 0..420 {
            let share = brush.chance.unit();
            let y = horizon + (bottom - horizon) * share * share;
            let x = brush.chance.between(0.0, brush.width);
            let long = brush.unit * (0.008 + 0.05 * share) * brush.chance.between(0.4, 1.2);
            let thick = brush.unit * (0.0012 + 0.0045 * share);
            let strength = brush.chance.between(0.12, if light.sun { 0.5 } else { 0.3 });
            brush.pen.veil(&Outline::new().ellipse(point(x, y), long, thick, 0.0), shine, strength);
        }
    });
}
