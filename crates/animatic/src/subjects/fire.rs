//! The campfire: logs, tongues of flame, sparks that rise.

use super::{Pose, Subject};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Rgb, point};

#[derive(Debug)]
pub(super) struct Fire;

impl Subject for Fire {
    fn name(&self) -> &'static str {
        "fire"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "fire", "campfire", "bonfire", "flame", "burning", "torch", "火", "篝火", "营火", "火焰", "火堆",
            "燃烧",
        ]
    }
    fn home(&self) -> &'static str {
        "forest"
    }
    scenery!();
    fn size(&self) -> f32 {
        0.42
    }
    fn reach(&self) -> f32 {
        1.3
    }
    fn headroom(&self) -> f32 {
        1.9
    }
    fn girth(&self) -> f32 {
        0.5
    }
    fn coat(&self, _accent: u16, _copy: u8) -> Rgb {
        Rgb::hex(0xff_7a24)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let flicker = 0.08 * wave(pose.t * 1.7) + 0.05 * wave(pose.t * 3.1 + 0.3);
        pen.glow(
            point(0.0, -0.4),
            1.25 + flicker,
            1.0 + flicker,
            pose.coat,
            if pose.night { 0.5 } else { 0.28 },
        );
        pen.glow(point(0.0, -0.02), 1.1, 0.14, pose.coat.to(Rgb::hex(0xff_e08a), 0.4), 0.55);
        for (x, turn) in [(-0.5f32, -0.12f32), (0.5, -0.12)] {
            pen.fill(
                &Outline::new().limb(point(x, -0.04), point(-x * 0.4, turn - 0.1), 0.075, 0.06),
                Rgb::hex(0x4a_3020),
            );
            pen.fill(&Outline::new().circle(point(x, -0.04), 0.06), Rgb::hex(0x9a_7048));
        }
        for (size, colour, shift) in [
            (1.0f32, pose.coat.times(0.85), 0.0f32),
            (0.74, Rgb::hex(0xff_a83a), 0.31),
            (0.44, Rgb::hex(0xff_eaa0), 0.57),
        ] {
            let lean = |high: f32| 0.10 * high * wave(pose.t * 1.3 - high * 0.6 + shift);
            let at = |x: f32, y: f32| point(x * size + lean(-y), y * size - 0.06);
            for (x, tall) in [(-0.20f32, 0.62f32), (0.20, 0.55), (0.0, 1.02)] {
                let tall = tall + 0.10 * wave(pose.t * 2.1 + x * 3.0 + shift);
                let tongue = [
                    at(x - 0.15, -0.05),
                    at(x - 0.17, -0.25),
                    at(x - 0.03, -tall * 0.65),
                    at(x + 0.01, -tall),
                    at(x + 0.10, -tall * 0.6),
                    at(x + 0.18, -0.25),
                    at(x + 0.14, -0.05),
                ];
                pen.fill(&Outline::new().blob(&tongue), colour);
            }
        }
        for spark in 0..14u8 {
            let own = f32::from(spark) * 0.37;
            let age = (pose.t * 0.45 + own).rem_euclid(1.0);
            let at = point(0.3 * wave(own + age * 0.7), -0.4 - 1.3 * age);
            pen.glow(at, 0.028, 0.028, Rgb::hex(0xff_d07a), 0.9 * (1.0 - age));
        }
    }
}
