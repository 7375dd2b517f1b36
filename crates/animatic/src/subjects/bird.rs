//! The bird, on the wing or on its feet; and what flies like it.

use super::{Footing, Pose, Subject};
use crate::chance::{ease, wave};
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::{Action, Prop};

#[derive(Debug)]
pub(super) struct Bird;

impl Subject for Bird {
    fn name(&self) -> &'static str {
        "bird"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "bird", "eagle", "seagull", "gull", "sparrow", "swallow", "dove", "pigeon", "crow", "owl",
            "parrot", "swan", "duck", "crane", "鸟", "小鸟", "鹰", "老鹰", "海鸥", "燕子", "鸽子", "鹤",
            "天鹅", "乌鸦", "飞鸟",
        ]
    }
    fn home(&self) -> &'static str {
        "sky"
    }
    fn habit(&self) -> Action {
        Action::Fly
    }
    fn able(&self, action: Action) -> Action {
        match action {
            Action::Sit | Action::Idle => Action::Sit,
            Action::Talk => Action::Talk,
            Action::Jump | Action::Dance => Action::Jump,
            _ => Action::Fly,
        }
    }
    fn footing(&self, action: Action) -> Footing {
        if matches!(action, Action::Fly | Action::Sit | Action::Talk) {
            Footing::Air
        } else {
            Footing::Ground
        }
    }
    fn holds(&self, prop: Prop) -> bool {
        prop == Prop::Branch
    }
    fn rests(&self, action: Action) -> Option<Prop> {
        matches!(action, Action::Sit | Action::Talk).then_some(Prop::Branch)
    }
    fn size(&self) -> f32 {
        0.42
    }
    fn reach(&self) -> f32 {
        1.15
    }
    fn coat(&self, _accent: u16, copy: u8) -> Rgb {
        [Rgb::hex(0x4a_78b8), Rgb::hex(0xee_f0f2), Rgb::hex(0x8a_6a4a), Rgb::hex(0xd8_6a4a)]
            [usize::from(copy) % 4]
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        if pose.action == Action::Fly {
            flying(pose, pen);
            return;
        }
        if pose.prop == Some(Prop::Branch) {
            // What is placed by its middle stands a little below it.
            pen.placing.origin = pen.placing.place(point(0.0, 0.38));
            super::props::branch(pen, pose.t, self.reach());
        }
        perched(pose, pen);
    }
}

fn flying(pose: &Pose, pen: &mut Pen) {
    let (coat, dark, pale) = tones(pose.coat);
    // A few beats, then a glide.
    let beat = wave(pose.t * 1.6);
    let effort = 0.55 + 0.45 * wave(pose.t * 0.19 + 0.2);
    let flap = beat * effort;
    let lift = -0.05 * wave(pose.t * 1.6 + 0.25) * effort;
    let at = |x: f32, y: f32| point(x, y + lift);
    wing(pen, at(0.04, -0.06), flap, dark, -0.12, 0.86);
    pen.fill(
        &Outline::new().polygon(&[
            at(-0.26, -0.02),
            at(-0.62, -0.10),
            at(-0.66, 0.0),
            at(-0.60, 0.09),
            at(-0.25, 0.06),
        ]),
        dark,
    );
    let body = Outline::new().blob(&[
        at(-0.36, 0.0),
        at(-0.1, -0.12),
        at(0.18, -0.12),
        at(0.36, -0.07),
        at(0.40, 0.0),
        at(0.2, 0.1),
        at(-0.1, 0.12),
    ]);
    pen.ramp(&body, coat, pale);
    head(pen, at(0.40, -0.08), coat, pale, (pose.t, 0.0));
    wing(pen, at(0.0, -0.05), flap, coat.to(dark, 0.3), 0.0, 1.0);
}

/// A wing of feathers that bends at its wrist: the tip lags behind.
fn wing(pen: &mut Pen, root: Point, flap: f32, colour: Rgb, back: f32, size: f32) {
    let up = -flap * 0.62 * size;
    let wrist = root.plus(-0.08 + back, up * 0.7 - 0.06);
    let tip = root.plus(-0.36 + back - 0.1 * libm::fabsf(flap), up * 1.45 + 0.05 * (1.0 - libm::fabsf(flap)));
    for feather in 0..6u8 {
        let share = f32::from(feather) / 5.0;
        let from = wrist.to(root, share * 0.9);
        let end = tip.to(root.plus(-0.28, 0.09), share);
        pen.fill(&Outline::new().limb(from, end, 0.075, 0.02), colour.times(0.86 + 0.14 * share));
    }
    pen.fill(
        &Outline::new().limb(root.plus(0.1, 0.0), wrist, 0.075, 0.06).limb(wrist, tip, 0.055, 0.012),
        colour,
    );
}

fn perched(pose: &Pose, pen: &mut Pen) {
    let (coat, dark, pale) = tones(pose.coat);
    let t = pose.t;
    let hop = if pose.action == Action::Jump { 0.16 * libm::fabsf(wave(t * 0.8)) } else { 0.0 };
    let at = |x: f32, y: f32| point(x, y - hop);
    for side in [-0.06, 0.08] {
        pen.fill(
            &Outline::new().limb(at(side, -0.25), at(side + 0.02, -0.02), 0.016, 0.014).limb(
                at(side + 0.02, -0.014),
                at(side + 0.10, -0.01),
                0.014,
                0.01,
            ),
            Rgb::hex(0xd8_9a3a),
        );
    }
    pen.fill(
        &Outline::new().polygon(&[at(-0.2, -0.34), at(-0.56, -0.20), at(-0.52, -0.11), at(-0.12, -0.22)]),
        dark,
    );
    let body = Outline::new().blob(&[
        at(-0.26, -0.34),
        at(-0.12, -0.56),
        at(0.12, -0.68),
        at(0.27, -0.5),
        at(0.22, -0.28),
        at(0.0, -0.18),
    ]);
    pen.ramp(&body, coat, pale);
    pen.fill(
        &Outline::new().blob(&[
            at(-0.02, -0.54),
            at(0.12, -0.44),
            at(0.0, -0.3),
            at(-0.36, -0.22),
            at(-0.22, -0.42),
        ]),
        coat.to(dark, 0.5),
    );
    // Songs come in phrases of quick notes.
    let phrase = ease(wave(t * 0.45) * 3.0);
    let open = if pose.action == Action::Talk { phrase * (0.5 + 0.5 * wave(t * 3.7)) } else { 0.0 };
    head(pen, at(0.16 + 0.03 * wave(t * 0.4), -0.76 - 0.015 * open), coat, pale, (t, open));
    if pose.action == Action::Talk {
        notes(pen, at(0.46, -0.86), t, dark);
    }
}

/// Notes of a song that rise and fade.
fn notes(pen: &mut Pen, from: Point, t: f32, colour: Rgb) {
    for note in 0..3u8 {
        let turn = t * 0.42 + f32::from(note) / 3.0;
        let rise = turn - libm::floorf(turn);
        let at = from.plus(0.36 * rise + 0.03 * wave(turn * 2.0), -0.30 * rise);
        let fade = ease(rise * 6.0) * (1.0 - rise);
        let stem = at.plus(0.028, -0.11);
        let shape =
            Outline::new().ellipse(at, 0.032, 0.024, -0.4).limb(at.plus(0.028, 0.0), stem, 0.007, 0.007);
        pen.veil(&shape.limb(stem, stem.plus(0.04, 0.03), 0.011, 0.006), colour, 0.9 * fade);
    }
}

/// The head, its beak open this far.
fn head(pen: &mut Pen, at: Point, coat: Rgb, pale: Rgb, (t, open): (f32, f32)) {
    let beak = Outline::new()
        .polygon(&[at.plus(0.1, -0.05), at.plus(0.28, 0.02 - 0.07 * open), at.plus(0.1, 0.02)])
        .polygon(&[at.plus(0.1, 0.0), at.plus(0.27, 0.02 + 0.06 * open), at.plus(0.1, 0.06)]);
    pen.fill(&beak, Rgb::hex(0xf0_a83a));
    pen.fill(&Outline::new().circle(at, 0.14), coat);
    pen.fill(&Outline::new().ellipse(at.plus(0.05, 0.05), 0.075, 0.06, 0.0), pale);
    pen.fill(
        &Outline::new().ellipse(at.plus(0.06, -0.03), 0.027, 0.03 * super::pets::blink(t), 0.0),
        Rgb::hex(0x18_1618),
    );
    pen.fill(&Outline::new().circle(at.plus(0.053, -0.04), 0.009), Rgb::WHITE);
}

fn tones(coat: Rgb) -> (Rgb, Rgb, Rgb) {
    (coat, coat.times(0.66), coat.to(Rgb::hex(0xfd_f6ea), 0.68))
}
