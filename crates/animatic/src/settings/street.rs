//! The street, at eye level, and the city seen across its roofs.

use super::Setting;
use super::house::{GLOWS, NEONS, fronts, lamp, skyline};
use super::skies::sky;
use crate::raster::{Outline, Rgb, point};
use crate::sound::Voice;
use crate::stage::{Brush, Motion, SetBuilder};

#[derive(Debug)]
pub(super) struct Street;

impl Setting for Street {
    fn name(&self) -> &'static str {
        "street"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "street",
            "road",
            "alley",
            "sidewalk",
            "avenue",
            "downtown",
            "crosswalk",
            "puddle",
            "plaza",
            "market",
            "街道",
            "街",
            "街头",
            "小巷",
            "马路",
            "巷子",
            "路",
            "广场",
            "公路",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let kerb = set.row(0.735);
        let wet = matches!(set.scene.weather.name(), "rain" | "storm");
        set.levels.ground = set.row(0.925);
        set.levels.mirror = if wet { 0.34 } else { 0.0 };
        sky(set, kerb);
        let top = set.row(0.02);
        set.layer("towers", 0.22, 1.5, top, Motion::Still, |brush| {
            skyline(brush, kerb, 0.36, 0.72, 0.55, Rgb::hex(0x5a_6272));
        });
        let top = kerb - set.unit;
        set.layer("houses", 0.72, 1.9, top, Motion::Still, |brush| {
            fronts(brush, kerb + 1.0, 0.12);
        });
        pavement(set, kerb, wet);
        set.layer("lamps", 0.86, 1.7, kerb - set.unit * 0.9, Motion::Still, |brush| {
            let base = kerb + brush.unit * 0.035;
            let count = libm::roundf(brush.width / (brush.unit * 1.05)).max(2.0);
            for post in 0..count as usize {
                lamp(brush, brush.width * (post as f32 + 0.22) / count, base, brush.unit * 0.56);
            }
        });
    }
    fn seats(&self) -> bool {
        true
    }
    fn sounds(&self, night: bool) -> &'static [(Voice, f32)] {
        if night { &[(Voice::City, 0.7)] } else { &[(Voice::City, 0.7), (Voice::Crowd, 0.5)] }
    }
}

/// Kerb and roadway; wet, it mirrors the lights of the houses.
fn pavement(set: &mut SetBuilder, kerb: f32, wet: bool) {
    let snow = set.scene.weather.name() == "snow";
    let motion = if wet { Motion::Ripple(2.4) } else { Motion::Still };
    set.layer("road", 1.0, 2.0, kerb, motion, |brush| {
        let light = *brush.light;
        let stone = if snow { Rgb::hex(0xe6_ecf4) } else { Rgb::hex(0x5d_6068) };
        let far = light.at(stone.times(if wet { 0.62 } else { 1.0 }), 0.22);
        let near = light.at(stone.times(if wet { 0.40 } else { 0.8 }), 0.0);
        let bottom = brush.height * 1.125;
        let colour = |_: f32, y: f32| far.to(near, ((y - kerb) / (bottom - kerb)).clamp(0.0, 1.0));
        brush.pen.wash(kerb as i32, bottom as i32, 8, &colour);
        let lip = kerb + brush.unit * 0.045;
        brush.pen.fill(
            &Outline::new().rect(0.0, lip, brush.width, brush.unit * 0.008),
            far.times(if snow { 0.9 } else { 1.45 }),
        );
        brush.pen.veil(
            &Outline::new().rect(0.0, lip + brush.unit * 0.008, brush.width, brush.unit * 0.012),
            far.times(0.5),
            0.8,
        );
        if wet {
            reflections(brush, kerb, bottom);
        } else {
            let (noise, fine) = brush.noise(7, brush.unit * 0.01);
            brush
                .pen
                .roughen(kerb as i32, bottom as i32, 7.0, &|x, y| noise.at(x * fine, y * fine * 2.0) - 0.5);
        }
    });
}

/// Long soft streaks of window light and signs, stretched towards the viewer, and puddles.
fn reflections(brush: &mut Brush, kerb: f32, bottom: f32) {
    let unit = brush.unit;
    let sky = brush.light.horizon;
    for _ in 0..26 {
        let at =
            point(brush.chance.between(0.0, brush.width), brush.chance.between(kerb + unit * 0.07, bottom));
        let near = (at.y - kerb) / (bottom - kerb);
        let rx = unit * brush.chance.between(0.1, 0.3) * (0.5 + near);
        brush.pen.glow(at, rx, rx * 0.13, sky.to(Rgb::WHITE, 0.1), 0.4);
    }
    let lamps = brush.light.lamps;
    for streak in 0..46usize {
        let x = brush.chance.between(0.0, brush.width);
        let colour =
            if streak % 3 == 0 { NEONS[brush.chance.below(6)] } else { GLOWS[brush.chance.below(4)] };
        let length = (bottom - kerb) * brush.chance.between(0.25, 0.8);
        let top = kerb + unit * 0.02 + brush.chance.unit() * (bottom - kerb) * 0.3;
        let wide = unit * brush.chance.between(0.012, 0.05);
        let strength = brush.chance.between(0.16, 0.5) * lamps;
        brush.pen.glow(point(x, top + length * 0.5), wide, length * 0.5, Rgb::hex(colour), strength);
    }
}

#[derive(Debug)]
pub(super) struct City;

impl Setting for City {
    fn name(&self) -> &'static str {
        "city"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "city",
            "skyline",
            "skyscraper",
            "rooftop",
            "metropolis",
            "traffic",
            "车水马龙",
            "都市",
            "urban",
            "town",
            "tokyo",
            "new york",
            "paris",
            "london",
            "城市",
            "都市",
            "天际线",
            "高楼",
            "屋顶",
            "城镇",
            "东京",
            "上海",
            "北京",
        ]
    }
    fn paint(&self, set: &mut SetBuilder) {
        let base = set.row(0.86);
        set.levels.ground = set.row(0.94);
        set.levels.air = set.row(0.40);
        let wet = matches!(set.scene.weather.name(), "rain" | "storm");
        set.levels.mirror = if wet { 0.28 } else { 0.0 };
        sky(set, base);
        for (name, depth, row, low, high, distance) in [
            ("far city", 0.12, 0.80, 0.22, 0.52, 0.68),
            ("middle city", 0.3, 0.84, 0.22, 0.60, 0.42),
            ("near city", 0.55, 0.90, 0.14, 0.46, 0.16),
        ] {
            let (top, foot) = (set.row(row) - set.unit * (high + 0.1), set.row(row) + set.unit * 0.16);
            set.layer(name, depth, 1.6, top, Motion::Still, |brush| {
                let lift = foot - brush.height * row;
                skyline(
                    brush,
                    foot,
                    low + lift / brush.unit,
                    high + lift / brush.unit,
                    distance,
                    Rgb::hex(0x4c_5468),
                );
                if brush.light.lamps > 0.5 {
                    let haze = Rgb::hex(0xff_b070);
                    brush.pen.glow(
                        point(brush.width * 0.5, foot),
                        brush.width * 0.5,
                        brush.unit * 0.3,
                        haze,
                        0.22,
                    );
                }
            });
        }
        set.layer("roof", 1.0, 2.0, base, Motion::Still, |brush| {
            let deck = brush.light.at(Rgb::hex(if wet { 0x3a_3f48 } else { 0x6a_665f }), 0.05);
            let bottom = brush.height * 1.13;
            brush.pen.wash(base as i32 & !1, bottom as i32, 8, &|_, y| {
                deck.times(1.15 - 0.4 * (y - base) / (bottom - base))
            });
            let edge = brush.unit * 0.026;
            brush.pen.fill(&Outline::new().rect(0.0, base, brush.width, edge), deck.times(1.4));
            brush.pen.veil(
                &Outline::new().rect(0.0, base + edge, brush.width, edge * 0.5),
                deck.times(0.5),
                0.8,
            );
            if wet {
                reflections(brush, base, bottom);
            }
        });
    }
    fn seats(&self) -> bool {
        true
    }
    fn sounds(&self, night: bool) -> &'static [(Voice, f32)] {
        if night { &[(Voice::City, 1.0)] } else { &[(Voice::City, 1.0), (Voice::Crowd, 0.35)] }
    }
}
