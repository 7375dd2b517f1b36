//! The car, from its side.

use super::{Pose, Subject, bright};
use crate::chance::{TURN, wave};
use crate::raster::{Outline, Pen, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Car;

impl Subject for Car {
    fn name(&self) -> &'static str {
        "car"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "car",
            "sports car",
            "taxi",
            "automobile",
            "truck",
            "bus",
            "vehicle",
            "汽车",
            "跑车",
            "轿车",
            "出租车",
            "卡车",
            "车",
            "车辆",
            "公交车",
        ]
    }
    fn home(&self) -> &'static str {
        "street"
    }
    fn habit(&self) -> Action {
        Action::Run
    }
    fn able(&self, action: Action) -> Action {
        match action {
            Action::Idle | Action::Sit => Action::Idle,
            Action::Walk => Action::Walk,
            _ => Action::Run,
        }
    }
    fn size(&self) -> f32 {
        0.34
    }
    fn stride(&self) -> f32 {
        2.0
    }
    fn reach(&self) -> f32 {
        1.85
    }
    fn headroom(&self) -> f32 {
        1.2
    }
    fn girth(&self) -> f32 {
        1.4
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        if copy == 0 { Rgb::hex(0xd2_3c3a) } else { bright(accent, copy) }
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let moving = pose.action != Action::Idle;
        let shake = if moving { 0.008 * wave(pose.t * 5.3) } else { 0.0 };
        let at = |x: f32, y: f32| point(x, y + shake);
        let (paint, dark) = (pose.coat, pose.coat.times(0.6));
        if pose.night {
            pen.glow(at(1.36, -0.34), 0.42, 0.17, Rgb::hex(0xff_f2c4), 0.6);
        }
        let cabin = Outline::new().blob(&[
            at(-0.78, -0.52),
            at(-0.52, -0.92),
            at(-0.2, -1.0),
            at(0.2, -0.97),
            at(0.62, -0.58),
            at(0.2, -0.5),
            at(-0.4, -0.5),
        ]);
        pen.fill(&cabin, dark);
        let glass = Rgb::hex(0xa8_ccdc).to(Rgb::hex(0xff_d890), if pose.night { 0.5 } else { 0.0 });
        pen.ramp(
            &Outline::new().polygon(&[
                at(-0.60, -0.58),
                at(-0.44, -0.87),
                at(-0.10, -0.92),
                at(-0.10, -0.58),
            ]),
            glass,
            glass.times(0.7),
        );
        pen.ramp(
            &Outline::new().polygon(&[at(-0.02, -0.58), at(-0.02, -0.92), at(0.18, -0.90), at(0.50, -0.58)]),
            glass,
            glass.times(0.7),
        );
        let body = Outline::new().blob(&[
            at(-1.2, -0.22),
            at(-1.22, -0.5),
            at(-0.85, -0.58),
            at(0.0, -0.58),
            at(0.65, -0.56),
            at(1.1, -0.47),
            at(1.24, -0.3),
            at(1.18, -0.18),
            at(0.0, -0.15),
            at(-1.1, -0.15),
        ]);
        pen.ramp(&body, paint.to(Rgb::WHITE, 0.12), dark);
        pen.fill(&Outline::new().limb(at(-1.05, -0.36), at(1.05, -0.36), 0.012, 0.012), dark);
        pen.fill(&Outline::new().limb(at(0.0, -0.47), at(0.14, -0.47), 0.017, 0.017), dark.times(0.7));
        pen.fill(&Outline::new().ellipse(at(1.13, -0.38), 0.08, 0.06, 0.2), Rgb::hex(0xff_f6d8));
        pen.fill(&Outline::new().ellipse(at(-1.17, -0.42), 0.05, 0.07, 0.0), Rgb::hex(0xff_4a3a));
        for x in [-0.68, 0.70] {
            wheel(pen, x, if moving { pose.t * 1.9 } else { 0.0 });
        }
    }
}

fn wheel(pen: &mut Pen, x: f32, turns: f32) {
    let hub = point(x, -0.2);
    pen.fill(&Outline::new().circle(hub.plus(0.0, -0.01), 0.245), Rgb::hex(0x14_1416));
    pen.fill(&Outline::new().circle(hub, 0.205), Rgb::hex(0x26_262a));
    pen.fill(&Outline::new().circle(hub, 0.13), Rgb::hex(0xb8_bec6));
    for spoke in 0..5u8 {
        let end = point(0.11, 0.0).turned((f32::from(spoke) / 5.0 + turns) * TURN);
        pen.fill(&Outline::new().limb(hub, hub.plus(end.x, end.y), 0.012, 0.02), Rgb::hex(0x50_565e));
    }
    pen.fill(&Outline::new().circle(hub, 0.035), Rgb::hex(0x30_343a));
}
