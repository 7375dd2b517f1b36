//! Trains, from their side: the steam engine with its wagons, and the fast one.

use super::{Pose, Subject, bright};
use crate::chance::{TURN, wave};
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::Action;

const REACH: f32 = 2.7;

/// Everything a train has in common.
macro_rules! on_rails {
    () => {
        fn home(&self) -> &'static str {
            "meadow"
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
            0.30
        }
        fn stride(&self) -> f32 {
            2.6
        }
        fn reach(&self) -> f32 {
            REACH
        }
        fn headroom(&self) -> f32 {
            2.0
        }
        fn girth(&self) -> f32 {
            2.6
        }
    };
}

/// The steam train.
#[derive(Debug)]
pub(super) struct Train;

impl Subject for Train {
    fn name(&self) -> &'static str {
        "train"
    }
    fn words(&self) -> &'static [&'static str] {
        &["train", "steam train", "locomotive", "railway", "tram", "火车", "列车", "蒸汽火车", "电车"]
    }
    on_rails!();
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        if copy == 0 { Rgb::hex(0x2e_5a48) } else { bright(accent, copy) }
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let moving = pose.action != Action::Idle;
        let (paint, iron, brass) = (pose.coat, Rgb::hex(0x26_282c), Rgb::hex(0xc8_9a48));
        let turns = if moving { pose.t * 1.6 } else { 0.0 };
        rails(pen, pose.t, moving);
        smoke(pen, pose.t, moving);
        for (left, colour) in [(-2.65, Rgb::hex(0x7a_2f2c)), (-1.25, Rgb::hex(0x8a_3a30))] {
            wagon(pen, left, colour, pose.night);
        }
        if pose.night {
            pen.glow(point(2.1, -0.62), 0.5, 0.2, Rgb::hex(0xff_f0c0), 0.65);
        }
        // Cab, boiler, chimney, dome, buffer.
        pen.ramp(&Outline::new().rect(0.12, -1.12, 0.56, 0.85), paint.times(1.1), paint.times(0.7));
        pen.fill(&Outline::new().rect(0.05, -1.18, 0.70, 0.09), iron);
        let glass = if pose.night { Rgb::hex(0xff_d27a) } else { Rgb::hex(0xb8_d4e0) };
        pen.fill(&Outline::new().rect(0.24, -1.02, 0.30, 0.28), glass);
        pen.ramp(
            &Outline::new().limb(point(0.7, -0.62), point(1.72, -0.62), 0.27, 0.26),
            paint,
            paint.times(0.55),
        );
        for x in [0.85, 1.2, 1.55] {
            pen.fill(&Outline::new().rect(x, -0.89, 0.035, 0.54), brass);
        }
        pen.fill(&Outline::new().circle(point(1.86, -0.62), 0.235), iron);
        pen.fill(&Outline::new().circle(point(1.93, -0.62), 0.09), Rgb::hex(0xff_f2c8));
        pen.fill(
            &Outline::new().polygon(&[
                point(1.50, -0.85),
                point(1.70, -0.85),
                point(1.75, -1.28),
                point(1.45, -1.28),
            ]),
            iron,
        );
        pen.fill(&Outline::new().ellipse(point(1.12, -0.90), 0.12, 0.12, 0.0), brass);
        pen.fill(&Outline::new().rect(0.1, -0.36, 1.9, 0.12), iron);
        pen.fill(
            &Outline::new().polygon(&[point(1.95, -0.34), point(2.25, -0.03), point(1.95, -0.03)]),
            Rgb::hex(0xa8_3a30),
        );
        for (x, size) in [(0.42, 0.24), (0.96, 0.24), (1.50, 0.17), (1.84, 0.15)] {
            wheel(pen, point(x, -size), size, turns * 0.24 / size);
        }
        let crank = |x: f32| point(x, -0.24).plus(0.12 * wave(turns + 0.25), 0.12 * wave(turns));
        pen.fill(&Outline::new().limb(crank(0.42), crank(0.96), 0.03, 0.03), Rgb::hex(0xb4_b8c0));
    }
}

/// The fast train.
#[derive(Debug)]
pub(super) struct Express;

impl Subject for Express {
    fn name(&self) -> &'static str {
        "express train"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "bullet train",
            "high speed train",
            "subway",
            "metro",
            "monorail",
            "maglev",
            "高铁",
            "高铁列车",
            "动车",
            "地铁",
            "磁悬浮",
        ]
    }
    on_rails!();
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        if copy == 0 { Rgb::hex(0xee_f2f6) } else { bright(accent, copy) }
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let moving = pose.action != Action::Idle;
        rails(pen, pose.t, moving);
        let (paint, stripe) = (pose.coat, Rgb::hex(0x2a_6ac0));
        if pose.night {
            pen.glow(point(2.4, -0.35), 0.5, 0.2, Rgb::hex(0xff_f6d8), 0.65);
        }
        let body = Outline::new().blob(&[
            point(-2.7, -0.12),
            point(-2.7, -0.85),
            point(0.6, -0.88),
            point(1.35, -0.80),
            point(2.0, -0.50),
            point(2.45, -0.22),
            point(2.3, -0.10),
            point(0.5, -0.08),
        ]);
        pen.ramp(&body, paint.to(Rgb::WHITE, 0.2), paint.times(0.72));
        let windscreen = [point(1.30, -0.74), point(1.62, -0.62), point(1.78, -0.50), point(1.36, -0.52)];
        pen.fill(&Outline::new().polygon(&windscreen), Rgb::hex(0x1c_2a3c));
        let glass = if pose.night { Rgb::hex(0xff_dc92) } else { Rgb::hex(0x2c_4058) };
        for window in 0..11u8 {
            pen.fill(&Outline::new().rect(-2.52 + f32::from(window) * 0.33, -0.68, 0.22, 0.2), glass);
        }
        pen.fill(&Outline::new().limb(point(-2.66, -0.34), point(1.9, -0.30), 0.035, 0.02), stripe);
        for x in [-1.35f32, 0.05] {
            pen.fill(&Outline::new().rect(x, -0.86, 0.03, 0.76), Rgb::hex(0x6a_7078));
        }
        for x in [-2.4f32, -1.7, -0.9, -0.2, 0.6, 1.4] {
            wheel(pen, point(x, -0.09), 0.09, if moving { pose.t * 4.0 } else { 0.0 });
        }
        pen.fill(&Outline::new().ellipse(point(2.18, -0.27), 0.07, 0.03, 0.5), Rgb::hex(0xff_fae8));
    }
}

/// Rails over sleepers that pass below.
fn rails(pen: &mut Pen, t: f32, moving: bool) {
    let slide = if moving { (t * 2.0).rem_euclid(1.0) * 0.3 } else { 0.0 };
    for sleeper in 0..19u8 {
        let x = -2.75 + f32::from(sleeper) * 0.3 - slide;
        pen.fill(&Outline::new().rect(x.max(-2.75), 0.01, 0.14, 0.05), Rgb::hex(0x5a_4432));
    }
    pen.fill(&Outline::new().rect(-2.75, -0.012, 5.45, 0.03), Rgb::hex(0x88_8c92));
}

fn smoke(pen: &mut Pen, t: f32, moving: bool) {
    let wind = if moving { 1.0 } else { 0.15 };
    for puff in 0..9u8 {
        let age = (t * 0.5 + f32::from(puff) / 9.0).rem_euclid(1.0);
        let at = point(1.6 - 3.0 * age * wind, -1.35 - 0.45 * age + 0.04 * wave(f32::from(puff) * 0.3));
        let size = 0.10 + 0.34 * age;
        pen.glow(at, size, size * 0.75, Rgb::hex(0xe4_e4e2), 0.75 * (1.0 - age));
    }
}

fn wagon(pen: &mut Pen, left: f32, colour: Rgb, night: bool) {
    pen.ramp(&Outline::new().rect(left, -0.98, 1.26, 0.72), colour.times(1.1), colour.times(0.7));
    pen.fill(&Outline::new().rect(left - 0.04, -1.05, 1.34, 0.1), Rgb::hex(0x3a_3c40));
    let glass = if night { Rgb::hex(0xff_d27a) } else { Rgb::hex(0xb8_d4e0) };
    for window in 0..4u8 {
        pen.fill(&Outline::new().rect(left + 0.10 + f32::from(window) * 0.29, -0.86, 0.19, 0.24), glass);
    }
    pen.fill(&Outline::new().rect(left, -0.30, 1.4, 0.07), Rgb::hex(0x26_282c));
    for x in [0.25, 1.0] {
        wheel(pen, point(left + x, -0.15), 0.15, 0.0);
    }
}

fn wheel(pen: &mut Pen, hub: Point, size: f32, turns: f32) {
    pen.fill(&Outline::new().circle(hub, size), Rgb::hex(0x1c_1c20));
    pen.fill(&Outline::new().circle(hub, size * 0.78), Rgb::hex(0x8a_3a30));
    for spoke in 0..6u8 {
        let end = point(size * 0.76, 0.0).turned((f32::from(spoke) / 6.0 + turns) * TURN);
        pen.fill(
            &Outline::new().limb(hub, hub.plus(end.x, end.y), size * 0.07, size * 0.07),
            Rgb::hex(0x1c_1c20),
        );
    }
    pen.fill(&Outline::new().circle(hub, size * 0.2), Rgb::hex(0xc8_9a48));
}
