//! The moon: grey dust, craters, a black sky, and the earth above it.

use super::Setting;
use super::nature::ridge;
use super::skies::stars;
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Moon;

impl Setting for Moon {
    fn name(&self) -> &'static str {
        "moon"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "on the moon",
            "lunar",
            "lunar surface",
            "moon surface",
            "moonscape",
            "月球",
            "月球表面",
            "月面",
            "月球上",
        ]
    }
    fn shelter(&self) -> super::Shelter {
        super::Shelter::Sealed
    }
    fn paint(&self, set: &mut SetBuilder) {
        let horizon = set.row(0.64);
        set.levels.ground = set.row(0.90);
        set.levels.air = set.row(0.42);
        let top = -(set.view.height as f32) / 8.0;
        set.layer("sky", 0.05, 1.3, top, Motion::Still, |brush| {
            brush.pen.wash(top as i32, horizon as i32 + 8, 8, &|_, _| Rgb::hex(0x04_050c));
            stars(brush, horizon, 320);
            let at = point(brush.width * 0.52, horizon * 0.36);
            earth(brush, at.x, at.y);
        });
        for (name, depth, row, height, tone) in
            [("far rims", 0.18, 0.66, 0.07, 0x6c_6e76), ("rims", 0.42, 0.74, 0.06, 0x84_868c)]
        {
            let base = set.row(row);
            set.layer(name, depth, 1.6, base - set.unit * (height + 0.1), Motion::Still, |brush| {
                let grey = Rgb::hex(tone);
                ridge(brush, base, brush.unit * height, 2, 0.35, (grey.times(1.15), grey.times(0.8)));
            });
        }
        let top = set.row(0.735);
        set.layer("dust", 1.0, 2.0, top, Motion::Still, |brush| {
            let (noise, fine) = brush.noise(3, brush.unit * 0.4);
            let bottom = brush.height * 1.13;
            brush.pen.wash(top as i32, bottom as i32, 4, &|x, y| {
                let share = ((y - top) / (bottom - top)).clamp(0.0, 1.0);
                let grain = noise.fractal(x * fine, y * fine * 3.0, 4);
                Rgb::hex(0x90_9298).to(Rgb::hex(0xb4_b4b6), share).times(0.78 + 0.4 * grain)
            });
            for _ in 0..26 {
                let share = brush.chance.between(0.05, 1.0);
                let at = point(brush.chance.between(0.0, brush.width), top + (bottom - top) * share);
                let size = brush.unit * brush.chance.between(0.02, 0.07) * (0.4 + share);
                brush.pen.fill(&Outline::new().ellipse(at, size, size * 0.27, 0.0), Rgb::hex(0xca_caca));
                brush.pen.fill(
                    &Outline::new().ellipse(at.plus(size * 0.04, size * 0.03), size * 0.88, size * 0.21, 0.0),
                    Rgb::hex(0x5a_5c64),
                );
            }
        });
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Hum, 0.4)]
    }
}

/// The earth, half in shadow.
fn earth(brush: &mut Brush, x: f32, y: f32) {
    let size = brush.unit * 0.14;
    let at = |dx: f32, dy: f32| point(x + dx * size, y + dy * size);
    brush.pen.glow(at(0.0, 0.0), size * 1.35, size * 1.35, Rgb::hex(0x5a_a0f0), 0.5);
    brush.pen.ramp(&Outline::new().circle(at(0.0, 0.0), size), Rgb::hex(0x3a_86d8), Rgb::hex(0x1c_4a9a));
    for land in [
        [at(-0.62, -0.48), at(-0.15, -0.62), at(-0.05, -0.25), at(-0.40, 0.05)],
        [at(-0.25, 0.15), at(0.08, 0.12), at(0.0, 0.62), at(-0.18, 0.55)],
        [at(0.28, -0.52), at(0.68, -0.35), at(0.60, 0.10), at(0.32, -0.1)],
    ] {
        brush.pen.fill(&Outline::new().blob(&land), Rgb::hex(0x4a_9a58));
    }
    for (dx, dy, wide) in [(-0.2, -0.32, 0.5), (0.25, 0.22, 0.45), (-0.3, 0.42, 0.35), (0.2, -0.72, 0.3)] {
        brush.pen.veil(&Outline::new().ellipse(at(dx, dy), size * wide, size * 0.06, 0.15), Rgb::WHITE, 0.75);
    }
    brush.pen.glow(at(0.75, 0.45), size * 0.85, size * 1.0, Rgb::hex(0x04_050c), 0.7);
}
