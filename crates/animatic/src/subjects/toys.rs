//! The ball; also the toy of dogs.

use super::{Pose, Subject, bright};
use crate::chance::{TURN, wave};
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Ball;

/// Bounces per second.
const BOUNCES: f32 = 0.95;

impl Subject for Ball {
    fn name(&self) -> &'static str {
        "ball"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "ball",
            "beach ball",
            "soccer ball",
            "football",
            "basketball",
            "sphere",
            "球",
            "皮球",
            "足球",
            "篮球",
        ]
    }
    fn home(&self) -> &'static str {
        "beach"
    }
    fn habit(&self) -> Action {
        Action::Jump
    }
    fn able(&self, action: Action) -> Action {
        if matches!(action, Action::Walk | Action::Run) { action } else { Action::Jump }
    }
    fn size(&self) -> f32 {
        0.22
    }
    fn headroom(&self) -> f32 {
        2.8
    }
    fn reach(&self) -> f32 {
        0.9
    }
    fn girth(&self) -> f32 {
        0.5
    }
    fn lift(&self, pose: &Pose) -> f32 {
        height(pose.t)
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        bright(accent, copy)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let up = height(pose.t);
        roll(pen, point(0.0, -0.5 - 1.6 * up), 0.5, pose.t, pose.coat);
    }
}

fn height(t: f32) -> f32 {
    let through = t * BOUNCES - libm::floorf(t * BOUNCES);
    4.0 * through * (1.0 - through)
}

/// A striped ball, turning.
pub(super) fn roll(pen: &mut Pen, at: Point, radius: f32, t: f32, colour: Rgb) {
    pen.fill(&Outline::new().circle(at, radius), Rgb::hex(0xf8_f4ea));
    for slice in 0..3u8 {
        let from = f32::from(slice) / 3.0 + t * 0.45;
        let mut wedge = vec![at];
        for step in 0..=6u8 {
            let turn = from + f32::from(step) / 36.0;
            wedge.push(at.plus(radius * wave(turn + 0.25), radius * wave(turn)));
        }
        pen.fill(&Outline::new().polygon(&wedge), colour);
    }
    let shine = point(-radius * 0.34, -radius * 0.38).turned(0.0 * TURN);
    pen.veil(
        &Outline::new().ellipse(at.plus(shine.x, shine.y), radius * 0.22, radius * 0.15, -0.7),
        Rgb::WHITE,
        0.7,
    );
    pen.veil(&Outline::new().circle(at, radius * 0.14), colour.times(0.8), 1.0);
}
