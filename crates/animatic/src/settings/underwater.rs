//! Under water: light from above, corals, weed, bubbles.

use super::nature::ridge;
use super::{Setting, Shelter};
use crate::chance::ease;
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Light, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Underwater;

impl Setting for Underwater {
    fn name(&self) -> &'static str {
        "underwater"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "underwater",
            "under the sea",
            "under water",
            "deep sea",
            "coral reef",
            "coral",
            "reef",
            "seabed",
            "aquarium",
            "水下",
            "海底",
            "水底",
            "珊瑚",
            "珊瑚礁",
            "深海",
            "水族馆",
            "水中",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        set.levels.ground = set.row(0.90);
        set.levels.air = set.row(0.48);
        let dark = set.light.night;
        let shade = |code: u32| Rgb::hex(code).times(if dark { 0.4 } else { 1.0 });
        set.light = Light {
            zenith: shade(0x6f_d8e4),
            horizon: shade(0x0f_4f86),
            ambient: shade(0xb4_d8e4),
            key: shade(0xd8_fbff),
            haze: shade(0x1a_6c9c),
            ..set.light
        };
        set.layer("water", 0.05, 1.3, -set.unit, Motion::Travel(4.0), |brush| {
            let light = *brush.light;
            let (top, bottom) = (-brush.height / 7.0, brush.height * 1.13);
            let (noise, fine) = brush.noise(1, brush.unit * 0.22);
            brush.pen.wash(top as i32, bottom as i32, 8, &|x, y| {
                let share = (y - top) / (bottom - top);
                let sway = noise.fractal(x * fine + share * 0.9, 0.7, 2);
                let shaft = ease((sway - 0.5) * 4.0) * (1.0 - share) * (1.0 - share) * 0.5;
                light.zenith.to(light.horizon, libm::powf(share, 0.75)).to(light.key, shaft)
            });
        });
        let base = set.row(0.80);
        set.layer("far reef", 0.3, 1.5, base - set.unit * 0.3, Motion::Still, |brush| {
            let light = *brush.light;
            ridge(
                brush,
                base,
                brush.unit * 0.2,
                2,
                0.5,
                (light.at(Rgb::hex(0x2f_6a86), 0.55), light.at(Rgb::hex(0x2f_6a86), 0.35)),
            );
        });
        set.layer("weed", 0.7, 1.8, set.row(0.35), Motion::Sway(13.0), |brush| {
            for _ in 0..26 {
                let (x, tall) =
                    (brush.chance.between(0.0, brush.width), brush.unit * brush.chance.between(0.14, 0.42));
                let colour =
                    brush.light.at(Rgb::hsl(0.36 + brush.chance.between(-0.06, 0.06), 0.5, 0.34), 0.25);
                let foot = base + brush.unit * 0.08;
                let bend = brush.chance.between(-0.04, 0.04) * brush.unit;
                let stem = [
                    point(x, foot),
                    point(x + bend, foot - tall * 0.35),
                    point(x - bend, foot - tall * 0.7),
                    point(x + bend * 0.6, foot - tall),
                ];
                brush.pen.fill(&Outline::new().tail(&stem, brush.unit * 0.013, brush.unit * 0.003), colour);
            }
        });
        set.layer("bed", 1.0, 2.0, base, Motion::Still, |brush| bed(brush, base));
        set.layer("bubbles", 1.3, 2.0, 0.0, Motion::Sway(9.0), |brush| {
            for _ in 0..46 {
                let at = point(
                    brush.chance.between(0.0, brush.width),
                    brush.chance.between(0.05, 0.95) * brush.height,
                );
                let size = brush.unit * brush.chance.between(0.003, 0.012);
                let key = brush.light.key;
                brush.pen.veil(&Outline::new().circle(at, size), key, 0.25);
                brush.pen.veil(
                    &Outline::new().circle(at.plus(-size * 0.3, -size * 0.3), size * 0.35),
                    Rgb::WHITE,
                    0.7,
                );
            }
        });
    }
    fn shelter(&self) -> Shelter {
        Shelter::Sealed
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Underwater, 1.0)]
    }
}

/// Sand, stones and corals.
fn bed(brush: &mut Brush, base: f32) {
    let light = *brush.light;
    let sand = light.at(Rgb::hex(0xd8_c49a), 0.25);
    let top = base + brush.unit * 0.05;
    ridge(brush, top, brush.unit * 0.04, 3, 0.2, (sand, sand.times(0.7)));
    let (noise, fine) = brush.noise(5, brush.unit * 0.1);
    let bottom = brush.height * 1.13;
    brush.pen.wash(top as i32, bottom as i32, 8, &|x, y| {
        // Caustics: bright where two fields cross.
        let caustic = 1.0 - (noise.fractal(x * fine, y * fine * 2.5, 2) - 0.5).abs() * 5.0;
        sand.times(0.95 - 0.25 * (y - top) / (bottom - top)).to(light.key, caustic.max(0.0) * 0.20)
    });
    for _ in 0..15 {
        let at =
            point(brush.chance.between(0.0, brush.width), top + brush.unit * brush.chance.between(0.0, 0.16));
        let colour =
            light.at(Rgb::hsl([0.98, 0.04, 0.12, 0.86, 0.78][brush.chance.below(5)], 0.62, 0.58), 0.15);
        let size = brush.unit * brush.chance.between(0.07, 0.17);
        if brush.chance.often(0.6) {
            for branch in 0..7u8 {
                let lean = (f32::from(branch) - 3.0) * 0.13;
                let mid = at.plus(size * lean * 1.4, -size * 0.55);
                let tip = at.plus(size * lean * 2.6, -size * brush.chance.between(0.8, 1.1));
                brush.pen.fill(
                    &Outline::new().limb(at, mid, size * 0.075, size * 0.06).limb(
                        mid,
                        tip,
                        size * 0.06,
                        size * 0.035,
                    ),
                    colour.times(0.85 + 0.05 * f32::from(branch)),
                );
            }
        } else {
            brush.pen.ramp(
                &Outline::new().ellipse(at.plus(0.0, -size * 0.2), size * 0.55, size * 0.4, 0.0),
                colour,
                colour.times(0.6),
            );
        }
    }
}
