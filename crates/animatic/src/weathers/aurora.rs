//! The aurora: curtains of light in a clear night.

use super::Weather;
use crate::chance::wave;
use crate::raster::{Rgb, point};
use crate::scene::TimeOfDay;
use crate::sound::Voice;
use crate::stage::{Light, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Aurora;

impl Weather for Aurora {
    fn name(&self) -> &'static str {
        "aurora"
    }
    fn words(&self) -> &'static [&'static str] {
        &["aurora", "northern lights", "aurora borealis", "极光", "北极光"]
    }
    fn hour(&self) -> Option<TimeOfDay> {
        Some(TimeOfDay::Night)
    }
    fn dim(&self, light: &mut Light) {
        light.ambient = light.ambient.to(Rgb::hex(0x6a_c8a8), 0.22);
        light.horizon = light.horizon.to(Rgb::hex(0x1f_6a5c), 0.4);
    }
    fn paint(&self, set: &mut SetBuilder) {
        let top = -(set.view.height as f32) / 8.0;
        for (name, depth, speed, low, green) in [
            ("far aurora", 0.055, 5.0, 0.42, Rgb::hex(0x8a_5ad8)),
            ("aurora", 0.06, 11.0, 0.36, Rgb::hex(0x3a_f0a0)),
            ("near aurora", 0.065, -7.0, 0.26, Rgb::hex(0x4a_d8d0)),
        ] {
            set.layer(name, depth, 1.4, top, Motion::Travel(speed), |brush| {
                let turns = 2.0 + (brush.chance.between(0.0, 2.0)) as u32 as f32;
                let start = brush.chance.between(0.0, 1.0);
                let folds = 220;
                for fold in 0..folds {
                    // Whole turns over the width, so that the curtain closes on itself.
                    let along = fold as f32 / folds as f32;
                    let sweep = wave(along * turns + start) + 0.5 * wave(along * turns * 2.0 + start * 3.0);
                    let pleat = 0.6 + 0.4 * wave(along * 31.0 + sweep * 0.8);
                    let foot = point(along * brush.width, brush.height * (low + 0.075 * sweep));
                    let tall = brush.height * (0.13 + 0.09 * pleat);
                    let wide = brush.unit * 0.017;
                    let violet = green.to(Rgb::hex(0x9a_4ae0), 0.65);
                    brush.pen.glow(foot.plus(0.0, -tall * 0.9), wide, tall, violet, 0.20 * pleat);
                    brush.pen.glow(foot.plus(0.0, -tall * 0.35), wide, tall * 0.5, green, 0.34 * pleat);
                }
            });
        }
    }
    fn sounds(&self) -> &'static [(Voice, f32)] {
        &[(Voice::Wind, 0.2)]
    }
}
