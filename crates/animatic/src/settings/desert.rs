//! The desert: dunes with a sharp crest, a lit and a shaded side.

use super::Setting;
use super::nature::ridge;
use super::skies::sky;
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Desert;

impl Setting for Desert {
    fn name(&self) -> &'static str {
        "desert"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "desert",
            "dune",
            "sand dune",
            "sahara",
            "wasteland",
            "mars",
            "沙漠",
            "沙丘",
            "戈壁",
            "荒漠",
            "火星",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let horizon = set.row(0.58);
        set.levels.ground = set.row(0.90);
        set.levels.air = set.row(0.36);
        sky(set, horizon);
        for (name, depth, row, height, distance, waves) in [
            ("far dunes", 0.15, 0.60, 0.10, 0.5, 2),
            ("dunes", 0.35, 0.67, 0.13, 0.25, 1),
            ("near dunes", 0.6, 0.76, 0.12, 0.1, 2),
        ] {
            let base = set.row(row);
            set.layer(name, depth, 1.6, base - set.unit * (height + 0.12), Motion::Still, |brush| {
                let light = *brush.light;
                let sand = light.at(Rgb::hex(0xe2_a860), distance);
                ridge(
                    brush,
                    base,
                    brush.unit * height,
                    waves,
                    0.05,
                    (sand.to(light.key, 0.2), sand.times(0.72)),
                );
                if name == "near dunes" {
                    for _ in 0..4 {
                        let x = brush.chance.between(0.0, brush.width);
                        let size = brush.chance.between(0.09, 0.17);
                        cactus(brush, x, base + brush.unit * 0.02, size);
                    }
                }
            });
        }
        let top = set.row(0.76);
        set.layer("sand", 1.0, 2.0, top, Motion::Still, |brush| {
            let light = *brush.light;
            let (far, near) = (light.at(Rgb::hex(0xe8_b46c), 0.08), light.at(Rgb::hex(0xc6_883e), 0.0));
            let (noise, fine) = brush.noise(3, brush.unit * 0.5);
            let bottom = brush.height * 1.13;
            brush.pen.wash(top as i32, bottom as i32, 4, &|x, y| {
                let share = ((y - top) / (bottom - top)).clamp(0.0, 1.0);
                let bend = noise.fractal(x * fine, y * fine * 2.0, 2);
                // Ripples the wind leaves behind.
                let comb = crate::chance::wave(y / (brush.unit * (0.012 + 0.03 * share)) + bend * 6.0);
                far.to(near, share).times(1.0 + 0.055 * comb)
            });
        });
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Wind, 1.0)]
    }
}

fn cactus(brush: &mut Brush, x: f32, base: f32, size: f32) {
    let unit = brush.unit * size;
    let green = brush.light.at(Rgb::hex(0x4f_7a48), 0.12);
    let shape = Outline::new()
        .limb(point(x, base), point(x, base - unit), unit * 0.09, unit * 0.085)
        .limb(
            point(x, base - unit * 0.42),
            point(x + unit * 0.26, base - unit * 0.46),
            unit * 0.06,
            unit * 0.06,
        )
        .limb(
            point(x + unit * 0.26, base - unit * 0.46),
            point(x + unit * 0.26, base - unit * 0.78),
            unit * 0.06,
            unit * 0.055,
        )
        .limb(
            point(x, base - unit * 0.3),
            point(x - unit * 0.24, base - unit * 0.34),
            unit * 0.055,
            unit * 0.055,
        )
        .limb(
            point(x - unit * 0.24, base - unit * 0.34),
            point(x - unit * 0.24, base - unit * 0.6),
            unit * 0.055,
            unit * 0.05,
        );
    brush.pen.ramp(&shape, green.times(1.1), green.times(0.7));
}
