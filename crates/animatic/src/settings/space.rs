//! Space: stars, nebulae, planets.

use super::{Setting, Shelter};
use crate::chance::ease;
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Space;

impl Setting for Space {
    fn name(&self) -> &'static str {
        "space"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "space",
            "outer space",
            "galaxy",
            "cosmos",
            "universe",
            "nebula",
            "planet",
            "blue planet",
            "earth",
            "地球",
            "行星",
            "orbit the earth",
            "太空",
            "宇宙",
            "银河",
            "星系",
            "星云",
            "星球",
            "外太空",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        set.levels.ground = set.row(0.80);
        set.levels.air = set.row(0.50);
        set.light.ambient = Rgb::hex(0xc8_ccdc);
        set.light.key = Rgb::hex(0xe4_ecff);
        set.light.haze = Rgb::hex(0x0a_0c1c);
        set.light.night = true;
        let hue = f32::from(set.scene.accent) / 360.0;
        set.layer("stars", 0.05, 1.3, -set.unit, Motion::Travel(3.0), |brush| {
            let (noise, fine) = brush.noise(1, brush.unit * 0.7);
            let (warm, cold) =
                (Rgb::hsl(0.92 + hue * 0.1, 0.62, 0.36), Rgb::hsl(0.58 + hue * 0.1, 0.66, 0.34));
            let dark = Rgb::hex(0x06_0714);
            let (top, bottom) = ((-brush.height / 7.0) as i32, (brush.height * 1.13) as i32);
            brush.pen.wash(top, bottom, 8, &|x, y| {
                let a = noise.fractal(x * fine, y * fine, 4);
                let b = noise.fractal(x * fine + 1.7, y * fine + 5.3, 3);
                dark.to(warm, ease((a - 0.47) * 3.4) * 0.85).to(cold, ease((b - 0.5) * 3.4) * 0.7)
            });
            for _ in 0..900 {
                let at = point(
                    brush.chance.between(0.0, brush.width),
                    brush.chance.between(-brush.height * 0.12, brush.height * 1.1),
                );
                let size = brush.unit
                    * if brush.chance.often(0.06) { 0.006 } else { brush.chance.between(0.0016, 0.0034) };
                let colour = [Rgb::WHITE, Rgb::hex(0xbf_d4ff), Rgb::hex(0xff_e2b8)][brush.chance.below(3)];
                let strength = brush.chance.between(0.35, 1.0);
                brush.pen.glow(at, size, size, colour, strength);
            }
        });
        set.layer("planet", 0.22, 1.6, -set.unit, Motion::Still, |brush| {
            let at = point(brush.width * 0.19, brush.height * 0.34);
            planet(brush, at, brush.unit * 0.2, Rgb::hsl(hue, 0.5, 0.55), true);
            let far = point(brush.width * 0.56, brush.height * 0.22);
            planet(brush, far, brush.unit * 0.055, Rgb::hsl(hue + 0.4, 0.3, 0.6), false);
        });
        set.layer("dust", 1.5, 2.0, -set.unit, Motion::Travel(22.0), |brush| {
            for _ in 0..34 {
                let at =
                    point(brush.chance.between(0.0, brush.width), brush.chance.between(0.0, brush.height));
                let size = brush.unit * brush.chance.between(0.002, 0.006);
                brush.pen.glow(at, size * 2.0, size, Rgb::WHITE, 0.5);
            }
        });
    }
    fn shelter(&self) -> Shelter {
        Shelter::Sealed
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Hum, 0.7), (Voice::Room, 0.4)]
    }
}

fn planet(brush: &mut Brush, at: crate::raster::Point, radius: f32, colour: Rgb, ringed: bool) {
    brush.pen.glow(at, radius * 1.7, radius * 1.7, colour, 0.28);
    let ball = Outline::new().circle(at, radius);
    brush.pen.ramp(&ball, colour.to(Rgb::WHITE, 0.25), colour.times(0.35));
    for band in 0..5u8 {
        let y = -0.62 + 0.3 * f32::from(band);
        let half = libm::sqrtf(1.0 - y * y) * 0.97;
        let tint = if band % 2 == 0 { colour.times(0.7) } else { colour.to(Rgb::WHITE, 0.35) };
        brush.pen.veil(
            &Outline::new().ellipse(at.plus(0.0, y * radius), half * radius, radius * 0.07, 0.0),
            tint,
            0.35,
        );
    }
    // Night lies over the lower right.
    for step in 0..5u8 {
        let shift = radius * (0.10 + 0.05 * f32::from(step));
        brush.pen.glow(
            at.plus(radius * 0.35 + shift, radius * 0.4 + shift),
            radius * 0.9,
            radius * 0.9,
            Rgb::hex(0x04_0510),
            0.35,
        );
    }
    if ringed {
        for (grow, strength) in [(1.95, 0.5), (1.75, 0.75), (1.55, 0.5)] {
            let (a, b) = (radius * grow, radius * (grow - 0.14));
            let arc = |r: f32, turn: f32| {
                let on = point(r * crate::chance::wave(turn + 0.25), r * 0.24 * crate::chance::wave(turn))
                    .turned(-0.3);
                at.plus(on.x, on.y)
            };
            // The front half only; the back half is hidden anyway where it matters.
            let outer = (0..=24u8).map(|i| arc(a, f32::from(i) / 24.0 * 0.62 - 0.06));
            let inner = (0..=24u8).rev().map(|i| arc(b, f32::from(i) / 24.0 * 0.62 - 0.06));
            let ring: Vec<_> = outer.chain(inner).collect();
            brush.pen.veil(&Outline::new().polygon(&ring), colour.to(Rgb::WHITE, 0.55), strength);
        }
    }
}
