//! A bridge: a deck on arches, high above a river between hills.

use super::Setting;
use super::mountains::range;
use super::nature::ridge;
use super::skies::sky;
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Bridge;

/// Arches before the bridge repeats.
const ARCHES: u8 = 6;

impl Setting for Bridge {
    fn name(&self) -> &'static str {
        "bridge"
    }
    fn words(&self) -> &'static [&'static str] {
        &["bridge", "viaduct", "aqueduct", "overpass", "大桥", "桥", "桥上", "石桥", "高架桥"]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let (horizon, deck, river) = (set.row(0.58), set.row(0.76), set.row(0.86));
        set.levels.ground = deck;
        set.levels.air = set.row(0.36);
        sky(set, horizon);
        set.layer("far range", 0.16, 1.3, horizon - set.unit * 0.4, Motion::Still, |brush| {
            range(brush, horizon + brush.unit * 0.06, 0.30, 0.6, 7);
        });
        set.layer("hills", 0.4, 1.6, horizon - set.unit * 0.12, Motion::Still, |brush| {
            let light = *brush.light;
            let (top, foot) = (light.at(Rgb::hex(0x5c_8a54), 0.35), light.at(Rgb::hex(0x4a_7448), 0.25));
            ridge(brush, horizon + brush.unit * 0.06, brush.unit * 0.10, 4, 0.2, (top, foot));
        });
        set.layer("river", 0.55, 1.6, river - set.unit * 0.04, Motion::Ripple(7.0), |brush| {
            water(brush, river);
        });
        set.layer("bridge", 1.0, 2.0, deck - set.unit * 0.02, Motion::Still, |brush| arches(brush, deck));
        set.layer("rail", 1.04, 2.0, deck - set.unit * 0.10, Motion::Still, |brush| rail(brush, deck));
    }
    fn sounds(&self, _night: bool) -> &'static [(Voice, f32)] {
        &[(Voice::Wind, 0.7)]
    }
}

fn water(brush: &mut Brush, top: f32) {
    let light = *brush.light;
    let (far, near) = (light.at(Rgb::hex(0x6c_a0b4), 0.3), light.at(Rgb::hex(0x2c_5c78), 0.05));
    let (noise, fine) = brush.noise(4, brush.unit * 0.22);
    let bottom = brush.height * 1.13;
    brush.pen.wash(top as i32 & !1, bottom as i32, 4, &|x, y| {
        let share = ((y - top) / (bottom - top)).clamp(0.0, 1.0);
        far.to(near, share).times(0.86 + 0.28 * noise.fractal(x * fine, y * fine * 9.0, 2))
    });
}

/// The deck, its piers and the arches between them.
fn arches(brush: &mut Brush, deck: f32) {
    let stone = brush.light.at(Rgb::hex(0x9a_8c7c), 0.06);
    let (unit, bottom, bay) = (brush.unit, brush.height * 1.14, brush.width / f32::from(ARCHES));
    let (thick, pier) = (unit * 0.045, bay * 0.10);
    for arch in 0..ARCHES {
        let left = f32::from(arch) * bay;
        let crown = deck + thick + unit * 0.03;
        let (middle, reach) = (left + bay / 2.0, bay / 2.0 - pier);
        let mut spandrel = vec![point(left, deck), point(left + bay, deck), point(left + bay, bottom)];
        spandrel.push(point(left + bay - pier, bottom));
        for step in 0..=16u8 {
            let turn = f32::from(step) / 32.0;
            let (x, y) = (crate::chance::wave(turn + 0.25), crate::chance::wave(turn));
            spandrel.push(point(middle + reach * x, crown + unit * 0.26 * (1.0 - y)));
        }
        spandrel.extend([point(left + pier, bottom), point(left, bottom)]);
        brush.pen.ramp(&Outline::new().polygon(&spandrel), stone, stone.times(0.66));
        // Courses of stone on the piers.
        for course in 0..9u8 {
            let y = crown + unit * 0.10 + f32::from(course) * unit * 0.045;
            let line =
                Outline::new().limb(point(left - pier * 0.9, y), point(left + pier * 0.9, y), 0.8, 0.8);
            brush.pen.veil(&line, stone.times(0.55), 0.6);
        }
    }
    let edge = |y: f32, high: f32| Outline::new().rect(0.0, y, brush.width, high);
    let (curb, shade) = (edge(deck - unit * 0.008, thick * 0.6), edge(deck + thick * 0.55, thick * 0.25));
    brush.pen.fill(&curb, stone.times(1.1));
    brush.pen.fill(&shade, stone.times(0.55));
}

/// A low railing before whoever crosses.
fn rail(brush: &mut Brush, deck: f32) {
    let iron = brush.light.at(Rgb::hex(0x3c_3a40), 0.04);
    let (unit, posts) = (brush.unit, 40u16);
    let top = deck - unit * 0.045;
    for post in 0..posts {
        let x = brush.width * f32::from(post) / f32::from(posts);
        brush.pen.fill(
            &Outline::new().limb(point(x, top), point(x, deck + unit * 0.01), unit * 0.003, unit * 0.003),
            iron,
        );
    }
    for y in [top, deck - unit * 0.018] {
        brush.pen.fill(&Outline::new().rect(0.0, y, brush.width, unit * 0.006), iron);
    }
}
