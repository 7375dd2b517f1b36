//! The forest: rows of trunks that fade into light.

use super::Setting;
use super::nature::{blades, fir, tree};
use super::skies::sky;
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Forest;

impl Setting for Forest {
    fn name(&self) -> &'static str {
        "forest"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "forest",
            "wood",
            "woods",
            "woodland",
            "jungle",
            "rainforest",
            "bamboo forest",
            "森林",
            "树林",
            "丛林",
            "林间",
            "林中",
            "竹林",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let floor = set.row(0.72);
        let snow = set.scene.weather.name() == "snow";
        let green =
            move |code: u32| if snow { Rgb::hex(0xd8_e2ea).to(Rgb::hex(code), 0.35) } else { Rgb::hex(code) };
        set.levels.ground = set.row(0.90);
        set.levels.air = set.row(0.42);
        sky(set, floor);
        for (name, depth, distance, count, size) in
            [("far trees", 0.2, 0.66, 34, 0.62), ("middle trees", 0.42, 0.40, 22, 0.92)]
        {
            let base = floor + set.unit * 0.03 * depth;
            set.layer(name, depth, 1.6, base - set.unit * 1.1, Motion::Still, |brush| {
                let leaf = brush.light.at(green(0x3f_7048), distance);
                brush.pen.ramp(
                    &Outline::new().rect(0.0, base - brush.unit * 0.05, brush.width, brush.unit * 0.4),
                    leaf,
                    leaf.times(0.8),
                );
                for one in 0..count {
                    let x = brush.width * (one as f32 + brush.chance.unit()) / count as f32;
                    let size = size * brush.chance.between(0.8, 1.2);
                    if brush.chance.often(0.62) {
                        fir(brush, x, base, size, leaf);
                    } else {
                        tree(brush, x, base, size, leaf.times(1.12));
                    }
                }
            });
        }
        ground(set, floor, &green);
        trunks(set, floor, &green);
        let base = set.row(1.125);
        set.layer("ferns", 1.35, 2.0, set.row(0.88), Motion::Sway(5.0), |brush| {
            let tone = brush.light.at(green(0x2c_5a30), 0.0);
            blades(brush, base, (0.1, 0.23), 190, (tone.times(0.55), tone.times(0.95)));
        });
    }
    fn sounds(&self, night: bool) -> &'static [(Voice, f32)] {
        if night {
            &[(Voice::Crickets, 0.7), (Voice::Wind, 0.4), (Voice::Leaves, 0.25)]
        } else {
            &[(Voice::Birds, 1.0), (Voice::Woodpecker, 1.0), (Voice::Leaves, 0.5), (Voice::Wind, 0.2)]
        }
    }
}

fn ground(set: &mut SetBuilder, floor: f32, green: &dyn Fn(u32) -> Rgb) {
    set.layer("floor", 1.0, 2.0, floor, Motion::Still, |brush| {
        let light = *brush.light;
        let bottom = brush.height * 1.13;
        let (far, near) = (light.at(green(0x6f_8a4a), 0.3), light.at(green(0x3c_4c2a), 0.0));
        let (noise, fine) = brush.noise(3, brush.unit * 0.16);
        let colour = |x: f32, y: f32| {
            let share = ((y - floor) / (bottom - floor)).clamp(0.0, 1.0);
            let patch = noise.fractal(x * fine, y * fine * 4.0, 3);
            // Sun comes through in flecks.
            let fleck = if light.sun && !light.night {
                crate::chance::ease((patch - 0.56) * 9.0) * 0.35
            } else {
                0.0
            };
            far.to(near, share).times(0.8 + 0.4 * patch).to(light.key, fleck * (1.0 - share * 0.6))
        };
        brush.pen.wash(floor as i32, bottom as i32, 8, &colour);
        for row in 0..9u8 {
            let share = f32::from(row) / 8.0;
            let base = floor + (bottom - floor) * (0.04 + 0.95 * share * share);
            let tone = far.to(near, share);
            let tall = 0.012 + 0.04 * share;
            blades(brush, base, (tall * 0.5, tall), 130, (tone.times(0.75), tone.times(1.2)));
        }
    });
}

/// Great trunks close by, and shafts of light between them.
fn trunks(set: &mut SetBuilder, floor: f32, green: &dyn Fn(u32) -> Rgb) {
    let base = floor + set.unit * 0.06;
    let foot = base;
    set.layer("trunks", 0.75, 1.9, -set.unit, Motion::Still, |brush| {
        let bark = brush.light.at(Rgb::hex(0x4a_3b30).to(green(0x4a_3b30), 0.2), 0.12);
        let count = 9;
        for one in 0..count {
            let x = brush.width * (one as f32 + brush.chance.between(0.2, 0.8)) / count as f32;
            let wide = brush.unit * brush.chance.between(0.022, 0.05);
            let base = foot + brush.unit * brush.chance.between(-0.01, 0.04);
            trunk(brush, x, base, wide, bark);
        }
        if brush.light.sun && !brush.light.night {
            for one in 0..5u8 {
                let x = brush.width * (f32::from(one) + brush.chance.unit()) / 5.0;
                let wide = brush.unit * brush.chance.between(0.05, 0.14);
                let shaft = [
                    point(x, -brush.height * 0.2),
                    point(x + wide, -brush.height * 0.2),
                    point(x + wide * 2.2 - brush.unit * 0.35, foot),
                    point(x - brush.unit * 0.35, foot),
                ];
                let key = brush.light.key;
                brush.pen.veil(&Outline::new().polygon(&shaft), key, 0.13);
            }
        }
    });
}

fn trunk(brush: &mut Brush, x: f32, base: f32, wide: f32, bark: Rgb) {
    let top = -brush.height * 0.2;
    let body = [
        point(x - wide * 0.8, top),
        point(x + wide * 0.8, top),
        point(x + wide, base - wide),
        point(x + wide * 1.9, base),
        point(x - wide * 1.9, base),
        point(x - wide, base - wide),
    ];
    brush.pen.ramp(&Outline::new().polygon(&body), bark.times(1.1), bark.times(0.7));
    let lit = [
        point(x - wide * 0.8, top),
        point(x - wide * 0.4, top),
        point(x - wide * 0.55, base - wide),
        point(x - wide, base - wide),
    ];
    let key = bark.to(brush.light.key, 0.25);
    brush.pen.veil(&Outline::new().polygon(&lit), key, 0.7);
}
