//! The rocket, on its tail of fire.

use super::{Footing, Pose, Subject};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Rocket;

impl Subject for Rocket {
    fn name(&self) -> &'static str {
        "rocket"
    }
    fn words(&self) -> &'static [&'static str] {
        &["rocket", "spaceship", "spacecraft", "shuttle", "ufo", "火箭", "飞船", "宇宙飞船", "太空船", "飞碟"]
    }
    fn home(&self) -> &'static str {
        "space"
    }
    fn habit(&self) -> Action {
        Action::Fly
    }
    fn able(&self, action: Action) -> Action {
        if action == Action::Rise { action } else { Action::Fly }
    }
    fn footing(&self, _action: Action) -> Footing {
        Footing::Air
    }
    fn size(&self) -> f32 {
        0.62
    }
    fn reach(&self) -> f32 {
        1.0
    }
    fn coat(&self, _accent: u16, _copy: u8) -> Rgb {
        Rgb::hex(0xe8_eaee)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let lean = if pose.action == Action::Rise {
            0.03 * wave(pose.t * 0.5)
        } else {
            0.95 + 0.05 * wave(pose.t * 0.2)
        };
        if pose.action == Action::Rise {
            smoke(pen, pose.t);
        }
        let at = |x: f32, y: f32| point(x, y).turned(lean);
        let flicker = 0.06 * wave(pose.t * 6.1) + 0.04 * wave(pose.t * 9.7);
        for (long, wide, colour) in
            [(0.50, 0.12, 0xff_7a2a), (0.36, 0.085, 0xff_b83a), (0.22, 0.05, 0xff_f0b8)]
        {
            let flame = [
                at(-wide, 0.40),
                at(-wide * 0.9, 0.5),
                at(0.0, 0.40 + long + flicker),
                at(wide * 0.9, 0.5),
                at(wide, 0.40),
            ];
            pen.fill(&Outline::new().blob(&flame), Rgb::hex(colour));
        }
        let red = Rgb::hex(0xd2_3f3a);
        for side in [-1.0f32, 1.0] {
            pen.fill(
                &Outline::new().polygon(&[
                    at(side * 0.12, 0.12),
                    at(side * 0.29, 0.34),
                    at(side * 0.27, 0.50),
                    at(side * 0.10, 0.38),
                ]),
                red.times(if side < 0.0 { 1.0 } else { 0.75 }),
            );
        }
        let hull = Outline::new().blob(&[
            at(0.0, -0.58),
            at(0.11, -0.40),
            at(0.165, -0.1),
            at(0.15, 0.2),
            at(0.10, 0.41),
            at(-0.10, 0.41),
            at(-0.15, 0.2),
            at(-0.165, -0.1),
            at(-0.11, -0.40),
        ]);
        pen.fill(&hull, pose.coat);
        pen.veil(
            &Outline::new().blob(&[
                at(0.02, -0.52),
                at(0.11, -0.38),
                at(0.16, -0.1),
                at(0.145, 0.2),
                at(0.10, 0.40),
                at(0.04, 0.40),
                at(0.08, 0.0),
            ]),
            Rgb::hex(0x5a_6478),
            0.4,
        );
        pen.fill(
            &Outline::new().blob(&[
                at(0.0, -0.60),
                at(0.075, -0.46),
                at(0.105, -0.38),
                at(0.0, -0.355),
                at(-0.105, -0.38),
                at(-0.075, -0.46),
            ]),
            red,
        );
        pen.fill(&Outline::new().circle(at(0.0, -0.12), 0.085), Rgb::hex(0x70_7a88));
        pen.fill(&Outline::new().circle(at(0.0, -0.12), 0.062), Rgb::hex(0x58_b8e0));
        pen.fill(&Outline::new().circle(at(-0.02, -0.14), 0.018), Rgb::WHITE);
        pen.fill(&Outline::new().limb(at(-0.10, 0.40), at(0.10, 0.40), 0.03, 0.03), Rgb::hex(0x4a_505c));
        pen.fill(&Outline::new().limb(at(0.0, 0.14), at(0.0, 0.42), 0.016, 0.02), red.times(0.85));
    }
}

/// Smoke that a launch leaves behind: puffs that grow, spread and fade below the engine.
fn smoke(pen: &mut Pen, t: f32) {
    for puff in 0..12u8 {
        let turn = t * 0.9 + f32::from(puff) / 12.0;
        let age = turn - libm::floorf(turn);
        let side = wave(f32::from(puff) * 0.37) * (0.05 + 0.34 * age);
        let at = point(side, 0.60 + 0.20 * age);
        let grey = Rgb::hex(0xd8_d4d0).to(Rgb::hex(0xff_b060), 0.5 * (1.0 - age) * (1.0 - age));
        pen.veil(&Outline::new().circle(at, 0.05 + 0.14 * age), grey, 0.55 * (1.0 - age));
    }
}
