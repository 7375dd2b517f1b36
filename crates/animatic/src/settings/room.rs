//! A room: a wall, a window with the weather behind it, a lamp, a wooden floor.

use super::skies::sky;
use super::{Setting, Shelter};
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Room;

impl Setting for Room {
    fn name(&self) -> &'static str {
        "room"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "room",
            "living room",
            "bedroom",
            "kitchen",
            "indoors",
            "interior",
            "house",
            "home",
            "office",
            "studio",
            "cafe",
            "library",
            "stage",
            "table",
            "房间",
            "客厅",
            "卧室",
            "厨房",
            "室内",
            "家里",
            "办公室",
            "咖啡馆",
            "图书馆",
            "舞台",
            "桌子",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let skirting = set.row(0.74);
        set.levels.ground = set.row(0.91);
        set.levels.air = set.row(0.42);
        sky(set, skirting);
        set.layer("wall", 0.7, 1.7, -set.unit, Motion::Still, |brush| wall(brush, skirting));
        set.layer("floor", 1.0, 2.0, skirting, Motion::Still, |brush| {
            let light = brush.light.on_actor(Rgb::hex(0x9a_6a44));
            let bottom = brush.height * 1.13;
            let boards = 7.0;
            brush.pen.wash(skirting as i32 & !1, bottom as i32, 8, &|_, y| {
                light.times(0.7 + 0.4 * (y - skirting) / (bottom - skirting))
            });
            for board in 0..7u8 {
                let share = f32::from(board) / boards;
                let y = skirting + (bottom - skirting) * share * share;
                brush.pen.veil(
                    &Outline::new().rect(0.0, y, brush.width, brush.unit * 0.0035),
                    light.times(0.45),
                    0.8,
                );
                for _ in 0..6 {
                    let x = brush.chance.between(0.0, brush.width);
                    let tall = (bottom - skirting) * (2.0 * share + 1.0 / boards) / boards;
                    brush.pen.veil(
                        &Outline::new().rect(x, y, brush.unit * 0.003, tall),
                        light.times(0.45),
                        0.7,
                    );
                }
            }
            let rug = Rgb::hsl(f32::from((brush.seed % 360) as u16) / 360.0, 0.35, 0.45);
            let rug = brush.light.on_actor(rug);
            let middle = point(brush.width * 0.27, brush.height * 0.92);
            for (grow, shade) in [(1.0, 0.75), (0.92, 1.0), (0.70, 1.22), (0.62, 0.95)] {
                brush.pen.fill(
                    &Outline::new().ellipse(middle, brush.unit * 0.62 * grow, brush.unit * 0.085 * grow, 0.0),
                    rug.times(shade),
                );
            }
        });
    }
    fn shelter(&self) -> Shelter {
        Shelter::Indoors
    }
    fn seats(&self) -> bool {
        true
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Room, 1.0), (Voice::Hum, 0.2)]
    }
}

/// The wall is built round its windows, so that the sky and what falls from it can be seen.
fn wall(brush: &mut Brush, skirting: f32) {
    let unit = brush.unit;
    let paper = brush.light.on_actor(Rgb::hsl(f32::from((brush.seed % 97) as u16) / 97.0, 0.22, 0.62));
    let (sill, lintel) = (skirting - unit * 0.24, skirting - unit * 0.70);
    let top = -brush.height * 0.2;
    // As many windows as leave a piece of wall between them.
    let spans = ((brush.width / (unit * 0.95)) as u8).clamp(1, 6);
    for span in 0..spans {
        let from = brush.width * f32::from(span) / f32::from(spans);
        let wide = brush.width / f32::from(spans);
        let (left, right) = (from + wide * 0.32, from + wide * 0.32 + unit * 0.42);
        let wood = brush.light.on_actor(Rgb::hex(0xf0_e8da));
        for (x, y, w, h) in [
            (from, top, left - from, skirting - top),
            (right, top, from + wide - right + 1.0, skirting - top),
            (left, top, right - left, lintel - top),
            (left, sill, right - left, skirting - sill),
        ] {
            brush.pen.fill(&Outline::new().rect(x, y, w, h), paper);
        }
        let rim = unit * 0.02;
        for (x, y, w, h) in [
            (left - rim, lintel - rim, right - left + 2.0 * rim, rim),
            (left - rim * 1.6, sill, right - left + 3.2 * rim, rim * 1.2),
            (left - rim, lintel, rim, sill - lintel),
            (right, lintel, rim, sill - lintel),
            (f32::midpoint(left, right) - rim * 0.3, lintel, rim * 0.6, sill - lintel),
            (left, f32::midpoint(lintel, sill) - rim * 0.3, right - left, rim * 0.6),
        ] {
            brush.pen.fill(&Outline::new().rect(x, y, w, h), wood);
        }
        curtains(brush, (left, right), (lintel, skirting));
    }
    // A picture and a lamp take turns on the wall between two windows.
    let wide = brush.width / f32::from(spans);
    for span in 0..spans {
        let between = wide * (f32::from(span) + 0.32 + 0.5) + unit * 0.21;
        if span % 2 == 0 {
            picture(brush, point(between, skirting - unit * 0.58), brush.light.on_actor(Rgb::hex(0xf0_e8da)));
        } else {
            lamp(brush, between - unit * 0.16, skirting);
        }
    }
    brush.pen.fill(
        &Outline::new().rect(0.0, skirting - unit * 0.035, brush.width, unit * 0.036),
        paper.times(1.25),
    );
}

fn curtains(brush: &mut Brush, (left, right): (f32, f32), (top, bottom): (f32, f32)) {
    let unit = brush.unit;
    let cloth = brush.light.on_actor(Rgb::hsl(f32::from((brush.seed % 61) as u16) / 61.0, 0.4, 0.5));
    for (edge, side) in [(left, -1.0), (right, 1.0)] {
        for fold in 0..5u8 {
            let x = edge + side * unit * (0.10 - 0.032 * f32::from(fold));
            let shade = cloth.times(if fold % 2 == 0 { 0.85 } else { 1.08 });
            let strip = Outline::new().rect(
                x.min(x + side * unit * 0.034),
                top - unit * 0.06,
                unit * 0.034,
                bottom - top - unit * 0.01,
            );
            brush.pen.ramp(&strip, shade, shade.times(0.8));
        }
    }
    brush.pen.fill(
        &Outline::new().limb(
            point(left - unit * 0.15, top - unit * 0.06),
            point(right + unit * 0.15, top - unit * 0.06),
            unit * 0.008,
            unit * 0.008,
        ),
        cloth.times(0.45),
    );
}

fn picture(brush: &mut Brush, at: crate::raster::Point, wood: Rgb) {
    let unit = brush.unit;
    brush.pen.fill(
        &Outline::new().rect(at.x - unit * 0.09, at.y - unit * 0.07, unit * 0.18, unit * 0.14),
        wood.times(0.45),
    );
    let (sky, hill) = (brush.light.on_actor(Rgb::hex(0x9f_c8dc)), brush.light.on_actor(Rgb::hex(0x6a_9a62)));
    brush.pen.fill(
        &Outline::new().rect(at.x - unit * 0.078, at.y - unit * 0.058, unit * 0.156, unit * 0.116),
        sky,
    );
    let land = [
        at.plus(-unit * 0.078, unit * 0.058),
        at.plus(-unit * 0.078, unit * 0.01),
        at.plus(0.0, -unit * 0.015),
        at.plus(unit * 0.078, unit * 0.02),
        at.plus(unit * 0.078, unit * 0.058),
    ];
    brush.pen.fill(&Outline::new().polygon(&land), hill);
}

/// A standing lamp; lit from dusk on.
fn lamp(brush: &mut Brush, x: f32, base: f32) {
    let unit = brush.unit;
    let iron = brush.light.on_actor(Rgb::hex(0x3a_342e));
    let head = point(x + unit * 0.16, base - unit * 0.42);
    brush.pen.fill(
        &Outline::new().limb(point(head.x, base), head, unit * 0.005, unit * 0.005).ellipse(
            point(head.x, base),
            unit * 0.05,
            unit * 0.01,
            0.0,
        ),
        iron,
    );
    let glow = Rgb::hex(0xff_d79a);
    let lit = brush.light.lamps;
    if lit > 0.2 {
        brush.pen.glow(head, unit * 0.5, unit * 0.46, glow, 0.42 * lit);
    }
    let shade = [
        head.plus(-unit * 0.045, -unit * 0.06),
        head.plus(unit * 0.045, -unit * 0.06),
        head.plus(unit * 0.085, unit * 0.05),
        head.plus(-unit * 0.085, unit * 0.05),
    ];
    let cloth = if lit > 0.2 { glow } else { brush.light.on_actor(Rgb::hex(0xe4_d6bc)) };
    brush.pen.ramp(&Outline::new().polygon(&shade), cloth, cloth.times(0.88));
}
