//! What grows: hills, trees, grass and flowers, for every setting under the sky.

use crate::chance::{Chance, TURN, wave};
use crate::raster::{Outline, Rgb, point};
use crate::stage::Brush;

/// A ridge that closes on itself: heights from a few sines, roughened.
pub(super) fn ridge(brush: &mut Brush, base: f32, height: f32, waves: u32, rough: f32, colours: (Rgb, Rgb)) {
    let (noise, fine) = brush.noise(u64::from(waves), brush.unit * 0.16);
    let (a, b) = (brush.chance.unit(), brush.chance.unit());
    let width = brush.width;
    let line = |x: f32| {
        let turn = x / width;
        let swell = 0.5 + 0.3 * wave(turn * waves as f32 + a) + 0.2 * wave(turn * (waves * 2 + 1) as f32 + b);
        base - height * (swell * (1.0 - rough) + noise.fractal(x * fine, 0.5, 4) * rough * 1.3)
    };
    let steps = (width / 6.0) as usize;
    let mut corners: Vec<_> = (0..=steps)
        .map(|i| {
            let x = width * i as f32 / steps as f32;
            point(x, line(x))
        })
        .collect();
    let foot = brush.height * 1.2;
    corners.push(point(width, foot));
    corners.push(point(0.0, foot));
    brush.pen.ramp(&Outline::new().polygon(&corners), colours.0, colours.1);
}

/// A broad-leaved tree, standing on a row.
pub(super) fn tree(brush: &mut Brush, x: f32, base: f32, size: f32, leaf: Rgb) {
    let unit = brush.unit * size;
    let bark = leaf.to(Rgb::hex(0x4a_3428), 0.75).times(0.75);
    let trunk = Outline::new()
        .limb(point(x, base), point(x, base - unit * 0.55), unit * 0.035, unit * 0.022)
        .limb(
            point(x, base - unit * 0.4),
            point(x + unit * 0.12, base - unit * 0.62),
            unit * 0.018,
            unit * 0.01,
        )
        .limb(
            point(x, base - unit * 0.36),
            point(x - unit * 0.13, base - unit * 0.58),
            unit * 0.018,
            unit * 0.01,
        );
    brush.pen.fill(&trunk, bark);
    let crown = point(x, base - unit * 0.72);
    let mut clump = |from: f32, reach: f32, shade: Rgb, shift: f32| {
        for part in 0..9u8 {
            let turn = f32::from(part) / 9.0 + from;
            let at = crown
                .plus(unit * reach * wave(turn + 0.25), unit * reach * 0.8 * wave(turn))
                .plus(-shift * unit, -shift * unit);
            let radius = unit * brush.chance.between(0.10, 0.15);
            brush.pen.fill(&Outline::new().circle(at, radius), shade);
        }
        brush.pen.fill(&Outline::new().circle(crown.plus(-shift * unit, -shift * unit), unit * reach), shade);
    };
    clump(0.0, 0.18, leaf.times(0.68), 0.0);
    clump(0.07, 0.135, leaf.times(0.9), 0.035);
    clump(0.03, 0.075, leaf.to(brush.light.key, 0.22), 0.075);
}

/// A fir, standing on a row.
pub(super) fn fir(brush: &mut Brush, x: f32, base: f32, size: f32, leaf: Rgb) {
    let unit = brush.unit * size;
    brush.pen.fill(
        &Outline::new().rect(x - unit * 0.018, base - unit * 0.1, unit * 0.036, unit * 0.1),
        leaf.times(0.5),
    );
    let tiers = 6u8;
    for tier in 0..tiers {
        let share = f32::from(tier) / f32::from(tiers);
        let y = base - unit * (0.07 + share * 0.78);
        let half = unit * 0.21 * (1.0 - share * 0.82) * brush.chance.between(0.92, 1.08);
        let tip = y - unit * 0.25 * (1.0 - share * 0.3);
        let bough = [
            point(x, tip),
            point(x + half, y + unit * 0.012),
            point(x + half * 0.4, y - unit * 0.012),
            point(x, y + unit * 0.018),
            point(x - half * 0.4, y - unit * 0.012),
            point(x - half, y + unit * 0.012),
        ];
        brush.pen.fill(&Outline::new().polygon(&bough), leaf.times(0.78 + 0.35 * share));
    }
}

/// Blades of grass along a row, each bent its own way.
pub(super) fn blades(brush: &mut Brush, base: f32, tall: (f32, f32), count: usize, colours: (Rgb, Rgb)) {
    let unit = brush.unit;
    for _ in 0..count {
        let x = brush.chance.between(0.0, brush.width);
        let h = unit * brush.chance.between(tall.0, tall.1);
        let lean = h * brush.chance.between(-0.35, 0.35);
        let wide = unit * 0.0045 + h * 0.028;
        let blade = [
            point(x - wide, base),
            point(x + lean * 0.3 - wide * 0.5, base - h * 0.55),
            point(x + lean, base - h),
            point(x + lean * 0.35 + wide * 0.5, base - h * 0.5),
            point(x + wide, base),
        ];
        let colour = colours.0.to(colours.1, brush.chance.unit());
        brush.pen.ramp(&Outline::new().polygon(&blade), colour, colour.times(0.74));
    }
}

/// A small flower seen from above and in front.
pub(super) fn blossom(brush: &mut Brush, x: f32, y: f32, size: f32, petals: Rgb, heart: Rgb) {
    let mut head = Outline::new();
    for petal in 0..6u8 {
        let angle = f32::from(petal) / 6.0 * TURN;
        let at = point(x + size * 0.62 * libm::cosf(angle), y + size * 0.5 * libm::sinf(angle));
        head = head.ellipse(at, size * 0.46, size * 0.34, angle);
    }
    brush.pen.fill(&head, petals);
    brush.pen.fill(&Outline::new().ellipse(point(x, y), size * 0.36, size * 0.3, 0.0), heart);
}

/// One of the colours wild flowers have.
pub(super) fn petal(chance: &mut Chance) -> (Rgb, Rgb) {
    const KINDS: [(u32, u32); 6] = [
        (0xff_fdf4, 0xf4_c430),
        (0xf6_d13e, 0xd8_8a1e),
        (0xe8_5a5a, 0x3a_2a2a),
        (0xb4_8be8, 0xf8_e08a),
        (0xf7_a8c8, 0xf8_e08a),
        (0x74_a4f0, 0xff_f0b0),
    ];
    let (petals, heart) = KINDS[chance.below(6)];
    (Rgb::hex(petals), Rgb::hex(heart))
}
