//! The flower, close up, nodding.

use super::{Pose, Subject, bright};
use crate::chance::{TURN, wave};
use crate::raster::{Outline, Pen, Point, Rgb, point};

#[derive(Debug)]
pub(super) struct Flower;

impl Subject for Flower {
    fn name(&self) -> &'static str {
        "flower"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "flower",
            "rose",
            "sunflower",
            "tulip",
            "daisy",
            "lotus",
            "blossom",
            "花",
            "花朵",
            "玫瑰",
            "向日葵",
            "郁金香",
            "荷花",
            "雏菊",
            "鲜花",
        ]
    }
    fn home(&self) -> &'static str {
        "meadow"
    }
    scenery!();
    fn crown(&self) -> Point {
        point(0.0, -0.86)
    }
    fn size(&self) -> f32 {
        0.52
    }
    fn girth(&self) -> f32 {
        0.14
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        // Another hue than who may sit on it.
        bright(accent + 150, copy)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let sway = 0.05 * wave(pose.t * 0.24) + 0.02 * wave(pose.t * 0.57);
        let stem = Rgb::hex(0x4a_8a3e);
        let head = point(sway, -0.78);
        pen.fill(
            &Outline::new().tail(
                &[point(0.0, 0.0), point(0.02, -0.3), point(sway * 0.5 - 0.01, -0.55), head],
                0.022,
                0.014,
            ),
            stem,
        );
        for (side, y) in [(-1.0f32, -0.22), (1.0, -0.36)] {
            let tip = point(side * 0.24, y - 0.12 + sway * side * 0.4);
            let leaf = [point(0.012, y), point(side * 0.09, y - 0.12), tip, point(side * 0.12, y - 0.015)];
            pen.fill(&Outline::new().blob(&leaf), stem.times(if side < 0.0 { 0.85 } else { 1.08 }));
        }
        for (ring, count, far, shade) in [(0.0f32, 11u8, 0.145, 0.82), (0.5, 11, 0.115, 1.0)] {
            for petal in 0..count {
                let angle = (f32::from(petal) + ring) / f32::from(count) * TURN + sway;
                let at = head.plus(far * libm::cosf(angle), far * 0.92 * libm::sinf(angle));
                pen.fill(&Outline::new().ellipse(at, 0.092, 0.045, angle), pose.coat.times(shade));
            }
        }
        pen.fill(&Outline::new().circle(head, 0.078), Rgb::hex(0x7a_4a1e));
        pen.fill(&Outline::new().circle(head.plus(-0.008, -0.008), 0.062), Rgb::hex(0xe8_ac34));
    }
}
