//! The horse, from its side.

use super::rig::{Frame, gait, joint};
use super::{Pose, Subject};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Horse;

const FOURS: Frame = Frame { half: 0.25, leg: 0.50, pace: 1.15 };

impl Subject for Horse {
    fn name(&self) -> &'static str {
        "horse"
    }
    fn words(&self) -> &'static [&'static str] {
        &["horse", "pony", "stallion", "foal", "unicorn", "deer", "cow", "马", "骏马", "小马", "独角兽", "鹿"]
    }
    fn home(&self) -> &'static str {
        "meadow"
    }
    fn habit(&self) -> Action {
        Action::Run
    }
    fn able(&self, action: Action) -> Action {
        match action {
            Action::Sit => Action::Idle,
            Action::Fly | Action::Swim | Action::Play | Action::Dance => Action::Jump,
            other => other,
        }
    }
    fn size(&self) -> f32 {
        0.66
    }
    fn stride(&self) -> f32 {
        1.15
    }
    fn reach(&self) -> f32 {
        0.95
    }
    fn girth(&self) -> f32 {
        0.42
    }
    fn coat(&self, _accent: u16, copy: u8) -> Rgb {
        [Rgb::hex(0x8a_5230), Rgb::hex(0x3c_3434), Rgb::hex(0xd8_ccb8)][usize::from(copy) % 3]
    }
    fn lift(&self, pose: &Pose) -> f32 {
        gait(&FOURS, pose.action, pose.t).lift
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let t = pose.t;
        let g = gait(&FOURS, pose.action, t);
        let (coat, dark, mane) = (pose.coat, pose.coat.times(0.66), pose.coat.times(0.36));
        let stream = if pose.action == Action::Run { 0.16 } else { 0.0 };
        let root = g.hip.plus(-0.13, -0.08);
        let tail = [
            root,
            root.plus(-0.10 - stream * 0.5, 0.05 - stream * 0.5),
            root.plus(-0.14 - stream + 0.02 * g.tail, 0.2 - stream),
            root.plus(-0.13 - stream * 1.6 + 0.05 * g.tail, 0.36 - stream * 1.7),
        ];
        pen.fill(&Outline::new().tail(&tail, 0.035, 0.014), mane);
        let bone = FOURS.leg * 0.52;
        for leg in [1, 3] {
            limb(pen, if leg < 2 { g.shoulder } else { g.hip }, g.feet[leg], bone, leg < 2, dark);
        }
        let neck = g.shoulder.plus(0.19, -0.27 + 0.05 * g.nod + 0.02 * wave(t * 0.3));
        let body = Outline::new().blob(&[
            g.hip.plus(-0.15, -0.04),
            g.hip.plus(-0.02, -0.145),
            g.hip.to(g.shoulder, 0.5).plus(0.0, -0.115),
            g.shoulder.plus(0.0, -0.14),
            g.shoulder.plus(0.13, -0.03),
            g.shoulder.plus(0.05, 0.12),
            g.hip.to(g.shoulder, 0.5).plus(0.0, 0.125),
            g.hip.plus(-0.06, 0.10),
        ]);
        let throat = Outline::new().polygon(&[
            g.shoulder.plus(-0.07, -0.13),
            neck.plus(-0.065, -0.02),
            neck.plus(0.05, 0.05),
            g.shoulder.plus(0.14, 0.03),
        ]);
        pen.fill(&throat, coat.to(dark, 0.15));
        pen.ramp(&body, coat, coat.to(dark, 0.7));
        hair(pen, g.shoulder, neck, mane, t, stream);
        for leg in [0, 2] {
            limb(
                pen,
                if leg < 2 { g.shoulder } else { g.hip },
                g.feet[leg],
                bone,
                leg < 2,
                coat.to(dark, 0.25),
            );
        }
        head(pen, neck, g.nod, coat, dark, mane);
    }
}

fn limb(pen: &mut Pen, root: Point, foot: Point, bone: f32, front: bool, colour: Rgb) {
    let foot = foot.plus(0.0, -0.03);
    let span = root.distance(foot);
    let foot = if span > bone * 1.98 { root.to(foot, bone * 1.98 / span) } else { foot };
    let knee = joint(root, foot, bone, if front { -1.0 } else { 1.0 });
    let thick = if front { 0.065 } else { 0.09 };
    pen.fill(&Outline::new().limb(root, knee, thick, 0.034).limb(knee, foot, 0.032, 0.022), colour);
    pen.fill(
        &Outline::new().limb(foot.plus(0.004, -0.015), foot.plus(0.014, 0.012), 0.026, 0.032),
        colour.times(0.4),
    );
}

fn hair(pen: &mut Pen, shoulder: Point, neck: Point, mane: Rgb, t: f32, stream: f32) {
    for lock in 0..6u8 {
        let share = f32::from(lock) / 5.0;
        let from = shoulder.plus(-0.05, -0.12).to(neck.plus(-0.05, -0.07), share);
        let blow = 0.02 * wave(t * 1.3 + share * 0.4);
        let tip = from.plus(-0.075 - stream * 0.7 + blow, 0.05 - stream * 0.25 + blow);
        pen.fill(&Outline::new().limb(from, tip, 0.036, 0.014), mane);
    }
}

fn head(pen: &mut Pen, at: Point, nod: f32, coat: Rgb, dark: Rgb, mane: Rgb) {
    let on = |x: f32, y: f32| {
        let p = point(x, y).turned(0.62 + nod * 0.5);
        at.plus(p.x, p.y)
    };
    for ear in [-0.012, 0.03] {
        pen.fill(
            &Outline::new().polygon(&[
                on(-0.045 + ear, -0.045),
                on(-0.075 + ear, -0.135),
                on(0.0 + ear, -0.06),
            ]),
            if ear < 0.0 { dark } else { coat },
        );
    }
    let face = Outline::new().blob(&[
        on(-0.075, -0.03),
        on(0.0, -0.075),
        on(0.12, -0.052),
        on(0.23, -0.035),
        on(0.255, 0.015),
        on(0.215, 0.055),
        on(0.09, 0.06),
        on(-0.04, 0.075),
    ]);
    pen.ramp(&face, coat, coat.to(dark, 0.5));
    pen.fill(&Outline::new().ellipse(on(0.225, 0.012), 0.036, 0.042, 0.62), dark.times(0.8));
    pen.fill(&Outline::new().circle(on(0.238, -0.006), 0.008), Rgb::BLACK);
    pen.fill(&Outline::new().ellipse(on(0.045, -0.025), 0.017, 0.015, 0.6), Rgb::hex(0x18_1414));
    pen.fill(&Outline::new().circle(on(0.041, -0.031), 0.005), Rgb::WHITE);
    pen.fill(&Outline::new().limb(on(-0.06, -0.06), on(0.05, -0.06), 0.024, 0.008), mane);
}
