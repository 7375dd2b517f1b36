//! The robot.

use super::rig::{Build, stance};
use super::{Pose, Subject};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Robot;

const BUILD: Build =
    Build { hip: 0.38, shoulder: 0.66, head: 0.82, hip_width: 0.09, shoulder_width: 0.165, arm: 0.36 };

impl Subject for Robot {
    fn name(&self) -> &'static str {
        "robot"
    }
    fn words(&self) -> &'static [&'static str] {
        &["robot", "android", "cyborg", "droid", "mech", "machine", "机器人", "机械人", "机甲"]
    }
    fn home(&self) -> &'static str {
        "city"
    }
    fn able(&self, action: Action) -> Action {
        match action {
            Action::Fly | Action::Swim | Action::Play => Action::Jump,
            Action::Rise => Action::Idle,
            other => other,
        }
    }
    fn size(&self) -> f32 {
        0.68
    }
    fn reach(&self) -> f32 {
        0.9
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        super::bright(accent, copy).to(Rgb::hex(0xc4_ccd4), 0.55)
    }
    fn lift(&self, pose: &Pose) -> f32 {
        if pose.action == Action::Jump {
            super::rig::hop(pose.t * 0.85 - libm::floorf(pose.t * 0.85))
        } else {
            0.0
        }
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let s = stance(&BUILD, pose.action, pose.t);
        let (plate, joint) = (pose.coat, Rgb::hex(0x4a_5058));
        let lamp = Rgb::hex(0x5f_f0ff);
        for i in 0..2 {
            let shade = if s.profile && i == 0 { 0.75 } else { 0.95 };
            pen.fill(
                &Outline::new().limb(s.hips[i], s.knees[i], 0.05, 0.05).limb(
                    s.knees[i],
                    s.feet[i].plus(0.0, -0.05),
                    0.055,
                    0.06,
                ),
                plate.times(shade),
            );
            pen.fill(&Outline::new().circle(s.knees[i], 0.042), joint);
            let foot = s.feet[i];
            pen.fill(
                &Outline::new().polygon(&[
                    foot.plus(-0.07, 0.0),
                    foot.plus(-0.05, -0.055),
                    foot.plus(0.06, -0.055),
                    foot.plus(0.10, 0.0),
                ]),
                plate.times(shade * 0.7),
            );
        }
        let (c, h) = (s.chest, s.hip);
        let trunk = [
            c.plus(-0.165, -0.05),
            c.plus(0.165, -0.05),
            c.plus(0.15, 0.13),
            h.plus(0.10, 0.03),
            h.plus(-0.10, 0.03),
            c.plus(-0.15, 0.13),
        ];
        pen.ramp(&Outline::new().polygon(&trunk), plate.times(1.06), plate.times(0.72));
        pen.fill(&Outline::new().rect(c.x - 0.085, c.y + 0.01, 0.17, 0.09), joint);
        let pulse = 0.6 + 0.4 * wave(pose.t * 0.8);
        pen.fill(&Outline::new().circle(c.plus(-0.045, 0.055), 0.026), lamp.times(pulse));
        for bar in 0..3u8 {
            pen.fill(
                &Outline::new().rect(c.x + 0.0, c.y + 0.028 + 0.022 * f32::from(bar), 0.065, 0.010),
                lamp.times(0.55),
            );
        }
        for i in 0..2 {
            pen.fill(
                &Outline::new().limb(s.shoulders[i], s.elbows[i], 0.05, 0.04).limb(
                    s.elbows[i],
                    s.hands[i],
                    0.045,
                    0.05,
                ),
                plate.times(0.86),
            );
            pen.fill(&Outline::new().circle(s.shoulders[i], 0.055).circle(s.elbows[i], 0.036), joint);
            let hand = s.hands[i];
            pen.fill(
                &Outline::new()
                    .limb(hand.plus(-0.03, 0.0), hand.plus(-0.035, 0.05), 0.016, 0.012)
                    .limb(hand.plus(0.03, 0.0), hand.plus(0.035, 0.05), 0.016, 0.012)
                    .circle(hand, 0.04),
                joint,
            );
        }
        pen.fill(&Outline::new().limb(c.plus(0.0, -0.04), s.head.plus(0.0, 0.06), 0.04, 0.04), joint);
        let at = |x: f32, y: f32| {
            let on = point(x, y).turned(s.tilt * 0.7);
            s.head.plus(on.x, on.y)
        };
        pen.fill(&Outline::new().limb(at(0.0, -0.1), at(0.0, -0.19), 0.009, 0.007), joint);
        pen.fill(&Outline::new().circle(at(0.0, -0.2), 0.022), Rgb::hex(0xff_5a48).times(pulse));
        pen.ramp(
            &Outline::new().polygon(&[
                at(-0.14, -0.105),
                at(0.14, -0.105),
                at(0.15, 0.07),
                at(0.10, 0.10),
                at(-0.10, 0.10),
                at(-0.15, 0.07),
            ]),
            plate.times(1.12),
            plate.times(0.85),
        );
        pen.fill(
            &Outline::new().limb(at(-0.085, -0.015), at(0.085, -0.015), 0.05, 0.05),
            Rgb::hex(0x14_1a22),
        );
        let open = super::pets::blink(pose.t);
        for side in [-1.0f32, 1.0] {
            pen.fill(&Outline::new().ellipse(at(side * 0.06, -0.015), 0.028, 0.030 * open, 0.0), lamp);
            pen.fill(&Outline::new().circle(at(side * 0.155, -0.01), 0.026), joint);
        }
    }
}
