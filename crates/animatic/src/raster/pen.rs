//! The pen: fills outlines on a plate, with flat ink, ramps, glows and washes.

use super::{Ink, Outline, Plate, Point, Rgb, point, rows};
use crate::chance::unit;
use zeno::{Command, Mask, PathBuilder, Scratch};

/// From drawing units to plate pixels: a figure is drawn once in its own measure and placed anywhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placing {
    pub(crate) origin: Point,
    /// Plate pixels per unit.
    pub(crate) scale: f32,
    /// Radians, clockwise, about the origin.
    pub(crate) turn: f32,
    /// Mirrored left to right.
    pub(crate) flipped: bool,
}

impl Placing {
    pub(crate) const PIXELS: Self = Self { origin: point(0.0, 0.0), scale: 1.0, turn: 0.0, flipped: false };

    /// Where a point of the drawing lands.
    pub(crate) fn place(&self, at: Point) -> Point {
        let x = if self.flipped { -at.x } else { at.x };
        let on = if self.turn == 0.0 { point(x, at.y) } else { point(x, at.y).turned(self.turn) };
        self.origin.plus(on.x * self.scale, on.y * self.scale)
    }
}

/// A pen over one plate. Colours pass through `tint` (grade, light of the scene) on their way to ink.
pub(crate) struct Pen<'a> {
    pub(crate) plate: &'a mut Plate,
    pub(crate) placing: Placing,
    tint: &'a dyn Fn(Rgb) -> Rgb,
    scratch: Scratch,
    mask: Vec<u8>,
    half: Vec<u8>,
    placed: Vec<Command>,
}

/// A rectangle of plate pixels, even on every side.
#[derive(Debug, Clone, Copy)]
struct Area {
    left: i32,
    top: i32,
    width: usize,
    height: usize,
}

impl<'a> Pen<'a> {
    pub(crate) fn new(plate: &'a mut Plate, tint: &'a dyn Fn(Rgb) -> Rgb) -> Self {
        let origin = point(0.0, -plate.top as f32);
        let placing = Placing { origin, ..Placing::PIXELS };
        Self {
            plate,
            placing,
            tint,
            scratch: Scratch::new(),
            mask: Vec::new(),
            half: Vec::new(),
            placed: Vec::new(),
        }
    }

    /// Fills an outline with one colour.
    pub(crate) fn fill(&mut self, outline: &Outline, colour: Rgb) {
        self.fill_with(outline, colour, colour, 1.0);
    }

    /// Fills an outline with a see-through colour.
    pub(crate) fn veil(&mut self, outline: &Outline, colour: Rgb, alpha: f32) {
        self.fill_with(outline, colour, colour, alpha);
    }

    /// Fills an outline with a ramp from its top to its bottom.
    pub(crate) fn ramp(&mut self, outline: &Outline, top: Rgb, bottom: Rgb) {
        self.fill_with(outline, top, bottom, 1.0);
    }

    fn fill_with(&mut self, outline: &Outline, top: Rgb, bottom: Rgb, alpha: f32) {
        let inks = ((self.tint)(top).ink(), (self.tint)(bottom).ink());
        let Some((low, high)) = self.settle(outline) else { return };
        let width = self.plate.width as f32;
        if !self.plate.wraps {
            self.stamp((low, high), inks, alpha);
            return;
        }
        let home = libm::floorf(low.x / width);
        let away = libm::floorf(high.x / width);
        let mut turn = home;
        while turn <= away {
            let shift = -turn * width;
            let moved: Vec<Command> = self.placed.iter().map(|command| shifted(*command, shift)).collect();
            let kept = std::mem::replace(&mut self.placed, moved);
            self.stamp((low.plus(shift, 0.0), high.plus(shift, 0.0)), inks, alpha);
            self.placed = kept;
            turn += 1.0;
        }
    }

    /// Places the outline and measures it; none if it is empty.
    fn settle(&mut self, outline: &Outline) -> Option<(Point, Point)> {
        self.placed.clear();
        let (mut low, mut high) = (point(f32::MAX, f32::MAX), point(f32::MIN, f32::MIN));
        for command in &outline.commands {
            let place = |p: zeno::Point| self.placing.place(point(p.x, p.y));
            match command {
                Command::MoveTo(p) | Command::LineTo(p) => {
                    let at = place(*p);
                    low = point(low.x.min(at.x), low.y.min(at.y));
                    high = point(high.x.max(at.x), high.y.max(at.y));
                    if matches!(command, Command::MoveTo(_)) {
                        self.placed.move_to([at.x, at.y]);
                    } else {
                        self.placed.line_to([at.x, at.y]);
                    }
                }
                _ => {
                    self.placed.close();
                }
            }
        }
        (low.x <= high.x).then_some((low, high))
    }

    fn stamp(&mut self, (low, high): (Point, Point), (top, bottom): (Ink, Ink), alpha: f32) {
        let Some(area) = self.area(low, high) else { return };
        self.mask.clear();
        self.mask.resize(area.width * area.height, 0);
        Mask::with_scratch(&self.placed[..], &mut self.scratch)
            .size(area.width as u32, area.height as u32)
            .offset([-area.left as f32, -area.top as f32])
            .render_into(&mut self.mask, None);
        if alpha < 1.0 {
            let alpha = (alpha.max(0.0) * 256.0) as u16;
            self.mask.iter_mut().for_each(|m| *m = ((u16::from(*m) * alpha) >> 8) as u8);
        }
        let span = (high.y - low.y).max(1.0);
        let ink = |row: usize| {
            top.to(bottom, ((area.top as f32 + row as f32 + 0.5 - low.y) / span).clamp(0.0, 1.0))
        };
        let flat = top == bottom;
        self.blend(area, &|row| if flat { top } else { ink(row) });
    }

    /// The even rectangle around two corners, cut to the plate.
    fn area(&self, low: Point, high: Point) -> Option<Area> {
        let clamp = |v: f32, most: usize| v.clamp(-2.0, most as f32 + 2.0);
        let left = (libm::floorf(clamp(low.x, self.plate.width)) as i32).max(0) & !1;
        let top = (libm::floorf(clamp(low.y, self.plate.height)) as i32).max(0) & !1;
        let right =
            ((libm::ceilf(clamp(high.x, self.plate.width)) as i32 + 1) & !1).min(self.plate.width as i32);
        let bottom =
            ((libm::ceilf(clamp(high.y, self.plate.height)) as i32 + 1) & !1).min(self.plate.height as i32);
        (right > left && bottom > top).then(|| Area {
            left,
            top,
            width: (right - left) as usize,
            height: (bottom - top) as usize,
        })
    }

    /// Lays ink through the mask, at full size and, averaged, at half size.
    fn blend(&mut self, area: Area, ink: &dyn Fn(usize) -> Ink) {
        let Plate { y, a, u, v, half_a, width, .. } = &mut *self.plate;
        let (stride, half_stride) = (*width + 1, *width / 2 + 1);
        let (left, top) = (area.left as usize, area.top as usize);
        for (row, mask) in self.mask.chunks_exact(area.width).enumerate() {
            let base = (top + row) * stride + left;
            rows::over_flat(&mut y[base..base + area.width], ink(row).samples()[0], mask);
            rows::over_flat(&mut a[base..base + area.width], 255, mask);
        }
        self.half.resize(area.width / 2, 0);
        for (row, pair) in self.mask.chunks_exact(area.width * 2).enumerate() {
            let (upper, lower) = pair.split_at(area.width);
            for ((half, up), low) in
                self.half.iter_mut().zip(upper.chunks_exact(2)).zip(lower.chunks_exact(2))
            {
                let sum = u16::from(up[0]) + u16::from(up[1]) + u16::from(low[0]) + u16::from(low[1]);
                *half = ((sum + 2) >> 2) as u8;
            }
            let [_, ink_u, ink_v] = ink(row * 2).samples();
            let base = (top / 2 + row) * half_stride + left / 2;
            let span = base..base + area.width / 2;
            rows::over_flat(&mut u[span.clone()], ink_u, &self.half);
            rows::over_flat(&mut v[span.clone()], ink_v, &self.half);
            rows::over_flat(&mut half_a[span], 255, &self.half);
        }
    }

    /// A soft round light (or shadow) that is strongest in the middle. Centre and radii in drawing units.
    pub(crate) fn glow(&mut self, centre: Point, rx: f32, ry: f32, colour: Rgb, strength: f32) {
        let ink = (self.tint)(colour).ink();
        let middle = self.placing.place(centre);
        let (rx, ry) = (rx * self.placing.scale, ry * self.placing.scale);
        let width = self.plate.width as f32;
        let turns: &[f32] = if self.plate.wraps { &[-1.0, 0.0, 1.0] } else { &[0.0] };
        for turn in turns {
            let middle = middle.plus(turn * width, 0.0);
            let Some(area) = self.area(middle.plus(-rx, -ry), middle.plus(rx, ry)) else { continue };
            self.mask.clear();
            self.mask.resize(area.width * area.height, 0);
            for (row, line) in self.mask.chunks_exact_mut(area.width).enumerate() {
                let dy = ((area.top as f32 + row as f32 + 0.5) - middle.y) / ry;
                for (column, m) in line.iter_mut().enumerate() {
                    let dx = ((area.left as f32 + column as f32 + 0.5) - middle.x) / rx;
                    let fall = (1.0 - dx * dx - dy * dy).max(0.0);
                    let level = fall * fall * strength * 255.0;
                    let dither = unit(u64::from(column as u32), row as u64) - 0.5;
                    *m = if fall > 0.0 { (level + dither + 0.5).clamp(0.0, 255.0) as u8 } else { 0 };
                }
            }
            self.blend(area, &|_| ink);
        }
    }

    /// Paints rows `from..to` (scene rows) whole, with a colour for every place. Evaluated on a grid `grain` pixels
    /// wide (a divisor of the plate's width is best) and smoothed between, dithered so that no bands show.
    pub(crate) fn wash(&mut self, from: i32, to: i32, grain: usize, colour: &dyn Fn(f32, f32) -> Rgb) {
        let plate = &mut *self.plate;
        let (top, bottom) =
            ((from - plate.top).max(0) as usize & !1, ((to - plate.top) as usize).min(plate.height));
        let columns = plate.width.div_ceil(grain) + 1;
        let line = |row: usize| -> Vec<Ink> {
            let y = (row * grain + top) as f32 + plate.top as f32;
            (0..columns).map(|column| (self.tint)(colour((column * grain) as f32, y)).ink()).collect()
        };
        let (mut upper, mut lower) = (line(0), line(1));
        let stride = plate.width + 1;
        for row in top..bottom {
            let (cell, inside) = ((row - top) / grain, (row - top) % grain);
            if inside == 0 && row > top {
                upper = std::mem::replace(&mut lower, line(cell + 1));
            }
            let down = inside as f32 / grain as f32;
            for x in 0..plate.width {
                let (cell, across) = (x / grain, (x % grain) as f32 / grain as f32);
                let mixed = |of: fn(&Ink) -> f32| {
                    let left = of(&upper[cell]) + (of(&lower[cell]) - of(&upper[cell])) * down;
                    let right = of(&upper[cell + 1]) + (of(&lower[cell + 1]) - of(&upper[cell + 1])) * down;
                    left + (right - left) * across
                };
                let dither = unit(row as u64, x as u64);
                plate.y[row * stride + x] = (mixed(|ink| ink.y) + dither) as u8;
                plate.a[row * stride + x] = 255;
                if row % 2 == 0 && x % 2 == 0 {
                    let half = row / 2 * (plate.width / 2 + 1) + x / 2;
                    plate.u[half] = (mixed(|ink| ink.u) + dither) as u8;
                    plate.v[half] = (mixed(|ink| ink.v) + dither) as u8;
                    plate.half_a[half] = 255;
                }
            }
        }
    }

    /// Roughens what is painted and opaque: brightness wanders by up to `strength` samples, by the given field (`-1.0..1.0`).
    pub(crate) fn roughen(&mut self, from: i32, to: i32, strength: f32, field: &dyn Fn(f32, f32) -> f32) {
        let plate = &mut *self.plate;
        let (top, bottom) =
            ((from - plate.top).max(0) as usize, ((to - plate.top) as usize).min(plate.height));
        let stride = plate.width + 1;
        for row in top..bottom {
            for x in 0..plate.width {
                let at = row * stride + x;
                if plate.a[at] == 255 {
                    let offset = strength * field(x as f32, row as f32 + plate.top as f32);
                    plate.y[at] = (f32::from(plate.y[at]) + offset).clamp(16.0, 235.0) as u8;
                }
            }
        }
    }
}

fn shifted(command: Command, x: f32) -> Command {
    let moved = |p: zeno::Point| zeno::Point::new(p.x + x, p.y);
    match command {
        Command::MoveTo(p) => Command::MoveTo(moved(p)),
        Command::LineTo(p) => Command::LineTo(moved(p)),
        other => other,
    }
}
