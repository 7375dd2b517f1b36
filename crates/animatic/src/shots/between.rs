//! From a first frame to a last one: both exact at their ends.
//!
//! If both show the same scene, everything in it travels from where it is in the one to where it is in the other; if
//! not, an eased dissolve and a gentle move lead across.

use super::flow::{Flow, Origin};
use crate::chance::{ease, lerp};
use crate::raster::{Lens, Plate, View, rows};
use crate::stage::Desk;
use filmgate_media::frame::Frame;

/// How far the move goes at most.
const MOVE: f32 = 0.07;
/// Pictures are related if this share of one is found in the other.
const RELATED: f32 = 0.6;
/// Pictures that lie this far apart, as a share of their longer side, need no move of the camera as well.
const APART: f32 = 0.01;

/// Two pictures of the film's size.
pub(crate) enum Between {
    /// They have nothing in common.
    Dissolve { first: Plate, last: Plate },
    /// They show the same scene.
    Warp { first: Sheet, last: Sheet, flow: Flow },
}

impl Between {
    pub(crate) fn new(first: &Frame, last: &Frame) -> Self {
        let flow = Flow::between(first, last);
        if flow.found < RELATED {
            Self::Dissolve { first: Plate::from_frame(first), last: Plate::from_frame(last) }
        } else {
            Self::Warp { first: Sheet::new(first), last: Sheet::new(last), flow }
        }
    }

    pub(crate) fn draw(&self, index: u32, count: u32, desk: &mut Desk, frame: &mut Frame) {
        let share = index as f32 / count.max(2).saturating_sub(1) as f32;
        match self {
            Self::Dissolve { first, last } => dissolve([first, last], share, desk, frame),
            Self::Warp { first, .. } if share <= 0.0 => first.copy(frame),
            Self::Warp { last, .. } if share >= 1.0 => last.copy(frame),
            Self::Warp { first, last, flow } => warp([first, last], flow, share, frame),
        }
    }
}

fn dissolve([first, last]: [&Plate; 2], share: f32, desk: &mut Desk, frame: &mut Frame) {
    // The move starts and ends at rest; the dissolve keeps away from both ends.
    let (moved, mixed) = (ease(share), ease((share - 0.22) / 0.56));
    let part = (mixed * 255.0 + 0.5) as u8;
    let view = View { width: frame.width as usize, height: frame.height as usize, top: 0 };
    if part < 255 {
        desk.lay_plate(first, &lens(view, 1.0 + MOVE * moved), view, frame);
    }
    if part > 0 {
        let mut over = desk.spare(frame);
        desk.lay_plate(last, &lens(view, 1.0 + MOVE * (1.0 - moved)), view, &mut over);
        rows::dissolve(&mut frame.y, &over.y, part);
        rows::dissolve(&mut frame.u, &over.u, part);
        rows::dissolve(&mut frame.v, &over.v, part);
        desk.keep(over);
    }
}

fn lens(view: View, scale: f32) -> Lens {
    let middle = (view.width as f32 / 2.0, view.height as f32 / 2.0);
    Lens { x: middle.0, y: middle.1, pivot_x: middle.0, pivot_y: middle.1, scale }
}

/// A picture kept for sampling anywhere: the last column and row repeat, both colours lie side by side.
pub(crate) struct Sheet {
    stride: usize,
    luma: Vec<u8>,
    chroma: Vec<u8>,
}

impl Sheet {
    fn new(frame: &Frame) -> Self {
        let (width, stride) = (frame.width as usize, frame.width as usize + 2);
        let mut luma = Vec::with_capacity(stride * (frame.height as usize + 1));
        for row in frame.luma() {
            luma.extend_from_slice(row);
            luma.extend([row[width - 1]; 2]);
        }
        luma.extend_from_within(luma.len() - stride..);
        let mut chroma = Vec::with_capacity(stride * (frame.height as usize / 2 + 1));
        for (u, v) in frame.u.chunks_exact(width / 2).zip(frame.v.chunks_exact(width / 2)) {
            chroma.extend(u.iter().zip(v).flat_map(|(u, v)| [*u, *v]));
            chroma.extend([u[width / 2 - 1], v[width / 2 - 1]]);
        }
        chroma.extend_from_within(chroma.len() - stride..);
        Self { stride, luma, chroma }
    }

    /// The picture as it is.
    fn copy(&self, frame: &mut Frame) {
        let width = frame.width as usize;
        for (to, from) in frame.y.chunks_exact_mut(width).zip(self.luma.chunks_exact(self.stride)) {
            to.copy_from_slice(&from[..width]);
        }
        let (u, v) = (frame.u.chunks_exact_mut(width / 2), frame.v.chunks_exact_mut(width / 2));
        for ((u, v), from) in u.zip(v).zip(self.chroma.chunks_exact(self.stride)) {
            apart(&from[..width], u, v);
        }
    }
}

/// Parts a row of colours into its planes.
fn apart(both: &[u8], u: &mut [u8], v: &mut [u8]) {
    for ((pair, u), v) in both.chunks_exact(2).zip(u).zip(v) {
        (*u, *v) = (pair[0], pair[1]);
    }
}

/// The frame `share` of the way. Blocks of two by two pixels move as one: a flow hardly changes within them.
fn warp(sheets: [&Sheet; 2], flow: &Flow, share: f32, frame: &mut Frame) {
    let (width, height) = (frame.width as usize, frame.height as usize);
    let s = lerp(share, ease(share), 0.35);
    let still = (1.0 - flow.travel() / (APART * width.max(height) as f32)).max(0.0);
    // Pictures that hardly differ are approached and left again, a little to one side and to the other.
    let (close, aside) = (4.0 * s * (1.0 - s) * MOVE * still, s * (1.0 - s) * (2.0 * s - 1.0) * MOVE * still);
    let origins = flow.at(s, 1.0 + close, aside * width as f32);
    let mut grid = Grid::new(&origins, flow, width / 2);
    let mut hands: [Hand; 2] = [Hand::new(width), Hand::new(width)];
    let mut parts = vec![0u8; width];
    let half = width / 2;
    let lines = frame.y.chunks_exact_mut(width * 2);
    let colours = frame.u.chunks_exact_mut(half).zip(frame.v.chunks_exact_mut(half));
    for (row, (luma, (u, v))) in lines.zip(colours).enumerate() {
        grid.seek(row);
        for (pair, part) in parts.chunks_exact_mut(2).zip(&grid.line[4]) {
            pair.fill(*part as u8);
        }
        for ((hand, sheet), side) in hands.iter_mut().zip(sheets).zip([0, 2]) {
            hand.fetch(sheet, &grid.line[side], &grid.line[side + 1], row);
        }
        let [first, last] = &mut hands;
        let (upper, lower) = luma.split_at_mut(width);
        mix(upper, &first.luma[0], &last.luma[0], &parts);
        mix(lower, &first.luma[1], &last.luma[1], &parts);
        mix(&mut first.left, &first.colour, &last.colour, &parts);
        apart(&first.left, u, v);
    }
}

/// The mix of two rows, each pixel by its own part (256ths of `b`).
#[inline]
fn mix(out: &mut [u8], a: &[u8], b: &[u8], parts: &[u8]) {
    for (((o, a), b), part) in out.iter_mut().zip(a).zip(b).zip(parts) {
        let part = u16::from(*part);
        *o = ((u16::from(*a) * (256 - part) + u16::from(*b) * part + 128) >> 8) as u8;
    }
}

/// The flow's cells, stretched to a row of blocks at a time.
struct Grid<'f> {
    origins: &'f [Origin],
    width: usize,
    height: usize,
    cell: usize,
    /// Between which columns of cells every block lies.
    places: Vec<(usize, i32)>,
    /// Which row of cells is stretched into each of the two.
    held: [usize; 2],
    stretched: [[Vec<i32>; 5]; 2],
    /// Displacements in the first and in the last picture (256ths of a pixel), and the last one's part.
    line: [Vec<i32>; 5],
}

impl<'f> Grid<'f> {
    fn new(origins: &'f [Origin], flow: &Flow, blocks: usize) -> Self {
        let lines = || std::array::from_fn(|_| vec![0; blocks]);
        Self {
            origins,
            width: flow.width,
            height: flow.height,
            cell: flow.cell,
            places: (0..blocks).map(|block| place(block, flow.cell, flow.width)).collect(),
            held: [usize::MAX; 2],
            stretched: [lines(), lines()],
            line: lines(),
        }
    }

    /// Mixes the row of blocks `row` from the two rows of cells it lies between.
    fn seek(&mut self, row: usize) {
        let (above, part) = place(row, self.cell, self.height);
        let below = (above + 1).min(self.height - 1);
        for cells in [above, below] {
            if self.held[cells % 2] != cells {
                self.stretch(cells);
            }
        }
        for (channel, line) in self.line.iter_mut().enumerate() {
            let (a, b) = (&self.stretched[above % 2][channel], &self.stretched[below % 2][channel]);
            for ((out, a), b) in line.iter_mut().zip(a).zip(b) {
                *out = a + (((b - a) * part) >> 8);
            }
        }
    }

    fn stretch(&mut self, row: usize) {
        self.held[row % 2] = row;
        let fixed = |value: f32| libm::floorf(value * 256.0 + 0.5) as i32;
        let cells = self.origins[row * self.width..][..self.width].iter();
        let cells: Vec<[i32; 5]> = cells
            .map(|o| [o.first[0], o.first[1], o.last[0], o.last[1], o.part * 0.996].map(fixed))
            .collect();
        for (channel, line) in self.stretched[row % 2].iter_mut().enumerate() {
            for (out, (left, part)) in line.iter_mut().zip(&self.places) {
                let (a, b) = (cells[*left][channel], cells[(left + 1).min(self.width - 1)][channel]);
                *out = a + (((b - a) * part) >> 8);
            }
        }
    }
}

/// The cell before a block's middle, and how far behind the cell's middle that is (256ths).
fn place(block: usize, cell: usize, count: usize) -> (usize, i32) {
    let at = ((block * 2 + 1) * 256 / cell).saturating_sub(128);
    if at >> 8 < count - 1 { (at >> 8, (at & 255) as i32) } else { (count - 1, 0) }
}

/// Two rows of pixels and one of colours, as they are taken from one picture.
struct Hand {
    /// Where each block lies in the sheet: brightness, then colour.
    spots: [Vec<u32>; 2],
    /// How far between neighbours each sample lies, across and down: brightness, then colour.
    across: [Vec<u8>; 2],
    down: [Vec<u8>; 2],
    /// One row of samples and of their right neighbours.
    left: Vec<u8>,
    right: Vec<u8>,
    /// Rows that are mixed across only.
    level: [Vec<u8>; 3],
    luma: [Vec<u8>; 2],
    colour: Vec<u8>,
}

impl Hand {
    fn new(width: usize) -> Self {
        let row = || vec![0; width];
        Self {
            spots: [vec![0; width / 2], vec![0; width / 2]],
            across: [row(), row()],
            down: [row(), row()],
            left: row(),
            right: row(),
            level: [row(), row(), row()],
            luma: [row(), row()],
            colour: row(),
        }
    }

    /// Takes the row of blocks `row`, moved by these displacements.
    fn fetch(&mut self, sheet: &Sheet, dx: &[i32], dy: &[i32], row: usize) {
        self.aim(sheet, dx, dy, row);
        for line in 0..3 {
            gather(&sheet.luma[line * sheet.stride..], &self.spots[0], 1, &mut self.left, &mut self.right);
            mix(&mut self.level[line], &self.left, &self.right, &self.across[0]);
        }
        let [first, second, third] = &self.level;
        mix(&mut self.luma[0], first, second, &self.down[0]);
        mix(&mut self.luma[1], second, third, &self.down[0]);
        for line in 0..2 {
            gather(&sheet.chroma[line * sheet.stride..], &self.spots[1], 2, &mut self.left, &mut self.right);
            mix(&mut self.level[line], &self.left, &self.right, &self.across[1]);
        }
        mix(&mut self.colour, &self.level[0], &self.level[1], &self.down[1]);
    }

    /// Notes where every block comes from; blocks stop at the edges.
    fn aim(&mut self, sheet: &Sheet, dx: &[i32], dy: &[i32], row: usize) {
        let stride = sheet.stride as u32;
        let (right, bottom) = ((stride as i32 - 4) << 8, (sheet.luma.len() as i32 / stride as i32 - 3) << 8);
        let [luma, chroma] = &mut self.spots;
        let ([across, colour_across], [down, colour_down]) = (&mut self.across, &mut self.down);
        let parts = across.chunks_exact_mut(2).zip(down.chunks_exact_mut(2));
        let colours = colour_across.chunks_exact_mut(2).zip(colour_down.chunks_exact_mut(2));
        let spots = luma.iter_mut().zip(chroma).zip(parts.zip(colours));
        for (block, ((dx, dy), ((luma, chroma), (parts, colours)))) in
            dx.iter().zip(dy).zip(spots).enumerate()
        {
            let x = (((block as i32) << 9) + dx).clamp(0, right) as u32;
            let y = (((row as i32) << 9) + dy).clamp(0, bottom) as u32;
            *luma = (y >> 8) * stride + (x >> 8);
            *chroma = (y >> 9) * stride + (x >> 9) * 2;
            parts.0.fill(x as u8);
            parts.1.fill(y as u8);
            colours.0.fill((x >> 1) as u8);
            colours.1.fill((y >> 1) as u8);
        }
    }
}

/// Looks up two samples for every spot, and the two that lie `next` further right.
#[inline]
fn gather(data: &[u8], spots: &[u32], next: usize, left: &mut [u8], right: &mut [u8]) {
    for ((spot, left), right) in spots.iter().zip(left.chunks_exact_mut(2)).zip(right.chunks_exact_mut(2)) {
        let four = &data[*spot as usize..*spot as usize + 4];
        left.copy_from_slice(&four[..2]);
        right.copy_from_slice(&four[next..next + 2]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Noise;

    /// A picture of blots, seen from a place and magnified, its brightness times `gain`.
    fn blots(seed: u64, place: (f32, f32), scale: f32, gain: f32) -> Frame {
        let mut frame = Frame::black(320, 180);
        let noise = Noise::new(seed, 1 << 16);
        let at = |x: f32, y: f32| noise.fractal(place.0 + x / 24.0 / scale, place.1 + y / 24.0 / scale, 3);
        for (index, y) in frame.y.iter_mut().enumerate() {
            *y = (16.0 + gain * 219.0 * at((index % 320) as f32, (index / 320) as f32)) as u8;
        }
        frame
    }

    /// Draws a bright square that is not part of the rest.
    fn square(mut frame: Frame, left: usize) -> Frame {
        for row in frame.y.chunks_exact_mut(320).skip(60).take(48) {
            for (x, y) in row[left..left + 48].iter_mut().enumerate() {
                *y = if x / 8 % 2 == 0 { 230 } else { 180 };
            }
        }
        frame
    }

    fn found(first: &Frame, last: &Frame) -> f32 {
        Flow::between(first, last).found
    }

    #[test]
    fn one_scene_is_told_from_two() {
        let day = blots(1, (9.0, 9.0), 1.0, 1.0);
        let related = [
            found(&day, &day),
            found(&day, &blots(1, (10.0, 9.0), 1.0, 1.0)),
            found(&day, &blots(1, (9.5, 9.3), 1.1, 1.0)),
            found(&day, &blots(1, (9.2, 9.0), 1.0, 0.6)),
            found(&square(day.clone(), 100), &square(day.clone(), 140)),
        ];
        assert!(related.iter().all(|share| *share > RELATED + 0.1), "{related:?}");
        let dusk = blots(2, (9.0, 9.0), 1.0, 0.6);
        let plain = Frame::black(320, 180);
        let unrelated = [found(&day, &dusk), found(&day, &plain), found(&plain, &dusk)];
        assert!(unrelated.iter().all(|share| *share < RELATED - 0.2), "{unrelated:?}");
    }

    #[test]
    fn a_sheet_gives_its_picture_back() {
        let mut frame = blots(3, (0.0, 0.0), 1.0, 1.0);
        frame.u.iter_mut().zip(0u8..=255).for_each(|(u, level)| *u = level);
        frame.v.iter_mut().rev().zip(0u8..=255).for_each(|(v, level)| *v = level);
        let mut copy = Frame::black(320, 180);
        Sheet::new(&frame).copy(&mut copy);
        assert!(copy == frame);
    }

    #[test]
    fn a_thing_that_moved_is_halfway_in_the_middle() {
        let behind = blots(1, (9.0, 9.0), 1.0, 0.5);
        let between = Between::new(&square(behind.clone(), 100), &square(behind.clone(), 140));
        assert!(matches!(between, Between::Warp { .. }));
        let mut frame = Frame::black(320, 180);
        between.draw(1, 3, &mut Desk::default(), &mut frame);
        let error = |like: &Frame| {
            let rows = frame.y.chunks_exact(320).zip(like.y.chunks_exact(320)).skip(68).take(32);
            rows.flat_map(|(a, b)| a[90..200].iter().zip(&b[90..200]))
                .map(|(a, b)| u32::from(a.abs_diff(*b)))
                .sum::<u32>()
        };
        let halfway = error(&square(behind.clone(), 120));
        let ends = [error(&square(behind.clone(), 100)), error(&square(behind, 140))];
        assert!(ends.iter().all(|end| halfway * 2 < *end), "{halfway} {ends:?}");
    }
}
