//! Outlines: closed shapes as the pen wants them.
//!
//! Every sub-path runs the same way round, so that overlapping parts of one outline unite under the non-zero rule.

use crate::chance::{TURN, wave};
use zeno::{Command, PathBuilder};

/// A place, in whatever unit the outline uses.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Point {
    pub(crate) x: f32,
    pub(crate) y: f32,
}

/// Shorthand for [`Point`].
pub(crate) const fn point(x: f32, y: f32) -> Point {
    Point { x, y }
}

impl Point {
    pub(crate) fn plus(self, x: f32, y: f32) -> Self {
        point(self.x + x, self.y + y)
    }

    /// A point `t` of the way to another.
    pub(crate) fn to(self, other: Self, t: f32) -> Self {
        point(self.x + (other.x - self.x) * t, self.y + (other.y - self.y) * t)
    }

    /// Turned about the origin, radians, clockwise on the screen.
    pub(crate) fn turned(self, angle: f32) -> Self {
        let (sin, cos) = (libm::sinf(angle), libm::cosf(angle));
        point(self.x * cos - self.y * sin, self.x * sin + self.y * cos)
    }

    pub(crate) fn distance(self, other: Self) -> f32 {
        libm::sqrtf((self.x - other.x) * (self.x - other.x) + (self.y - other.y) * (self.y - other.y))
    }
}

/// One shape: sub-paths that unite.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outline {
    pub(crate) commands: Vec<Command>,
}

impl Outline {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A polygon, turned the right way round if need be.
    pub(crate) fn polygon(mut self, corners: &[Point]) -> Self {
        let mut area = 0.0;
        for (index, a) in corners.iter().enumerate() {
            let b = corners[(index + 1) % corners.len()];
            area += a.x * b.y - b.x * a.y;
        }
        let mut draw = |corner: &Point| match self.commands.last() {
            None | Some(Command::Close) => {
                self.commands.move_to([corner.x, corner.y]);
            }
            Some(_) => {
                self.commands.line_to([corner.x, corner.y]);
            }
        };
        if area >= 0.0 {
            corners.iter().for_each(&mut draw);
        } else {
            corners.iter().rev().for_each(&mut draw);
        }
        self.commands.close();
        self
    }

    /// A smooth closed curve through points.
    pub(crate) fn blob(self, through: &[Point]) -> Self {
        let count = through.len();
        let mut corners = Vec::with_capacity(count * 6);
        for index in 0..count {
            let [p0, p1, p2, p3] = [0, 1, 2, 3].map(|step| through[(index + count + step - 1) % count]);
            for step in 0..6u8 {
                corners.push(spline(p0, p1, p2, p3, f32::from(step) / 6.0));
            }
        }
        self.polygon(&corners)
    }

    /// An ellipse, turned by `angle` radians.
    pub(crate) fn ellipse(self, centre: Point, rx: f32, ry: f32, angle: f32) -> Self {
        let corners: Vec<Point> = (0..28u8)
            .map(|step| {
                let turn = f32::from(step) / 28.0;
                let on = point(rx * wave(turn + 0.25), ry * wave(turn)).turned(angle);
                centre.plus(on.x, on.y)
            })
            .collect();
        self.polygon(&corners)
    }

    pub(crate) fn circle(self, centre: Point, radius: f32) -> Self {
        self.ellipse(centre, radius, radius, 0.0)
    }

    /// An upright rectangle.
    pub(crate) fn rect(self, x: f32, y: f32, w: f32, h: f32) -> Self {
        self.polygon(&[point(x, y), point(x + w, y), point(x + w, y + h), point(x, y + h)])
    }

    /// A limb: round ends of different size, straight sides.
    pub(crate) fn limb(self, a: Point, b: Point, ra: f32, rb: f32) -> Self {
        let heading = libm::atan2f(b.y - a.y, b.x - a.x);
        let mut corners = Vec::with_capacity(18);
        for (centre, radius, from) in [(b, rb, -0.25), (a, ra, 0.25)] {
            for step in 0..=8u8 {
                let turn = heading / TURN + from + f32::from(step) / 16.0;
                corners.push(centre.plus(radius * wave(turn + 0.25), radius * wave(turn)));
            }
        }
        self.polygon(&corners)
    }

    /// A smooth tapering line through points, `ra` thick at the start and `rb` at the end (radii).
    pub(crate) fn tail(mut self, through: &[Point], ra: f32, rb: f32) -> Self {
        let line = smooth(through, 6);
        let last = (line.len() - 1) as f32;
        for (index, pair) in line.windows(2).enumerate() {
            let radius = |at: usize| ra + (rb - ra) * at as f32 / last;
            self = self.limb(pair[0], pair[1], radius(index), radius(index + 1));
        }
        self
    }
}

/// An open smooth curve through points, `steps` pieces between neighbours.
pub(crate) fn smooth(through: &[Point], steps: u8) -> Vec<Point> {
    let last = through.len() - 1;
    let mut line = Vec::with_capacity(last * usize::from(steps) + 1);
    for index in 0..last {
        let (p0, p3) = (through[index.saturating_sub(1)], through[(index + 2).min(last)]);
        for step in 0..steps {
            line.push(spline(p0, through[index], through[index + 1], p3, f32::from(step) / f32::from(steps)));
        }
    }
    line.push(through[last]);
    line
}

/// A Catmull-Rom segment from `p1` to `p2`.
fn spline(p0: Point, p1: Point, p2: Point, p3: Point, t: f32) -> Point {
    let curve = |a: f32, b: f32, c: f32, d: f32| {
        b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
    };
    point(curve(p0.x, p1.x, p2.x, p3.x), curve(p0.y, p1.y, p2.y, p3.y))
}
