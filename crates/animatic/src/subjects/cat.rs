//! The cat, and the kitten.

use super::pets::{Fur, blink, on_fours, sitting, upright};
use super::rig::{Build, Frame, TEMPO, gait, stance};
use super::{Pose, Subject, butterfly};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Cat;

const UPRIGHT: Build =
    Build { hip: 0.27, shoulder: 0.50, head: 0.70, hip_width: 0.085, shoulder_width: 0.10, arm: 0.30 };
const FOURS: Frame = Frame { half: 0.27, leg: 0.40, pace: 1.0 };

impl Subject for Cat {
    fn name(&self) -> &'static str {
        "cat"
    }
    fn words(&self) -> &'static [&'static str] {
        &["cat", "kitten", "kitty", "tabby", "feline", "猫", "小猫", "猫咪", "幼猫", "橘猫", "猫儿"]
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
        [
            Rgb::hex(0xec_9440),
            Rgb::hex(0x8d_8f98),
            Rgb::hex(0xf0_e6d8),
            Rgb::hex(0x3a_3740),
            Rgb::hex(0xc7_8a52),
        ][usize::from(copy) % 5]
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
        match pose.action {
            Action::Dance => dancing(pose, pen, &fur),
            Action::Sit | Action::Idle => sits(pose, pen, &fur),
            action => prowling(pose, pen, &fur, action),
        }
    }
}

fn dancing(pose: &Pose, pen: &mut Pen, fur: &Fur) {
    let t = pose.t;
    let s = stance(&UPRIGHT, Action::Dance, t);
    let swing = |lag: f32| wave(t * TEMPO * 0.5 + lag);
    tail(
        pen,
        fur,
        &[
            s.hip.plus(0.06, 0.06),
            s.hip.plus(0.24, 0.07),
            s.hip.plus(0.35 + 0.03 * swing(0.1), -0.06),
            s.hip.plus(0.33 + 0.08 * swing(0.2), -0.22),
            s.hip.plus(0.40 + 0.12 * swing(0.28), -0.33),
        ],
    );
    upright(pen, &s, fur);
    head(pen, fur, s.head, s.tilt, &Face { open: blink(t), glad: true, look: 0.25 * swing(0.0) });
}

fn sits(pose: &Pose, pen: &mut Pen, fur: &Fur) {
    let t = pose.t;
    let flick = 0.05 * wave(t * 0.45);
    tail(
        pen,
        fur,
        &[
            point(0.12, -0.06),
            point(0.30, -0.05),
            point(0.40, -0.14),
            point(0.38 + flick, -0.27),
            point(0.45 + flick * 2.0, -0.36),
        ],
    );
    let at = sitting(pen, fur, t);
    let turn = 0.10 * wave(t * 0.13);
    head(
        pen,
        fur,
        at.plus(turn * 0.25, 0.0),
        turn,
        &Face { open: blink(t), glad: false, look: 0.8 * wave(t * 0.13) },
    );
}

fn prowling(pose: &Pose, pen: &mut Pen, fur: &Fur, action: Action) {
    let t = pose.t;
    let g = gait(&FOURS, action, t);
    let root = g.hip.plus(-0.07, -0.06);
    let curl = g.tail;
    tail(
        pen,
        fur,
        &[
            root,
            root.plus(-0.13, -0.10),
            root.plus(-0.19 + 0.03 * curl, -0.27),
            root.plus(-0.14 + 0.08 * curl, -0.40),
            root.plus(-0.20 + 0.13 * curl, -0.50),
        ],
    );
    on_fours(pen, &g, &FOURS, fur, 1.0);
    stripes(pen, fur, g.hip, g.shoulder);
    let neck = g.hip.to(g.shoulder, 1.22);
    let at = neck.plus(0.10, -0.15 - 0.04 * g.nod);
    head(pen, fur, at, g.nod, &Face { open: blink(t), glad: action == Action::Play, look: 0.8 });
    if action == Action::Play {
        let (round, up) = (wave(t * 0.55), wave(t * 0.83 + 0.2));
        butterfly::flutter(pen, point(0.73 + 0.10 * round, -1.10 + 0.08 * up), 0.115, t, Rgb::hex(0x4f_8fe8));
    }
}

fn stripes(pen: &mut Pen, fur: &Fur, hip: Point, shoulder: Point) {
    for share in [0.05, 0.32, 0.6] {
        let at = hip.to(shoulder, share);
        let stripe = Outline::new().limb(at.plus(0.015, -0.12), at.plus(-0.01, -0.03), 0.018, 0.008);
        pen.veil(&stripe, fur.dark, 0.85);
    }
}

fn tail(pen: &mut Pen, fur: &Fur, through: &[Point]) {
    pen.fill(&Outline::new().tail(through, 0.052, 0.034), fur.coat.to(fur.dark, 0.25));
    let end = through.len() - 1;
    let tip = [through[end - 1].to(through[end], 0.45), through[end]];
    pen.fill(&Outline::new().tail(&tip, 0.037, 0.034), fur.pale);
}

/// What a face shows.
struct Face {
    open: f32,
    glad: bool,
    /// Where the eyes look, -1 left to 1 right.
    look: f32,
}

fn head(pen: &mut Pen, fur: &Fur, centre: Point, tilt: f32, face: &Face) {
    let at = |x: f32, y: f32| {
        let on = point(x, y).turned(tilt);
        centre.plus(on.x, on.y)
    };
    for side in [-1.0f32, 1.0] {
        let ear = |grow: f32, colour: Rgb, pen: &mut Pen| {
            let inset = 0.03 * (1.0 - grow);
            pen.fill(
                &Outline::new().polygon(&[
                    at(side * (0.045 + inset), -0.12),
                    at(side * (0.165 - inset * 0.2), -0.27 + inset * 2.4),
                    at(side * (0.2 - inset), -0.06),
                ]),
                colour,
            );
        };
        ear(1.0, fur.coat.to(fur.dark, 0.2), pen);
        ear(0.0, fur.pink, pen);
    }
    let skull = Outline::new().blob(&[
        at(0.0, -0.165),
        at(0.12, -0.145),
        at(0.195, -0.04),
        at(0.215, 0.045),
        at(0.14, 0.125),
        at(0.0, 0.15),
        at(-0.14, 0.125),
        at(-0.215, 0.045),
        at(-0.195, -0.04),
        at(-0.12, -0.145),
    ]);
    pen.ramp(&skull, fur.coat, fur.coat.to(fur.dark, 0.22));
    for (x, length) in [(0.0, 0.075), (-0.05, 0.055), (0.05, 0.055)] {
        pen.fill(&Outline::new().limb(at(x, -0.155), at(x * 0.8, -0.155 + length), 0.014, 0.006), fur.dark);
    }
    for side in [-1.0f32, 1.0] {
        pen.fill(&Outline::new().limb(at(side * 0.2, 0.0), at(side * 0.145, 0.012), 0.011, 0.004), fur.dark);
        pen.fill(
            &Outline::new().limb(at(side * 0.205, 0.045), at(side * 0.15, 0.045), 0.011, 0.004),
            fur.dark,
        );
    }
    let muzzle = Outline::new().ellipse(at(-0.045, 0.075), 0.062, 0.05, tilt).ellipse(
        at(0.045, 0.075),
        0.062,
        0.05,
        tilt,
    );
    pen.fill(&muzzle, fur.pale);
    for side in [-1.0f32, 1.0] {
        eye(pen, at(side * 0.088, -0.012), tilt, face);
        whiskers(pen, side, &at);
    }
    pen.fill(
        &Outline::new().polygon(&[at(-0.027, 0.035), at(0.027, 0.035), at(0.0, 0.064)]),
        fur.pink.times(0.9),
    );
    let dark = Rgb::hex(0x4a_2a2a);
    if face.glad {
        pen.fill(&Outline::new().ellipse(at(0.0, 0.103), 0.03, 0.026, tilt), dark);
        pen.fill(&Outline::new().ellipse(at(0.0, 0.115), 0.02, 0.012, tilt), fur.pink);
    }
    for side in [-1.0f32, 1.0] {
        let lip = [at(0.0, 0.064), at(side * 0.018, 0.088), at(side * 0.05, 0.082)];
        pen.fill(&Outline::new().tail(&lip, 0.007, 0.006), dark);
    }
}

fn eye(pen: &mut Pen, centre: Point, tilt: f32, face: &Face) {
    let dark = Rgb::hex(0x1c_1a20);
    let ry = (0.056 * face.open).max(0.008);
    pen.fill(&Outline::new().ellipse(centre, 0.050, ry + 0.006, tilt), dark);
    if face.open > 0.5 {
        pen.fill(&Outline::new().ellipse(centre, 0.042, ry - 0.004, tilt), Rgb::hex(0x9f_d65a));
        let pupil = centre.plus(face.look * 0.011, 0.004);
        pen.fill(&Outline::new().ellipse(pupil, 0.024, 0.042, tilt), dark);
        pen.fill(&Outline::new().circle(pupil.plus(-0.012, -0.018), 0.012), Rgb::WHITE);
    }
}

fn whiskers(pen: &mut Pen, side: f32, at: &dyn Fn(f32, f32) -> Point) {
    for (rise, from) in [(-0.02, 0.062), (0.012, 0.075), (0.045, 0.088)] {
        let hair = Outline::new().limb(at(side * 0.085, from), at(side * 0.285, from + rise), 0.0048, 0.002);
        pen.veil(&hair, Rgb::WHITE, 0.85);
    }
}
