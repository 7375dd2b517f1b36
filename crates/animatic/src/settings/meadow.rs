//! The meadow: hills, trees, a field of grass and flowers.

use super::Setting;
use super::nature::{blades, blossom, petal, ridge, tree};
use super::skies::sky;
use crate::raster::{Rgb, point};
use crate::sound::Voice;
use crate::stage::{Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Meadow;

impl Setting for Meadow {
    fn name(&self) -> &'static str {
        "meadow"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "meadow",
            "field",
            "grass",
            "lawn",
            "garden",
            "park",
            "prairie",
            "grassland",
            "countryside",
            "farm",
            "hill",
            "草地",
            "草坪",
            "草原",
            "田野",
            "花园",
            "公园",
            "山坡",
            "花田",
            "原野",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let horizon = set.row(0.60);
        let snow = set.scene.weather.name() == "snow";
        let green =
            |code: u32| if snow { Rgb::hex(0xe4_ebf3).to(Rgb::hex(code), 0.08) } else { Rgb::hex(code) };
        set.levels.ground = set.row(0.885);
        set.levels.air = set.row(0.42);
        sky(set, horizon);
        set.layer("far hills", 0.14, 1.3, horizon - set.unit * 0.2, Motion::Still, |brush| {
            let light = *brush.light;
            ridge(
                brush,
                horizon,
                brush.unit * 0.14,
                2,
                0.3,
                (light.at(green(0x5d_8a78), 0.62), light.at(green(0x7a_a27c), 0.5)),
            );
        });
        set.layer("hills", 0.32, 1.5, horizon - set.unit * 0.34, Motion::Still, |brush| {
            let light = *brush.light;
            let (crest, foot) = (light.at(green(0x5f_9a4c), 0.34), light.at(green(0x86_b85c), 0.2));
            ridge(brush, horizon + brush.unit * 0.05, brush.unit * 0.10, 1, 0.12, (crest, foot));
            for _ in 0..14 {
                let x = brush.chance.between(0.0, brush.width);
                let size = brush.chance.between(0.10, 0.26);
                tree(brush, x, horizon + brush.unit * 0.03, size, light.at(green(0x4a_8038), 0.28));
            }
        });
        field(set, horizon, &green);
        fringe(set, &green);
    }
    fn sounds(&self, night: bool) -> &'static [(Voice, f32)] {
        if night {
            &[(Voice::Crickets, 0.8), (Voice::Wind, 0.2)]
        } else {
            &[(Voice::Birds, 0.8), (Voice::Wind, 0.25)]
        }
    }
}

/// The ground the actors stand on.
fn field(set: &mut SetBuilder, horizon: f32, green: &dyn Fn(u32) -> Rgb) {
    let top = horizon + set.unit * 0.045;
    let flowers = set.scene.weather.name() != "snow";
    set.layer("field", 1.0, 2.0, top - set.unit * 0.03, Motion::Still, |brush| {
        let light = *brush.light;
        let bottom = brush.height * 1.13;
        let (far, near) = (light.at(green(0x93_c257), 0.16), light.at(green(0x55_913a), 0.0));
        let (noise, fine) = brush.noise(3, brush.unit * 0.3);
        let sun = if light.sun && !light.night { 0.20 } else { 0.05 };
        let colour = |x: f32, y: f32| {
            let share = ((y - top) / (bottom - top)).clamp(0.0, 1.0);
            let patch = noise.fractal(x * fine, y * fine * (5.0 - 3.0 * share), 3);
            far.to(near, share).times(0.86 + 0.28 * patch).to(light.key, sun * (1.0 - share) * patch)
        };
        brush.pen.wash(top as i32, bottom as i32, 8, &colour);
        // Tufts, row after row towards the viewer.
        for row in 0..15u8 {
            let share = f32::from(row) / 14.0;
            let base = top + (bottom - top) * (0.02 + share * share * 0.98);
            let tone = far.to(near, share);
            let tall = 0.012 + 0.045 * share;
            blades(
                brush,
                base,
                (tall * 0.5, tall),
                (260.0 - 150.0 * share) as usize,
                (tone.times(0.9), tone.times(1.14).to(light.key, 0.08)),
            );
            if flowers {
                for _ in 0..12 {
                    let at = point(
                        brush.chance.between(0.0, brush.width),
                        base - brush.unit * tall * brush.chance.between(0.3, 0.9),
                    );
                    let (petals, heart) = petal(&mut brush.chance);
                    let size = brush.unit * (0.0035 + 0.012 * share);
                    blossom(brush, at.x, at.y, size, light.at(petals, 0.05), light.at(heart, 0.05));
                }
            }
        }
    });
}

/// Grass and flowers before the lens, swaying.
fn fringe(set: &mut SetBuilder, green: &dyn Fn(u32) -> Rgb) {
    let base = set.row(1.125);
    let flowers = set.scene.weather.name() != "snow";
    set.layer("fringe", 1.35, 2.2, set.row(0.86), Motion::Sway(7.0), |brush| {
        let light = *brush.light;
        let tone = light.at(green(0x3c_7a2c), 0.0);
        blades(brush, base, (0.12, 0.255), 260, (tone.times(0.6), tone.times(1.05).to(light.key, 0.12)));
        if flowers {
            for _ in 0..26 {
                let at = point(
                    brush.chance.between(0.0, brush.width),
                    base - brush.unit * brush.chance.between(0.14, 0.25),
                );
                let (petals, heart) = petal(&mut brush.chance);
                let size = brush.unit * brush.chance.between(0.014, 0.022);
                blossom(brush, at.x, at.y, size, light.at(petals, 0.0), light.at(heart, 0.0));
            }
        }
    });
}
