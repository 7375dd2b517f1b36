//! Props: what somebody holds, sits on or rests upon. Drawn in the measure of the figure they belong to.

use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};

/// An open umbrella over a hand: its shaft, and a canopy of gores, `size` wide to each side.
pub(super) fn umbrella(pen: &mut Pen, hand: Point, size: f32, t: f32, colour: Rgb) {
    let sway = 0.02 * wave(t * 0.4);
    let top = hand.plus(0.04 + sway, -size * 1.55);
    let rim = top.y + size * 0.62;
    pen.fill(&Outline::new().limb(hand.plus(0.0, 0.05), top, 0.010, 0.008), Rgb::hex(0x3a_3030));
    let dome = |wide: f32| {
        [
            point(top.x - size * wide, rim),
            point(top.x - size * 0.82 * wide, rim - size * 0.30),
            point(top.x - size * 0.45 * wide, rim - size * 0.52),
            point(top.x, top.y + size * 0.04),
            point(top.x + size * 0.45 * wide, rim - size * 0.52),
            point(top.x + size * 0.82 * wide, rim - size * 0.30),
            point(top.x + size * wide, rim),
        ]
    };
    // Gores, narrower and narrower, in turn; each ends in an arch.
    for (index, wide) in [1.0_f32, 0.62, 0.22].into_iter().enumerate() {
        let shade = if index % 2 == 0 { 1.0 } else { 0.8 };
        let mut edge = dome(wide).to_vec();
        edge.push(point(top.x + size * 0.5 * wide, rim - size * 0.07));
        edge.push(point(top.x, rim));
        edge.push(point(top.x - size * 0.5 * wide, rim - size * 0.07));
        pen.ramp(&Outline::new().polygon(&edge), colour.times(1.08 * shade), colour.times(0.72 * shade));
    }
    pen.fill(&Outline::new().circle(top, 0.014), Rgb::hex(0x3a_3030));
}

/// An open book between two hands; a page is turned now and then.
pub(super) fn book(pen: &mut Pen, hands: [Point; 2], t: f32, cover: Rgb) {
    let middle = hands[0].to(hands[1], 0.5).plus(0.0, -0.01);
    let page = Rgb::hex(0xf6_f0e0);
    for side in [-1.0_f32, 1.0] {
        let corner = |x: f32, y: f32| middle.plus(side * x, y);
        let board = [corner(0.0, 0.055), corner(0.125, 0.02), corner(0.12, -0.10), corner(0.0, -0.06)];
        pen.fill(&Outline::new().polygon(&board), cover.times(if side < 0.0 { 0.8 } else { 1.0 }));
        let leaf = [corner(0.0, 0.04), corner(0.11, 0.008), corner(0.107, -0.088), corner(0.0, -0.055)];
        pen.fill(&Outline::new().polygon(&leaf), page.times(if side < 0.0 { 0.9 } else { 1.0 }));
    }
    let turn = t / 3.1 - libm::floorf(t / 3.1);
    if turn < 0.16 {
        let over = 1.0 - turn / 0.08;
        let lift = 0.05 * wave(turn / 0.32);
        let leaf = [
            middle.plus(0.0, 0.04),
            middle.plus(over * 0.10, 0.01 - lift),
            middle.plus(over * 0.10, -0.088 - lift),
            middle.plus(0.0, -0.055),
        ];
        pen.fill(&Outline::new().polygon(&leaf), page.times(0.95));
    }
}

/// A cup with its steam.
pub(super) fn cup(pen: &mut Pen, hand: Point, t: f32, colour: Rgb) {
    let at = |x: f32, y: f32| hand.plus(0.02 + x, y);
    pen.fill(&Outline::new().circle(at(0.05, -0.03), 0.024), colour.times(0.8));
    let bowl = [at(-0.04, -0.075), at(0.045, -0.075), at(0.035, 0.015), at(-0.03, 0.015)];
    pen.ramp(&Outline::new().polygon(&bowl), colour, colour.times(0.75));
    pen.fill(&Outline::new().ellipse(at(0.002, -0.075), 0.043, 0.010, 0.0), Rgb::hex(0x4a_2c1c));
    for wisp in [0.0_f32, 0.45] {
        let rise = (t * 0.35 + wisp) - libm::floorf(t * 0.35 + wisp);
        let sway = 0.015 * wave(t * 0.5 + wisp);
        let puff = at(sway + wisp * 0.02, -0.10 - 0.09 * rise);
        pen.veil(&Outline::new().circle(puff, 0.014 + 0.012 * rise), Rgb::WHITE, 0.34 * (1.0 - rise));
    }
}

/// A stick to lean on, from a hand to the ground.
pub(super) fn stick(pen: &mut Pen, hand: Point) {
    let wood = Rgb::hex(0x6a_4628);
    let foot = point(hand.x + 0.03, 0.0);
    pen.fill(&Outline::new().limb(hand.plus(0.0, -0.01), foot, 0.013, 0.010), wood);
    pen.fill(&Outline::new().limb(hand.plus(-0.035, -0.015), hand.plus(0.02, -0.015), 0.014, 0.012), wood);
}

/// A chair seen from its side, the seat at this height.
pub(super) fn chair(pen: &mut Pen, seat: f32) {
    let wood = Rgb::hex(0x7a_5230);
    for x in [-0.15_f32, 0.13] {
        pen.fill(&Outline::new().limb(point(x, -seat), point(x * 1.12, 0.0), 0.020, 0.015), wood.times(0.75));
    }
    pen.fill(&Outline::new().limb(point(-0.17, -seat), point(0.16, -seat), 0.024, 0.024), wood);
    pen.fill(
        &Outline::new().limb(point(-0.16, -seat), point(-0.21, -seat - 0.40), 0.022, 0.020),
        wood.times(0.9),
    );
}

/// A branch with its twigs and leaves; what rests upon it stands at the origin.
pub(super) fn branch(pen: &mut Pen, t: f32, far: f32) {
    let stir = 0.012 * wave(t * 0.23);
    let bark = Rgb::hex(0x6a_4c34);
    let along = [
        point(far * 0.97, 0.30),
        point(far * 0.55, 0.14 + stir * 0.3),
        point(0.1, 0.035 + stir),
        point(-far * 0.45, 0.06 + stir),
        point(-far * 0.8, -0.04 + stir * 2.0),
    ];
    // Both ends taper: what they grow from lies outside the picture's care.
    let thicker = [along[2], along[1], along[0]];
    pen.fill(&Outline::new().tail(&along[2..], 0.058, 0.016).tail(&thicker, 0.058, 0.020), bark);
    let twigs = [
        (along[1], point(far * 0.40, -0.22 + stir), 5_u8),
        (along[3], point(-far * 0.62, 0.30 + stir * 2.0), 4),
        (along[4], point(-far * 0.95, -0.16 + stir * 3.0), 4),
    ];
    for (from, to, leaves) in twigs {
        pen.fill(&Outline::new().limb(from, to, 0.022, 0.010), bark.times(0.9));
        for leaf in 0..leaves {
            let share = (f32::from(leaf) + 1.0) / f32::from(leaves);
            let side = if leaf % 2 == 0 { 1.0 } else { -1.0 };
            let at = from.to(to, share).plus(0.05 * side, -0.03 * side + stir);
            let green = Rgb::hex(0x5a_9440).times(0.85 + 0.3 * share);
            let angle = 0.7 * side + 0.12 * wave(t * 0.4 + share);
            pen.fill(&Outline::new().ellipse(at, 0.085, 0.038, angle), green);
        }
    }
}
