//! A plate: one painted layer, kept as premultiplied planes and laid into a frame row by row through a lens.
//!
//! A plate may be a cylinder (its right edge meets its left), which is what lets a camera travel as far as it likes
//! over a picture of finite width. Above and below, its outermost rows repeat.

use super::rows;
use filmgate_media::frame::Frame;

/// The part of a frame that shows the scene; what lies outside are letterbox bars. Rows and widths are even.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct View {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Frame row of the view's first row.
    pub(crate) top: usize,
}

/// How a plate is seen: which of its points stands at the view's origin, and how large.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Lens {
    /// Plate position, in pixels, that stands at the view's pivot.
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// The point of the view that magnification keeps in place.
    pub(crate) pivot_x: f32,
    pub(crate) pivot_y: f32,
    /// View pixels per plate pixel, at least 0.25.
    pub(crate) scale: f32,
}

impl Lens {
    /// Sees the plate as it is, shifted.
    pub(crate) fn still(x: f32, y: f32) -> Self {
        Self { x, y, pivot_x: 0.0, pivot_y: 0.0, scale: 1.0 }
    }

    fn source(along: f32, pivot: f32, at: f32, scale: f32) -> f32 {
        (along - pivot) / scale + at
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    Empty,
    Solid,
    Mixed,
}

/// One plane and its geometry; half-size planes differ only in that.
#[derive(Debug, Clone)]
struct Plane {
    width: usize,
    /// One more than the width: the first sample again, so that neighbours can be mixed across the seam.
    stride: usize,
    height: usize,
}

/// A painted layer.
#[derive(Debug, Clone)]
pub(crate) struct Plate {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Scene row of the plate's first row.
    pub(crate) top: i32,
    pub(crate) wraps: bool,
    pub(crate) y: Vec<u8>,
    pub(crate) a: Vec<u8>,
    pub(crate) u: Vec<u8>,
    pub(crate) v: Vec<u8>,
    pub(crate) half_a: Vec<u8>,
    rows: Vec<Row>,
    half_rows: Vec<Row>,
    /// The columns between which a plate that does not wrap has anything, in full-size pixels.
    columns: std::ops::Range<usize>,
}

/// Reused row buffers of one drawing thread.
#[derive(Debug, Default)]
pub(crate) struct Bench {
    mixed: [Vec<u8>; 3],
    stretched: [Vec<u8>; 3],
}

impl Plate {
    /// An empty plate; sizes are rounded up to even.
    pub(crate) fn new(width: usize, height: usize, top: i32, wraps: bool) -> Self {
        let (width, height) = (width.next_multiple_of(2), height.next_multiple_of(2));
        let (full, half) = ((width + 1) * height, (width / 2 + 1) * (height / 2));
        Self {
            width,
            height,
            top,
            wraps,
            y: vec![0; full],
            a: vec![0; full],
            u: vec![0; half],
            v: vec![0; half],
            half_a: vec![0; half],
            rows: vec![Row::Empty; height],
            half_rows: vec![Row::Empty; height / 2],
            columns: 0..width,
        }
    }

    pub(crate) fn stride(&self) -> usize {
        self.width + 1
    }

    pub(crate) fn half_stride(&self) -> usize {
        self.width / 2 + 1
    }

    /// Wraps a decoded picture: opaque, with nothing premultiplied to do.
    pub(crate) fn from_frame(frame: &Frame) -> Self {
        let (w, h) = (frame.width as usize, frame.height as usize);
        let mut plate = Self::new(w, h, 0, false);
        copy_plane(&frame.y, w, &mut plate.y, w + 1);
        copy_plane(&frame.u, w / 2, &mut plate.u, w / 2 + 1);
        copy_plane(&frame.v, w / 2, &mut plate.v, w / 2 + 1);
        plate.a = Vec::new();
        plate.half_a = Vec::new();
        plate.repeat_edges();
        plate.rows.fill(Row::Solid);
        plate.half_rows.fill(Row::Solid);
        plate
    }

    /// Empties the plate for the next drawing.
    pub(crate) fn clear(&mut self) {
        for plane in [&mut self.y, &mut self.a, &mut self.u, &mut self.v, &mut self.half_a] {
            plane.fill(0);
        }
    }

    /// To be called when painting is over: closes the seam, drops empty rows above, notes which rows hide what is behind.
    pub(crate) fn finish(mut self) -> Self {
        self.repeat_edges();
        self.rows = note_rows(&self.a, self.width, self.stride());
        self.half_rows = note_rows(&self.half_a, self.width / 2, self.half_stride());
        self.columns = self.filled_columns();
        let empty = self.rows.iter().take_while(|row| **row == Row::Empty).count() / 2 * 2;
        let (full, half) = (empty * self.stride(), empty / 2 * self.half_stride());
        self.y.drain(..full);
        self.a.drain(..full);
        self.u.drain(..half);
        self.v.drain(..half);
        self.half_a.drain(..half);
        self.rows.drain(..empty);
        self.half_rows.drain(..empty / 2);
        self.height -= empty;
        self.top += empty as i32;
        for plane in [&mut self.y, &mut self.a, &mut self.u, &mut self.v, &mut self.half_a] {
            plane.shrink_to_fit();
        }
        self
    }

    fn filled_columns(&self) -> std::ops::Range<usize> {
        let filled = |x: &usize| self.a.iter().skip(*x).step_by(self.stride()).any(|a| *a > 0);
        let first = (0..self.width).find(filled).unwrap_or(0);
        first..(first..self.width).rev().find(filled).map_or(first, |last| last + 1)
    }

    fn repeat_edges(&mut self) {
        let wraps = self.wraps;
        let (stride, half) = (self.stride(), self.half_stride());
        for (plane, stride) in [
            (&mut self.y, stride),
            (&mut self.a, stride),
            (&mut self.u, half),
            (&mut self.v, half),
            (&mut self.half_a, half),
        ] {
            for row in plane.chunks_exact_mut(stride) {
                row[stride - 1] = if wraps { row[0] } else { row[stride - 2] };
            }
        }
    }

    /// True if this plate hides everything behind it on that view row.
    pub(crate) fn hides(&self, lens: &Lens, row: usize) -> bool {
        let (first, second, part) = self.line(lens, row as f32, false);
        kind(&self.rows, first, second, part) == Row::Solid
    }

    /// Lays one row of brightness into `dst`; `shift` moves it sideways in plate pixels.
    pub(crate) fn lay_luma(&self, dst: &mut [u8], lens: &Lens, row: usize, shift: f32, bench: &mut Bench) {
        let plane = Plane { width: self.width, stride: self.stride(), height: self.height };
        let (first, second, part) = self.line(lens, row as f32, false);
        let kind = kind(&self.rows, first, second, part);
        let start = Lens::source(0.0, lens.pivot_x, lens.x + shift, lens.scale);
        let columns = self.columns.clone();
        let line = Line { first, second, part, start, step: 1.0 / lens.scale, wraps: self.wraps, columns };
        line.lay(&mut [dst], &[&self.y], &self.a, &plane, kind, bench);
    }

    /// Lays one row of both colour planes; `row` counts half-size rows.
    pub(crate) fn lay_chroma(
        &self,
        dst: [&mut [u8]; 2],
        lens: &Lens,
        row: usize,
        shift: f32,
        bench: &mut Bench,
    ) {
        let plane = Plane { width: self.width / 2, stride: self.half_stride(), height: self.height / 2 };
        let (first, second, part) = self.line(lens, row as f32 * 2.0 + 0.5, true);
        let kind = kind(&self.half_rows, first, second, part);
        let start = (Lens::source(0.5, lens.pivot_x, lens.x + shift, lens.scale) - 0.5) / 2.0;
        let columns = self.columns.start / 2..self.columns.end.div_ceil(2);
        let line = Line { first, second, part, start, step: 1.0 / lens.scale, wraps: self.wraps, columns };
        let [u, v] = dst;
        line.lay(&mut [u, v], &[&self.u, &self.v], &self.half_a, &plane, kind, bench);
    }

    /// The two plate rows a view row lies between (`usize::MAX` above the plate) and how far, in 128ths.
    fn line(&self, lens: &Lens, row: f32, half: bool) -> (usize, usize, u16) {
        let mut at = Lens::source(row, lens.pivot_y, lens.y, lens.scale) - self.top as f32;
        let mut rows = self.height;
        if half {
            at = (at - 0.5) / 2.0;
            rows /= 2;
        }
        let steps = libm::floorf(at * 128.0 + 0.5) as i64;
        let (whole, part) = (steps.div_euclid(128), steps.rem_euclid(128) as u16);
        let clamp = |row: i64| if row < 0 { usize::MAX } else { (row as usize).min(rows - 1) };
        let (first, second) = (clamp(whole), clamp(whole + 1));
        if self.top <= 0 && first == usize::MAX { (0, 0, 0) } else { (first, second, part) }
    }
}

fn kind(rows: &[Row], first: usize, second: usize, part: u16) -> Row {
    let of = |row: usize| rows.get(row).copied().unwrap_or(Row::Empty);
    if part == 0 || of(first) == of(second) { of(first) } else { Row::Mixed }
}

/// Copies rows of a plane into rows of another stride.
pub(crate) fn copy_plane(src: &[u8], width: usize, dst: &mut [u8], stride: usize) {
    for (from, to) in src.chunks_exact(width).zip(dst.chunks_exact_mut(stride)) {
        to[..width].copy_from_slice(from);
    }
}

fn note_rows(alpha: &[u8], width: usize, stride: usize) -> Vec<Row> {
    let note = |row: &[u8]| {
        if row[..width].iter().all(|a| *a == 0) {
            Row::Empty
        } else if row[..width].iter().all(|a| *a == 255) {
            Row::Solid
        } else {
            Row::Mixed
        }
    };
    alpha.chunks_exact(stride).map(note).collect()
}

/// One row on its way from a plate to the view.
struct Line {
    first: usize,
    second: usize,
    part: u16,
    start: f32,
    step: f32,
    wraps: bool,
    columns: std::ops::Range<usize>,
}

impl Line {
    fn lay(
        &self,
        dst: &mut [&mut [u8]],
        src: &[&[u8]],
        alpha: &[u8],
        plane: &Plane,
        kind: Row,
        bench: &mut Bench,
    ) {
        if kind == Row::Empty {
            return;
        }
        let step = libm::floorf(self.step * 65536.0 + 0.5) as i64;
        let period = (plane.width as i64) << 16;
        // Snapped to the 128ths that neighbours are mixed in, so that brightness and alpha move together.
        let mut at = libm::floorf(self.start * 128.0 + 0.5) as i64 * 512;
        at = if self.wraps { at.rem_euclid(period) } else { at.clamp(0, period - 65536) };
        let (mut from, mut width) = (0, dst[0].len());
        if !self.wraps && kind == Row::Mixed {
            // Nothing to lay to the left and the right of what is there.
            let seen = |column: usize| ((((column as i64) << 16) - at) / step).max(0) as usize;
            from = seen(self.columns.start.saturating_sub(2)).min(width);
            width = seen(self.columns.end + 2).min(width);
            at += step * from as i64;
        }
        while from < width {
            let room = ((period - at + step - 1) / step).max(1) as usize;
            let to = if self.wraps { (from + room).min(width) } else { width };
            for (dst, src) in dst.iter_mut().zip(src) {
                self.segment(&mut dst[from..to], src, alpha, plane, kind == Row::Solid, (at, step), bench);
            }
            at = (at + step * (to - from) as i64).rem_euclid(period);
            from = to;
        }
    }

    #[allow(clippy::too_many_arguments)] // one inner step, split off for reading
    fn segment(
        &self,
        dst: &mut [u8],
        src: &[u8],
        alpha: &[u8],
        plane: &Plane,
        solid: bool,
        (at, step): (i64, i64),
        bench: &mut Bench,
    ) {
        let count = dst.len();
        let left = (at >> 16) as usize;
        let need = (((at & 0xffff) + step * count as i64) >> 16) as usize + 2;
        let right = (left + need).min(plane.stride);
        let Bench { mixed, stretched } = bench;
        let inner = (at & 0xffff, step);
        let [mixed_src, mixed_alpha, _] = mixed;
        let [flat_src, flat_alpha, _] = stretched;
        let row = self.upright(src, plane, left..right, mixed_src);
        if solid {
            sideways_into(dst, row, inner);
        } else {
            let row = sideways(flat_src, row, inner, count);
            let veil = self.upright(alpha, plane, left..right, mixed_alpha);
            rows::over(dst, row, sideways(flat_alpha, veil, inner, count));
        }
    }

    /// The piece of the row, mixed from its two lines if it lies between them.
    fn upright<'a>(
        &self,
        data: &'a [u8],
        plane: &Plane,
        span: std::ops::Range<usize>,
        buffer: &'a mut Vec<u8>,
    ) -> &'a [u8] {
        let line = |row: usize| {
            let base = row * plane.stride;
            &data[base + span.start..base + span.end]
        };
        debug_assert!(self.second == usize::MAX || self.second < plane.height);
        if self.part == 0 {
            return line(self.first);
        }
        buffer.resize(span.len(), 0);
        if self.first == usize::MAX {
            for (out, sample) in buffer.iter_mut().zip(line(self.second)) {
                *out = ((u16::from(*sample) * self.part + 64) >> 7) as u8;
            }
        } else {
            rows::mix_rows(buffer, line(self.first), line(self.second), self.part);
        }
        buffer
    }
}

fn sideways<'a>(buffer: &'a mut Vec<u8>, row: &'a [u8], inner: (i64, i64), count: usize) -> &'a [u8] {
    if inner == (0, 1 << 16) {
        return &row[..count];
    }
    buffer.resize(count, 0);
    sideways_into(buffer, row, inner);
    buffer
}

fn sideways_into(out: &mut [u8], row: &[u8], (at, step): (i64, i64)) {
    if step != 1 << 16 || row.len() < out.len() + 1 {
        rows::stretch(out, row, at, step);
    } else {
        rows::mix_rows(out, row, &row[1..], (at >> 9) as u16);
    }
}
