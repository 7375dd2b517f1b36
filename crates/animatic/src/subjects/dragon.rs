//! The dragon: a long body that swims through the air, wings that carry it, whiskers and horns.

use super::{Footing, Pose, Subject, bright};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Dragon;

/// Joints of the spine, from the tip of the tail to the neck.
const JOINTS: usize = 15;

impl Subject for Dragon {
    fn name(&self) -> &'static str {
        "dragon"
    }
    fn words(&self) -> &'static [&'static str] {
        &["dragon", "wyvern", "龙", "巨龙", "飞龙", "神龙", "条龙"]
    }
    fn home(&self) -> &'static str {
        "mountains"
    }
    fn habit(&self) -> Action {
        Action::Fly
    }
    fn able(&self, _action: Action) -> Action {
        Action::Fly
    }
    fn footing(&self, _action: Action) -> Footing {
        Footing::Air
    }
    fn size(&self) -> f32 {
        0.46
    }
    fn stride(&self) -> f32 {
        0.5
    }
    fn reach(&self) -> f32 {
        1.65
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        if copy == 0 { Rgb::hex(0x3f_9a5c) } else { bright(accent, copy) }
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let spine: [Point; JOINTS] = std::array::from_fn(|joint| {
            let along = joint as f32 / (JOINTS - 1) as f32;
            let sway = 0.20 - 0.13 * along;
            point(
                -1.15 + 1.85 * along,
                sway * wave(along * 1.15 - pose.t * 0.55) - 0.22 * along * along + 0.1,
            )
        });
        let (hide, dark, belly) = (pose.coat, pose.coat.times(0.62), pose.coat.to(Rgb::hex(0xff_f0b8), 0.6));
        let beat = wave(pose.t * 0.9);
        wing(pen, spine[10].plus(0.05, -0.08), beat, dark);
        leg(pen, spine[6], dark, pose.t);
        leg(pen, spine[11], dark, pose.t + 0.4);
        for joint in 2..JOINTS - 1 {
            let (at, next) = (spine[joint], spine[joint + 1]);
            let thick = 0.02 + 0.10 * joint as f32 / JOINTS as f32;
            let tip = at.to(next, 0.2).plus(-0.05, -thick - 0.075);
            pen.fill(
                &Outline::new().polygon(&[at.plus(0.0, -thick * 0.6), tip, next.plus(0.0, -thick * 0.6)]),
                dark,
            );
        }
        pen.fill(&Outline::new().tail(&spine, 0.012, 0.125), hide);
        let under = spine.map(|joint| joint.plus(0.015, 0.035));
        pen.fill(&Outline::new().tail(&under[3..], 0.008, 0.065), belly);
        let tip = spine[0];
        pen.fill(
            &Outline::new().polygon(&[
                tip.plus(0.06, 0.0),
                tip.plus(-0.12, -0.09),
                tip.plus(-0.07, 0.0),
                tip.plus(-0.12, 0.08),
            ]),
            dark,
        );
        head(pen, spine[JOINTS - 1], pose, (hide, dark, belly));
        wing(pen, spine[10].plus(-0.03, -0.05), beat, hide.to(belly, 0.25));
    }
}

/// A wing of three fingers, up with the beat.
fn wing(pen: &mut Pen, root: Point, beat: f32, colour: Rgb) {
    let turn = 0.42 * beat;
    let at = |x: f32, y: f32| {
        let on = point(x, y).turned(turn);
        root.plus(on.x, on.y)
    };
    let (wrist, tip) = (at(-0.06, -0.46), at(-0.62, -0.86));
    let (middle, inner) = (at(-0.72, -0.42), at(-0.56, -0.08));
    let skin = Outline::new().polygon(&[
        root,
        wrist,
        tip,
        tip.to(middle, 0.5).plus(0.13, 0.02),
        middle,
        middle.to(inner, 0.5).plus(0.12, 0.0),
        inner,
    ]);
    pen.ramp(&skin, colour.times(0.95), colour.times(0.66));
    for end in [tip, middle, inner] {
        pen.fill(&Outline::new().limb(wrist, end, 0.02, 0.006), colour.times(0.5));
    }
    pen.fill(&Outline::new().limb(root, wrist, 0.045, 0.024), colour.times(0.55));
}

fn leg(pen: &mut Pen, hip: Point, colour: Rgb, t: f32) {
    let knee = hip.plus(-0.06, 0.16 + 0.02 * wave(t * 0.5));
    let foot = knee.plus(0.10, 0.10);
    pen.fill(&Outline::new().limb(hip, knee, 0.06, 0.035).limb(knee, foot, 0.033, 0.022), colour);
    for claw in [-0.03, 0.01, 0.05] {
        pen.fill(&Outline::new().limb(foot, foot.plus(0.045, claw), 0.012, 0.003), Rgb::hex(0xf4_ecd8));
    }
}

fn head(pen: &mut Pen, neck: Point, pose: &Pose, (hide, dark, belly): (Rgb, Rgb, Rgb)) {
    let nod = 0.03 * wave(pose.t * 0.4);
    let at = |x: f32, y: f32| neck.plus(x, y + nod);
    for (x, far) in [(0.03, 0.7), (0.07, 1.0)] {
        let horn = [at(x, -0.10), at(x - 0.12, -0.22), at(x - 0.27, -0.25)];
        pen.fill(&Outline::new().tail(&horn, 0.026, 0.005), Rgb::hex(0xf0_e2c0).times(far));
    }
    for (index, strand) in [(-0.12, -0.10), (-0.15, 0.0), (-0.11, 0.10)].into_iter().enumerate() {
        let flow = 0.03 * wave(pose.t * 0.7 + index as f32 * 0.2);
        let mane = [
            at(0.02, strand.1 * 0.6),
            at(strand.0, strand.1 + flow),
            at(strand.0 * 2.1, strand.1 * 1.5 - flow),
        ];
        pen.fill(&Outline::new().tail(&mane, 0.04, 0.005), dark);
    }
    let open = 0.035 + 0.025 * wave(pose.t * 0.35);
    pen.fill(
        &Outline::new().blob(&[
            at(0.06, 0.04),
            at(0.22, 0.07 + open),
            at(0.37, 0.06 + open),
            at(0.20, 0.12 + open),
            at(0.05, 0.10),
        ]),
        belly,
    );
    pen.fill(
        &Outline::new().blob(&[
            at(-0.07, 0.03),
            at(-0.04, -0.10),
            at(0.08, -0.14),
            at(0.20, -0.08),
            at(0.38, -0.05),
            at(0.42, 0.01),
            at(0.34, 0.05),
            at(0.12, 0.07),
        ]),
        hide,
    );
    pen.fill(&Outline::new().ellipse(at(0.37, -0.025), 0.014, 0.009, 0.4), dark.times(0.5));
    pen.fill(&Outline::new().ellipse(at(0.12, -0.055), 0.036, 0.026, 0.2), Rgb::hex(0xff_d84a));
    pen.fill(&Outline::new().ellipse(at(0.128, -0.053), 0.009, 0.024, 0.1), Rgb::hex(0x18_1210));
    pen.fill(&Outline::new().limb(at(0.06, -0.095), at(0.17, -0.085), 0.014, 0.008), dark);
    for side in [0.0f32, 0.05] {
        let flow = 0.05 * wave(pose.t * 0.6 + side * 4.0);
        let whisker =
            [at(0.36, 0.02), at(0.42, 0.13 + side), at(0.30, 0.22 + flow), at(0.16, 0.26 + side - flow)];
        pen.fill(&Outline::new().tail(&whisker, 0.012, 0.003), belly);
    }
}
