//! The butterfly; also the toy of kittens.

use super::{Footing, Pose, Subject, bright};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Butterfly;

impl Subject for Butterfly {
    fn name(&self) -> &'static str {
        "butterfly"
    }
    fn words(&self) -> &'static [&'static str] {
        &["butterfly", "moth", "蝴蝶"]
    }
    fn home(&self) -> &'static str {
        "meadow"
    }
    fn habit(&self) -> Action {
        Action::Fly
    }
    fn able(&self, action: Action) -> Action {
        if action == Action::Sit { action } else { Action::Fly }
    }
    fn alights(&self) -> Option<&'static str> {
        Some("flower")
    }
    fn size(&self) -> f32 {
        0.26
    }
    fn footing(&self, _action: Action) -> Footing {
        Footing::Air
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        bright(accent, copy)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        if pose.action == Action::Sit {
            // Wings open and close at rest, now slower, now faster.
            flutter(pen, point(0.0, -0.12), 0.5, pose.t * 0.16 + 0.10 * wave(pose.t * 0.31), pose.coat);
            return;
        }
        let at = point(0.12 * wave(pose.t * 0.4), 0.1 * wave(pose.t * 0.63));
        flutter(pen, at, 0.5, pose.t, pose.coat);
    }
}

/// A butterfly at a place, `size` units wide on each side, beating its wings.
pub(super) fn flutter(pen: &mut Pen, at: Point, size: f32, t: f32, colour: Rgb) {
    let open = 0.35 + 0.65 * libm::fabsf(wave(t * 2.3));
    let dark = colour.times(0.35);
    for side in [-1.0, 1.0] {
        let wing = |points: &[(f32, f32)]| -> Vec<Point> {
            points.iter().map(|(x, y)| at.plus(side * x * size * open, y * size)).collect()
        };
        let upper = wing(&[(0.05, -0.05), (0.35, -0.75), (0.95, -0.8), (0.9, -0.25), (0.4, 0.02)]);
        let lower = wing(&[(0.05, 0.0), (0.45, 0.05), (0.75, 0.4), (0.45, 0.72), (0.15, 0.4)]);
        pen.fill(&Outline::new().blob(&upper).blob(&lower), dark);
        let inner = |points: Vec<Point>| {
            let middle = points.iter().fold(point(0.0, 0.0), |sum, p| sum.plus(p.x / 5.0, p.y / 5.0));
            points.iter().map(|p| p.to(middle, 0.24)).collect::<Vec<_>>()
        };
        pen.fill(&Outline::new().blob(&inner(upper)), colour);
        pen.fill(&Outline::new().blob(&inner(lower)), colour.to(Rgb::WHITE, 0.3));
    }
    pen.fill(
        &Outline::new().limb(at.plus(0.0, -size * 0.35), at.plus(0.0, size * 0.4), size * 0.07, size * 0.04),
        dark,
    );
}
