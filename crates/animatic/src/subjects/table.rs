//! Still lifes: a table, and what is shown on it.

use super::{Pose, Subject, bright};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Rgb, point};

/// The height of a table.
const TOP: f32 = -0.42;

/// What stands on a table has this in common.
macro_rules! on_a_table {
    () => {
        fn home(&self) -> &'static str {
            "room"
        }
        scenery!();
        fn size(&self) -> f32 {
            0.66
        }
        fn reach(&self) -> f32 {
            0.95
        }
        fn girth(&self) -> f32 {
            0.7
        }
    };
}

fn table(pen: &mut Pen, wood: Rgb) {
    for x in [-0.62f32, 0.62] {
        pen.fill(&Outline::new().limb(point(x, TOP), point(x * 1.03, -0.02), 0.035, 0.024), wood.times(0.6));
    }
    pen.fill(&Outline::new().rect(-0.70, TOP, 1.40, 0.09), wood.times(0.62));
    pen.ramp(
        &Outline::new().polygon(&[
            point(-0.72, TOP - 0.15),
            point(0.72, TOP - 0.15),
            point(0.85, TOP + 0.02),
            point(-0.85, TOP + 0.02),
        ]),
        wood.times(0.92),
        wood.times(1.12),
    );
    pen.fill(&Outline::new().rect(-0.85, TOP + 0.02, 1.70, 0.035), wood.times(0.78));
    for (y, from, to) in [(-0.11, -0.5, 0.3), (-0.07, -0.3, 0.62), (-0.03, -0.7, 0.1)] {
        pen.veil(
            &Outline::new().limb(point(from, TOP + y), point(to, TOP + y + 0.008), 0.004, 0.002),
            wood.times(0.6),
            0.5,
        );
    }
}

/// A bowl of fruit.
#[derive(Debug)]
pub(super) struct Fruit;

impl Subject for Fruit {
    fn name(&self) -> &'static str {
        "fruit"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "fruit",
            "bowl of fruit",
            "apple",
            "orange fruit",
            "banana",
            "food",
            "still life",
            "dessert",
            "cake",
            "breakfast",
            "水果",
            "盘水果",
            "苹果",
            "香蕉",
            "果盘",
            "食物",
            "静物",
            "早餐",
        ]
    }
    on_a_table!();
    fn coat(&self, _accent: u16, _copy: u8) -> Rgb {
        Rgb::hex(0x3f_6ca8)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        table(pen, Rgb::hex(0xa8_7444));
        let base = TOP - 0.06;
        let at = |x: f32, y: f32| point(x, base + y);
        pen.veil(&Outline::new().ellipse(at(0.06, 0.02), 0.36, 0.04, 0.0), Rgb::BLACK, 0.35);
        let fruit = |pen: &mut Pen, x: f32, y: f32, size: f32, colour: u32| {
            let colour = Rgb::hex(colour);
            pen.ramp(&Outline::new().circle(at(x, y), size), colour.to(Rgb::WHITE, 0.1), colour.times(0.6));
            pen.glow(at(x - size * 0.35, y - size * 0.4), size * 0.35, size * 0.3, Rgb::WHITE, 0.5);
            pen.fill(
                &Outline::new().limb(at(x, y - size * 0.92), at(x + 0.015, y - size * 1.25), 0.007, 0.005),
                Rgb::hex(0x5a_3c22),
            );
        };
        let banana = [at(0.30, -0.22), at(0.20, -0.42), at(0.0, -0.47), at(-0.16, -0.40)];
        pen.fill(&Outline::new().tail(&banana, 0.03, 0.05), Rgb::hex(0xf0_cc48));
        fruit(pen, -0.17, -0.30, 0.125, 0xd0_3a34);
        fruit(pen, 0.20, -0.29, 0.12, 0xf0_8c2e);
        fruit(pen, 0.02, -0.31, 0.13, 0x8c_b83c);
        for (index, (x, y)) in
            [(-0.30, -0.26), (-0.26, -0.20), (-0.34, -0.19), (-0.30, -0.14)].into_iter().enumerate()
        {
            let colour = Rgb::hex(0x6a_3a80).times(0.85 + 0.1 * index as f32);
            pen.ramp(&Outline::new().circle(at(x, y), 0.042), colour.to(Rgb::WHITE, 0.15), colour.times(0.7));
        }
        let bowl = Outline::new().blob(&[
            at(-0.38, -0.24),
            at(-0.30, -0.06),
            at(-0.14, 0.0),
            at(0.14, 0.0),
            at(0.30, -0.06),
            at(0.38, -0.24),
            at(0.0, -0.20),
        ]);
        pen.ramp(&bowl, pose.coat.to(Rgb::WHITE, 0.15), pose.coat.times(0.6));
        pen.fill(
            &Outline::new().limb(at(-0.37, -0.24), at(0.37, -0.24), 0.016, 0.016),
            pose.coat.to(Rgb::WHITE, 0.35),
        );
    }
}

/// A bottle, as advertisements show it.
#[derive(Debug)]
pub(super) struct Bottle;

impl Subject for Bottle {
    fn name(&self) -> &'static str {
        "bottle"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "bottle",
            "perfume",
            "perfume bottle",
            "product",
            "cosmetics",
            "wine",
            "vase",
            "phone",
            "香水",
            "香水瓶",
            "瓶子",
            "产品",
            "化妆品",
            "酒瓶",
            "花瓶",
        ]
    }
    on_a_table!();
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        bright(accent, copy)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        table(pen, Rgb::hex(0xd8_d2cc));
        let base = TOP - 0.06;
        let at = |x: f32, y: f32| point(x, base + y);
        pen.veil(&Outline::new().ellipse(at(0.08, 0.015), 0.27, 0.035, 0.0), Rgb::BLACK, 0.35);
        let (glass, deep) = (pose.coat.to(Rgb::WHITE, 0.55), pose.coat.times(0.8));
        let gold = Rgb::hex(0xd8_b25c);
        // A flacon: thick glass, what it holds to two thirds, a short collar and a square stopper.
        let flask = |inset: f32, top: f32| {
            [
                at(-0.155 + inset, top),
                at(0.155 - inset, top),
                at(0.185 - inset, top + 0.05),
                at(0.185 - inset, -0.005 - inset),
                at(-0.185 + inset, -0.005 - inset),
                at(-0.185 + inset, top + 0.05),
            ]
        };
        pen.ramp(&Outline::new().polygon(&flask(0.0, -0.42)), glass, glass.times(0.72));
        pen.ramp(&Outline::new().polygon(&flask(0.028, -0.28)), pose.coat, deep);
        pen.veil(&Outline::new().limb(at(-0.15, -0.28), at(0.15, -0.28), 0.006, 0.006), Rgb::WHITE, 0.5);
        pen.fill(&Outline::new().rect(-0.05, base - 0.46, 0.10, 0.045), gold);
        let stopper = [at(-0.062, -0.46), at(-0.055, -0.57), at(0.055, -0.57), at(0.062, -0.46)];
        pen.ramp(&Outline::new().polygon(&stopper), gold.times(1.1), gold.times(0.62));
        pen.fill(&Outline::new().circle(at(0.0, -0.16), 0.062), gold.times(0.95));
        pen.fill(&Outline::new().circle(at(0.0, -0.16), 0.048), deep);
        // A light that wanders over the glass.
        let glint = -0.11 + 0.05 * wave(pose.t * 0.12);
        pen.veil(
            &Outline::new().limb(at(glint, -0.35), at(glint + 0.01, -0.06), 0.022, 0.012),
            Rgb::WHITE,
            0.65,
        );
        pen.glow(at(glint, -0.34), 0.05, 0.05, Rgb::WHITE, 0.8);
    }
}

/// A cup of something hot.
#[derive(Debug)]
pub(super) struct Cup;

impl Subject for Cup {
    fn name(&self) -> &'static str {
        "cup"
    }
    fn words(&self) -> &'static [&'static str] {
        &["teacup", "coffee cup", "latte", "cappuccino", "茶杯", "咖啡杯"]
    }
    on_a_table!();
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        bright(accent, copy)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        table(pen, Rgb::hex(0x9a_6a3c));
        let base = TOP - 0.05;
        let at = |x: f32, y: f32| point(x, base + y);
        pen.veil(&Outline::new().ellipse(at(0.05, 0.015), 0.30, 0.04, 0.0), Rgb::BLACK, 0.35);
        pen.fill(&Outline::new().ellipse(at(0.0, 0.0), 0.29, 0.045, 0.0), Rgb::hex(0xf2_ede2));
        let china = pose.coat.to(Rgb::WHITE, 0.25);
        pen.fill(&Outline::new().ellipse(at(0.22, -0.17), 0.085, 0.085, 0.0), china.times(0.8));
        pen.fill(&Outline::new().ellipse(at(0.22, -0.17), 0.05, 0.05, 0.0), Rgb::hex(0x9a_6a3c).times(0.9));
        let bowl = [
            at(-0.20, -0.30),
            at(0.20, -0.30),
            at(0.16, -0.08),
            at(0.09, 0.0),
            at(-0.09, 0.0),
            at(-0.16, -0.08),
        ];
        pen.ramp(&Outline::new().polygon(&bowl), china, china.times(0.66));
        pen.fill(&Outline::new().ellipse(at(0.0, -0.30), 0.20, 0.04, 0.0), china.to(Rgb::WHITE, 0.4));
        pen.fill(&Outline::new().ellipse(at(0.0, -0.298), 0.178, 0.032, 0.0), Rgb::hex(0x4a_2c1c));
        for wisp in 0..4u8 {
            let turn = pose.t * 0.22 + f32::from(wisp) * 0.25;
            let rise = turn - libm::floorf(turn);
            let x = -0.09 + 0.06 * f32::from(wisp) + 0.05 * wave(turn * 1.7) * rise;
            pen.veil(
                &Outline::new().circle(at(x, -0.34 - 0.34 * rise), 0.03 + 0.05 * rise),
                Rgb::WHITE,
                0.30 * (1.0 - rise),
            );
        }
    }
}
