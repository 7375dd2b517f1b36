//! Pets: the bodies cats and dogs share, drawn around a rig. Their heads and tails are their own.

use super::rig::{Frame, Gait, Stance, joint};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};

/// The colours of a coat.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fur {
    pub(super) coat: Rgb,
    pub(super) dark: Rgb,
    pub(super) pale: Rgb,
    pub(super) pink: Rgb,
    /// Legs and arms.
    pub(super) limbs: Rgb,
    pub(super) paws: Rgb,
}

impl Fur {
    pub(super) fn new(coat: Rgb) -> Self {
        let black = coat.luma() < 0.25;
        let pale = coat.to(Rgb::hex(0xff_f6e6), if black { 0.30 } else { 0.72 });
        Self {
            coat,
            dark: coat.times(if black { 0.7 } else { 0.74 }),
            pale,
            pink: Rgb::hex(0xf2_9a9a),
            limbs: coat,
            paws: pale,
        }
    }
}

/// An animal upright on its hind legs, from the front. The head is left to the caller.
pub(super) fn upright(pen: &mut Pen, s: &Stance, fur: &Fur) {
    for i in 0..2 {
        let leg = Outline::new().limb(s.hips[i], s.knees[i], 0.085, 0.062).limb(
            s.knees[i],
            s.feet[i].plus(0.0, -0.04),
            0.062,
            0.05,
        );
        pen.fill(&leg, fur.dark.to(fur.limbs, 0.45));
        let outward = if i == 0 { -0.03 } else { 0.03 };
        pen.fill(&Outline::new().ellipse(s.feet[i].plus(outward, -0.035), 0.078, 0.042, 0.0), fur.paws);
    }
    let (hip, chest) = (s.hip, s.chest);
    let body = Outline::new().blob(&[
        chest.plus(-0.085, -0.035),
        chest.plus(0.085, -0.035),
        chest.to(hip, 0.45).plus(0.135, 0.0),
        hip.plus(0.155, 0.02),
        hip.plus(0.07, 0.095),
        hip.plus(-0.07, 0.095),
        hip.plus(-0.155, 0.02),
        chest.to(hip, 0.45).plus(-0.135, 0.0),
    ]);
    pen.ramp(&body, fur.coat, fur.coat.to(fur.dark, 0.6));
    let belly = chest.to(hip, 0.66);
    pen.fill(&Outline::new().ellipse(belly, 0.093, 0.135, libm::atan2f(chest.x - hip.x, 0.3)), fur.pale);
    for i in 0..2 {
        let arm = Outline::new().limb(s.shoulders[i], s.elbows[i], 0.06, 0.05).limb(
            s.elbows[i],
            s.hands[i],
            0.05,
            0.045,
        );
        pen.fill(&arm, fur.limbs.to(fur.dark, 0.18));
        pen.fill(&Outline::new().circle(s.hands[i], 0.054), fur.paws);
    }
}

/// An animal on four legs, from its side. The head and the tail are left to the caller.
pub(super) fn on_fours(pen: &mut Pen, g: &Gait, frame: &Frame, fur: &Fur, stout: f32) {
    let bone = frame.leg * 0.52;
    for leg in [1, 3, 0, 2] {
        let front = leg < 2;
        let root = if front { g.shoulder } else { g.hip };
        let near = leg % 2 == 0;
        let colour = if near { fur.limbs.to(fur.dark, 0.12) } else { fur.dark.times(0.86) };
        let foot = pull(root, g.feet[leg], bone * 1.98).plus(0.0, -0.03);
        let knee = joint(root, foot, bone, if front { -1.0 } else { 1.0 });
        let thick = if front { 0.066 } else { 0.088 } * stout;
        let limb =
            Outline::new().limb(root, knee, thick, 0.05 * stout).limb(knee, foot, 0.05 * stout, 0.04 * stout);
        if leg == 0 {
            trunk(pen, g, fur, stout);
        }
        pen.fill(&limb, colour);
        pen.fill(
            &Outline::new().ellipse(foot.plus(0.022, 0.005), 0.058 * stout, 0.034, 0.0),
            if near { fur.paws } else { fur.dark },
        );
    }
}

fn trunk(pen: &mut Pen, g: &Gait, fur: &Fur, stout: f32) {
    let across = |at: Point, amount: f32| {
        let span = g.shoulder.distance(g.hip).max(1e-3);
        at.plus(-(g.shoulder.y - g.hip.y) / span * amount, (g.shoulder.x - g.hip.x) / span * amount)
    };
    let beyond = |t: f32| g.hip.to(g.shoulder, t);
    let body = Outline::new().blob(&[
        beyond(-0.30),
        across(beyond(-0.1), -0.135 * stout),
        across(beyond(0.45), -0.125 * stout),
        across(beyond(1.0), -0.14 * stout),
        beyond(1.28),
        across(beyond(1.05), 0.145 * stout),
        across(beyond(0.5), 0.115 * stout),
        across(beyond(0.0), 0.13 * stout),
    ]);
    pen.ramp(&body, fur.coat, fur.coat.to(fur.dark, 0.55));
    let belly = Outline::new().ellipse(
        across(beyond(0.72), 0.085 * stout),
        0.2,
        0.045,
        libm::atan2f(g.shoulder.y - g.hip.y, g.shoulder.x - g.hip.x),
    );
    pen.veil(&belly, fur.pale, 0.8);
}

/// A sitting animal from the front. Answers where the head belongs.
pub(super) fn sitting(pen: &mut Pen, fur: &Fur, t: f32) -> Point {
    let breath = 0.006 * wave(t * 0.3);
    for side in [-1.0, 1.0] {
        pen.fill(
            &Outline::new().ellipse(point(side * 0.165, -0.115), 0.125, 0.115, 0.0),
            fur.dark.to(fur.limbs, 0.3),
        );
        pen.fill(&Outline::new().ellipse(point(side * 0.21, -0.03), 0.085, 0.035, 0.0), fur.paws);
    }
    let body = Outline::new().blob(&[
        point(-0.085, -0.56 + breath),
        point(0.085, -0.56 + breath),
        point(0.165, -0.34),
        point(0.19, -0.13),
        point(0.1, -0.03),
        point(-0.1, -0.03),
        point(-0.19, -0.13),
        point(-0.165, -0.34),
    ]);
    pen.ramp(&body, fur.coat, fur.coat.to(fur.dark, 0.5));
    pen.fill(&Outline::new().ellipse(point(0.0, -0.4 + breath), 0.095, 0.14, 0.0), fur.pale);
    for side in [-1.0, 1.0] {
        let leg = Outline::new().limb(point(side * 0.07, -0.36), point(side * 0.065, -0.05), 0.055, 0.045);
        pen.fill(&leg, fur.limbs.to(fur.dark, 0.1));
        pen.fill(&Outline::new().ellipse(point(side * 0.068, -0.032), 0.062, 0.036, 0.0), fur.paws);
    }
    point(0.0, -0.70 + breath)
}

/// Closed for a moment now and then: 1 open, 0 closed.
pub(super) fn blink(t: f32) -> f32 {
    let cycle = t / 2.9 - libm::floorf(t / 2.9);
    if cycle > 0.955 { 0.12 } else { 1.0 }
}

fn pull(from: Point, to: Point, most: f32) -> Point {
    let span = from.distance(to);
    if span > most { from.to(to, most / span) } else { to }
}
