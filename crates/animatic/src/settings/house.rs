//! Houses: towers far away and fronts of shops near by.

use crate::raster::{Outline, Rgb, point};
use crate::stage::Brush;

/// Lamplight behind windows.
pub(super) const GLOWS: [u32; 5] = [0xff_d28a, 0xff_c06a, 0xff_e2b0, 0xf6_b45c, 0xbf_dcff];
/// Signs and shop fronts.
pub(super) const NEONS: [u32; 6] = [0xff_5f8f, 0x4f_d8e8, 0xff_b347, 0x9a_7bff, 0x6f_e08a, 0xff_6a4d];

/// A row of towers with their feet on `base`; `distance` fades them.
pub(super) fn skyline(brush: &mut Brush, base: f32, low: f32, high: f32, distance: f32, colour: Rgb) {
    let unit = brush.unit;
    let mut x = 0.0;
    while x < brush.width - unit * 0.04 {
        let w = (unit * brush.chance.between(0.10, 0.24)).min(brush.width - x);
        let h = unit * brush.chance.between(low, high);
        let shade = brush.chance.between(0.82, 1.12);
        tower(brush, (x, base), (w, h), distance, colour.times(shade));
        x += w + if brush.chance.often(0.3) { unit * 0.03 } else { 0.0 };
    }
}

fn tower(brush: &mut Brush, (x, base): (f32, f32), (w, h): (f32, f32), distance: f32, colour: Rgb) {
    let unit = brush.unit;
    let light = *brush.light;
    let wall = light.at(colour, distance);
    // The foot disappears in haze.
    brush.pen.ramp(&Outline::new().rect(x, base - h, w, h), wall, wall.to(light.haze, 0.45));
    if brush.chance.often(0.45) {
        let roof = w * brush.chance.between(0.2, 0.5);
        brush.pen.fill(
            &Outline::new().rect(x + (w - roof) / 2.0, base - h - unit * 0.03, roof, unit * 0.032),
            wall,
        );
    }
    if brush.chance.often(0.35) {
        let mast = Outline::new().rect(
            x + w * 0.5 - unit * 0.002,
            base - h - unit * 0.09,
            unit * 0.004,
            unit * 0.09,
        );
        brush.pen.fill(&mast, wall);
    }
    let pane = unit * 0.015 * (1.25 - distance * 0.5);
    let (columns, rows) = ((w / (pane * 2.0)) as usize, (h / (pane * 2.3)) as usize);
    let share = 0.12 + 0.32 * light.lamps;
    let warm = Rgb::hex(GLOWS[brush.chance.below(5)]);
    for row in 1..rows {
        for column in 0..columns {
            let lit = brush.chance.often(share);
            let left = x + (w - columns as f32 * pane * 2.0) / 2.0 + (column as f32 * 2.0 + 0.5) * pane;
            let window = Outline::new().rect(left, base - h + row as f32 * pane * 2.3, pane, pane * 1.3);
            if lit && light.lamps > 0.0 {
                let glow = warm.times(brush.chance.between(0.7, 1.0)).to(light.haze, distance * 0.55);
                brush.pen.veil(&window, glow, light.lamps);
            } else {
                brush.pen.veil(&window, light.zenith.times(0.6), 0.35);
            }
        }
    }
}

/// A street of houses close by: floors of tall windows over shops. Feet on `base`.
pub(super) fn fronts(brush: &mut Brush, base: f32, distance: f32) {
    const WALLS: [u32; 6] = [0x7a_5448, 0x6a_6470, 0x84_6c58, 0x56_6272, 0x74_5a66, 0x5f_5648];
    let unit = brush.unit;
    let count = libm::roundf(brush.width / (unit * 0.52)).max(2.0);
    let w = brush.width / count;
    for house in 0..count as usize {
        let x = house as f32 * w;
        let h = unit * brush.chance.between(0.62, 0.98);
        let wall = brush.light.at(Rgb::hex(WALLS[(house + brush.chance.below(3)) % 6]), distance);
        brush.pen.ramp(&Outline::new().rect(x, base - h, w + 0.5, h), wall.times(0.86), wall.times(1.04));
        brush.pen.fill(
            &Outline::new().rect(x - unit * 0.008, base - h, w + unit * 0.016, unit * 0.022),
            wall.times(1.25),
        );
        floors(brush, (x, base), (w, h), wall);
        shop(brush, (x, base), w, wall);
    }
}

fn floors(brush: &mut Brush, (x, base): (f32, f32), (w, h): (f32, f32), wall: Rgb) {
    let unit = brush.unit;
    let light = *brush.light;
    let floors = ((h - unit * 0.30) / (unit * 0.17)) as usize;
    for floor in 0..floors {
        let top = base - h + unit * (0.065 + 0.17 * floor as f32);
        for column in 0..4u8 {
            let left = x + w * (0.075 + 0.235 * f32::from(column));
            let (pane_w, pane_h) = (w * 0.145, unit * 0.112);
            let frame = Outline::new().rect(
                left - unit * 0.006,
                top - unit * 0.006,
                pane_w + unit * 0.012,
                pane_h + unit * 0.012,
            );
            brush.pen.fill(&frame, wall.times(1.22));
            let pane = Outline::new().rect(left, top, pane_w, pane_h);
            if brush.chance.often(0.12 + 0.38 * light.lamps) && light.lamps > 0.3 {
                let glow = Rgb::hex(GLOWS[brush.chance.below(4)]).times(brush.chance.between(0.75, 1.0));
                brush.pen.ramp(&pane, glow, glow.times(0.8));
                if brush.chance.often(0.4) {
                    brush.pen.veil(
                        &Outline::new().rect(left, top, pane_w * 0.3, pane_h),
                        glow.times(0.55),
                        0.8,
                    );
                }
            } else {
                brush.pen.ramp(
                    &pane,
                    light.zenith.to(light.horizon, 0.35).times(0.62),
                    light.zenith.times(0.42),
                );
            }
            let bar = Outline::new().rect(left + pane_w * 0.46, top, pane_w * 0.08, pane_h).rect(
                left,
                top + pane_h * 0.46,
                pane_w,
                pane_h * 0.06,
            );
            brush.pen.fill(&bar, wall.times(0.8));
        }
    }
}

fn shop(brush: &mut Brush, (x, base): (f32, f32), w: f32, wall: Rgb) {
    let unit = brush.unit;
    let light = *brush.light;
    let neon = Rgb::hex(NEONS[brush.chance.below(6)]);
    let glow = Rgb::hex(GLOWS[brush.chance.below(4)]);
    let inside = if light.lamps > 0.3 { glow } else { light.zenith.to(light.horizon, 0.5).times(0.55) };
    let top = base - unit * 0.215;
    brush.pen.fill(&Outline::new().rect(x, top - unit * 0.02, w, unit * 0.235), wall.times(0.6));
    brush.pen.ramp(
        &Outline::new().rect(x + w * 0.07, top + unit * 0.045, w * 0.56, unit * 0.14),
        inside,
        inside.times(0.72),
    );
    for shelf in 0..4u8 {
        let left = x + w * (0.11 + 0.13 * f32::from(shelf));
        let height = unit * brush.chance.between(0.03, 0.075);
        let goods = Outline::new().rect(left, top + unit * 0.185 - height, w * 0.07, height);
        brush.pen.veil(&goods, wall.times(0.4), 0.55);
    }
    brush.pen.fill(
        &Outline::new().rect(x + w * 0.70, top + unit * 0.035, w * 0.19, unit * 0.18),
        wall.times(0.42),
    );
    brush.pen.ramp(
        &Outline::new().rect(x + w * 0.725, top + unit * 0.05, w * 0.14, unit * 0.10),
        inside.times(0.95),
        inside.times(0.7),
    );
    awning(brush, x + w * 0.04, top - unit * 0.012, w * 0.62, light.at(neon, 0.1));
    if light.lamps > 0.5 {
        let sign = point(x + w * 0.795, top - unit * 0.028);
        let board = Outline::new().rect(sign.x - w * 0.105, sign.y - unit * 0.026, w * 0.21, unit * 0.052);
        brush.pen.glow(sign, w * 0.34, unit * 0.13, neon, 0.5 * light.lamps);
        brush.pen.fill(&board, neon.times(0.32));
        for letter in 0..5u8 {
            let left = sign.x - w * 0.085 + w * 0.036 * f32::from(letter);
            let tall = unit * brush.chance.between(0.018, 0.03);
            brush.pen.fill(
                &Outline::new().rect(left, sign.y - tall / 2.0, w * 0.02, tall),
                neon.to(Rgb::WHITE, 0.45),
            );
        }
        brush.pen.glow(
            point(x + w * 0.35, base - unit * 0.06),
            w * 0.5,
            unit * 0.22,
            glow,
            0.26 * light.lamps,
        );
    }
}

fn awning(brush: &mut Brush, x: f32, top: f32, w: f32, colour: Rgb) {
    let drop = brush.unit * 0.055;
    for stripe in 0..8u8 {
        let (left, wide) = (x + w * f32::from(stripe) / 8.0, w / 8.0);
        let shade =
            if stripe % 2 == 0 { colour.times(0.8) } else { Rgb::hex(0xe8_e2d4).under(brush.light.ambient) };
        let out = brush.unit * 0.008;
        let cloth = Outline::new()
            .polygon(&[
                point(left, top),
                point(left + wide, top),
                point(left + wide + out * 0.2, top + drop),
                point(left - out * 0.2, top + drop),
            ])
            .ellipse(point(left + wide / 2.0, top + drop), wide / 2.0, drop * 0.22, 0.0);
        brush.pen.fill(&cloth, shade);
    }
}

/// A street lamp and the light it sheds.
pub(super) fn lamp(brush: &mut Brush, x: f32, base: f32, height: f32) {
    let unit = brush.unit;
    let iron = brush.light.at(Rgb::hex(0x2b_2e36), 0.1);
    let head = point(x + unit * 0.085, base - height);
    let pole = Outline::new()
        .limb(point(x, base), point(x, base - height * 0.93), unit * 0.0085, unit * 0.0055)
        .tail(
            &[
                point(x, base - height * 0.92),
                point(x + unit * 0.015, base - height * 1.02),
                head.plus(0.0, -unit * 0.012),
            ],
            unit * 0.0055,
            unit * 0.0045,
        )
        .rect(x - unit * 0.016, base - unit * 0.035, unit * 0.032, unit * 0.035);
    brush.pen.fill(&pole, iron);
    let lamps = brush.light.lamps;
    let glow = Rgb::hex(0xff_d08a);
    if lamps > 0.2 {
        brush.pen.glow(head, unit * 0.42, unit * 0.38, glow, 0.34 * lamps);
        brush.pen.glow(head, unit * 0.12, unit * 0.12, glow.to(Rgb::WHITE, 0.3), 0.7 * lamps);
    }
    let bulb = if lamps > 0.2 { Rgb::hex(0xff_f2d0) } else { iron.times(1.5) };
    brush.pen.fill(&Outline::new().ellipse(head, unit * 0.024, unit * 0.016, 0.0), bulb);
    brush
        .pen
        .fill(&Outline::new().ellipse(head.plus(0.0, -unit * 0.011), unit * 0.027, unit * 0.010, 0.0), iron);
}
