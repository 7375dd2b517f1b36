//! The dog, and the puppy.

use super::pets::{Fur, blink, on_fours, sitting, upright};
use super::rig::{Build, Frame, gait, stance};
use super::{Pose, Subject, toys};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Dog;

const UPRIGHT: Build =
    Build { hip: 0.27, shoulder: 0.50, head: 0.70, hip_width: 0.09, shoulder_width: 0.105, arm: 0.29 };
const FOURS: Frame = Frame { half: 0.28, leg: 0.44, pace: 1.0 };

impl Subject for Dog {
    fn name(&self) -> &'static str {
        "dog"
    }
    fn words(&self) -> &'static [&'static str] {
        &["dog", "puppy", "hound", "corgi", "retriever", "husky", "狗", "小狗", "狗狗", "犬", "柯基"]
    }
    fn home(&self) -> &'static str {
        "meadow"
    }
    fn habit(&self) -> Action {
        Action::Sit
    }
    fn able(&self, action: Action) -> Action {
        match action {
            Action::Fly | Action::Swim => Action::Jump,
            Action::Idle => Action::Sit,
            other => other,
        }
    }
    fn size(&self) -> f32 {
        0.68
    }
    fn reach(&self) -> f32 {
        0.95
    }
    fn coat(&self, _accent: u16, copy: u8) -> Rgb {
        [Rgb::hex(0xb9_7a43), Rgb::hex(0xe6_d2ae), Rgb::hex(0x5a_4a40)][usize::from(copy) % 3]
    }
    fn lift(&self, pose: &Pose) -> f32 {
        if matches!(pose.action, Action::Play | Action::Jump) {
            gait(&FOURS, pose.action, pose.t).lift
        } else {
            0.0
        }
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let fur = Fur::new(pose.coat);
        let t = pose.t;
        match pose.action {
            Action::Dance => {
                let s = stance(&UPRIGHT, Action::Dance, t);
                wag(pen, &fur, s.hip.plus(0.08, 0.02), t);
                upright(pen, &s, &fur);
                head(pen, &fur, s.head, s.tilt, t, true);
            }
            Action::Sit | Action::Idle => {
                wag(pen, &fur, point(0.14, -0.1), t);
                let at = sitting(pen, &fur, t);
                head(pen, &fur, at, 0.10 * wave(t * 0.15), t, true);
            }
            action => {
                let g = gait(&FOURS, action, t);
                wag(pen, &fur, g.hip.plus(-0.08, -0.06), t);
                on_fours(pen, &g, &FOURS, &fur, 1.08);
                let at = g.hip.to(g.shoulder, 1.2).plus(0.11, -0.16 - 0.04 * g.nod);
                head(pen, &fur, at, g.nod, t, action != Action::Walk);
                if action == Action::Play {
                    toys::roll(
                        pen,
                        point(0.68 + 0.06 * wave(t * 0.5), -0.10 - 0.16 * libm::fabsf(wave(t * 0.9))),
                        0.10,
                        t,
                        Rgb::hex(0xd8_4a42),
                    );
                }
            }
        }
    }
}

fn wag(pen: &mut Pen, fur: &Fur, root: Point, t: f32) {
    let swing = 0.07 * wave(t * 2.4);
    let through = [
        root,
        root.plus(-0.09 + swing * 0.3, -0.12),
        root.plus(-0.13 + swing, -0.24),
        root.plus(-0.08 + swing * 1.5, -0.32),
    ];
    let flip = if root.x > 0.0 { -1.0 } else { 1.0 };
    let through = through.map(|p| point(root.x + (p.x - root.x) * flip, p.y));
    pen.fill(&Outline::new().tail(&through, 0.055, 0.03), fur.coat.to(fur.dark, 0.2));
}

fn head(pen: &mut Pen, fur: &Fur, centre: Point, tilt: f32, t: f32, pants: bool) {
    let at = |x: f32, y: f32| {
        let on = point(x, y).turned(tilt);
        centre.plus(on.x, on.y)
    };
    let dark = Rgb::hex(0x24_1c1c);
    let skull = Outline::new().blob(&[
        at(0.0, -0.17),
        at(0.11, -0.15),
        at(0.165, -0.04),
        at(0.15, 0.07),
        at(0.085, 0.15),
        at(0.0, 0.17),
        at(-0.085, 0.15),
        at(-0.15, 0.07),
        at(-0.165, -0.04),
        at(-0.11, -0.15),
    ]);
    pen.ramp(&skull, fur.coat, fur.coat.to(fur.dark, 0.25));
    for side in [-1.0f32, 1.0] {
        let flap = 0.012 * wave(t * 1.1 + side * 0.1);
        let ear = [
            at(side * 0.09, -0.155),
            at(side * 0.165, -0.15),
            at(side * 0.225, -0.03),
            at(side * (0.215 + flap), 0.09),
            at(side * 0.165, 0.10),
            at(side * 0.145, -0.02),
        ];
        pen.fill(&Outline::new().blob(&ear), fur.dark.times(0.82));
    }
    pen.fill(&Outline::new().ellipse(at(0.0, 0.085), 0.098, 0.078, tilt), fur.pale);
    pen.fill(&Outline::new().limb(at(0.0, -0.15), at(0.0, 0.05), 0.022, 0.05), fur.pale);
    for side in [-1.0f32, 1.0] {
        let open = (0.034 * blink(t)).max(0.006);
        pen.fill(&Outline::new().ellipse(at(side * 0.078, -0.03), 0.027, open, tilt), dark);
        pen.fill(&Outline::new().circle(at(side * 0.078 - 0.009, -0.042), 0.009), Rgb::WHITE);
    }
    if pants {
        let out = 0.02 + 0.012 * wave(t * 2.6);
        pen.fill(&Outline::new().ellipse(at(0.0, 0.128), 0.045, 0.026, tilt), dark);
        pen.fill(&Outline::new().limb(at(0.0, 0.132), at(0.0, 0.15 + out), 0.025, 0.023), fur.pink);
    }
    for side in [-1.0f32, 1.0] {
        pen.fill(
            &Outline::new().tail(
                &[at(0.0, 0.085), at(side * 0.03, 0.118), at(side * 0.075, 0.108)],
                0.007,
                0.005,
            ),
            dark,
        );
    }
    pen.fill(&Outline::new().ellipse(at(0.0, 0.045), 0.04, 0.028, tilt), dark);
    pen.fill(&Outline::new().ellipse(at(-0.012, 0.036), 0.012, 0.007, tilt), Rgb::WHITE.times(0.75));
}
