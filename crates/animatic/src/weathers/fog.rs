//! Fog: everything far fades, and banks of it pass through the set.

use super::Weather;
use crate::raster::{Rgb, point};
use crate::sound::Voice;
use crate::stage::{Light, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Fog;

impl Weather for Fog {
    fn name(&self) -> &'static str {
        "fog"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "fog", "foggy", "mist", "misty", "haze", "hazy", "smoke", "雾", "薄雾", "浓雾", "雾气", "烟雾",
            "迷雾",
        ]
    }
    fn dim(&self, light: &mut Light) {
        let level = light.horizon.luma().max(0.13);
        let pale = Rgb::hex(0xcf_d6dc).times(0.25 + 0.75 * level);
        light.haze = light.haze.to(pale, 0.7);
        light.horizon = light.horizon.to(pale, 0.75);
        light.zenith = light.zenith.to(pale.times(0.9), 0.6);
        light.ambient = light.ambient.times(0.93);
        light.sun = false;
    }
    fn paint(&self, set: &mut SetBuilder) {
        for (name, depth, speed, strength) in
            [("far fog", 0.35, 9.0, 0.75), ("near fog", 0.9, 20.0, 0.6), ("front fog", 1.25, 34.0, 0.34)]
        {
            let top = set.row(0.30);
            set.layer(name, depth, 1.6, top, Motion::Travel(speed), |brush| {
                let colour = brush.light.haze.to(Rgb::WHITE, 0.12);
                for _ in 0..16 {
                    let x = brush.chance.between(0.0, brush.width);
                    let y = brush.height * brush.chance.between(0.52, 0.98);
                    let rx = brush.unit * brush.chance.between(0.35, 0.8);
                    let ry = brush.unit * brush.chance.between(0.07, 0.17);
                    brush.pen.glow(point(x, y), rx, ry, colour, strength);
                }
            });
        }
    }
    fn sounds(&self) -> &'static [(Voice, f32)] {
        &[(Voice::Wind, 0.35)]
    }
}
