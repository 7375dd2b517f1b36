//! The finish: what lies over the whole picture once it is drawn. Vignette, grain, paper, scratches.

use crate::chance::{mix, unit};
use crate::raster::{View, rows};
use filmgate_media::frame::Frame;

/// What a style lays over the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Finish {
    /// How dark the corners get, `0.0..=1.0`.
    pub(crate) vignette: f32,
    /// Film grain, in samples of brightness.
    pub(crate) grain: Grain,
    /// Dust and scratches of an old print.
    pub(crate) worn: bool,
    /// Side of a block of equal pixels; 0 for none.
    pub(crate) blocks: usize,
    /// No colour at all.
    pub(crate) grey: bool,
    /// Lines where the picture changes.
    pub(crate) lines: Lines,
}

impl Finish {
    /// Nothing at all.
    pub(crate) const NONE: Self =
        Self { vignette: 0.0, grain: Grain::None, worn: false, blocks: 0, grey: false, lines: Lines::None };
}

/// What a pen draws along the edges of what is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lines {
    None,
    /// Dark contours over the colours, so strong.
    Over(u16),
    /// Nothing but the lines and a little shading, on white.
    Only,
    /// Every edge lit from the upper left, as if it stood out.
    Relief,
}

/// A texture over the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Grain {
    None,
    /// Changes with every frame.
    Film(f32),
    /// Stays where it is: watercolour paper.
    Paper(f32),
    /// Stays where it is: the soft dents of fingers in clay.
    Thumbed(f32),
}

/// The tables of a finish for one view.
#[derive(Debug)]
pub(crate) struct Finisher {
    finish: Finish,
    view: View,
    across: Vec<u16>,
    down: Vec<u16>,
    texture: Vec<i8>,
    seed: u64,
}

const TEXTURE: usize = 1 << 16;

impl Finisher {
    pub(crate) fn new(finish: Finish, view: View, seed: u64) -> Self {
        let fall = |along: usize, size: usize| {
            let from_middle = (along as f32 + 0.5) / size as f32 * 2.0 - 1.0;
            (255.0 * (1.0 - finish.vignette * 0.5 * libm::powf(from_middle.abs(), 2.6))) as u16
        };
        let texture = match finish.grain {
            Grain::None => Vec::new(),
            Grain::Film(strength) => noise(seed, strength),
            Grain::Paper(strength) => smooth(&noise(seed, strength * 2.4), view.width, 1),
            Grain::Thumbed(strength) => dents(seed, strength, view.width),
        };
        Self {
            finish,
            view,
            across: (0..view.width).map(|x| fall(x, view.width)).collect(),
            down: (0..view.height).map(|y| fall(y, view.height)).collect(),
            texture,
            seed,
        }
    }

    /// Finishes the view of frame number `index`.
    pub(crate) fn apply(&self, frame: &mut Frame, index: u32) {
        let (top, height, width) = (self.view.top, self.view.height, self.view.width);
        if self.finish.blocks > 1 {
            blocks(frame, self.view, self.finish.blocks);
        }
        if self.finish.lines != Lines::None {
            contours(&mut frame.y[top * width..(top + height) * width], width, self.finish.lines);
        }
        let lines = frame.y.chunks_exact_mut(width).skip(top).take(height);
        for (row, line) in lines.enumerate() {
            if self.finish.vignette > 0.0 {
                rows::vignette(line, &self.across, self.down[row]);
            }
            if !self.texture.is_empty() {
                let start = match self.finish.grain {
                    Grain::Paper(_) | Grain::Thumbed(_) => row * width,
                    _ => mix(self.seed, u64::from(index) << 12 | row as u64) as usize,
                } % (TEXTURE - width.min(TEXTURE - 1));
                rows::add_signed(line, &self.texture[start..]);
            }
        }
        if self.finish.worn {
            self.wear(frame, index);
        }
        if self.finish.grey {
            let half = width / 2;
            frame.u[top / 2 * half..usize::midpoint(top, height) * half].fill(128);
            frame.v[top / 2 * half..usize::midpoint(top, height) * half].fill(128);
        }
    }

    /// A scratch that wanders, and specks that come and go.
    fn wear(&self, frame: &mut Frame, index: u32) {
        let View { width, height, top } = self.view;
        let era = u64::from(index / 20);
        let x = ((unit(self.seed, era) * 0.9 + 0.05) * width as f32) as usize
            + (mix(self.seed, u64::from(index)) % 3) as usize;
        if unit(self.seed ^ 1, era) < 0.6 {
            for row in top..top + height {
                let sample = &mut frame.y[row * width + x.min(width - 1)];
                *sample = sample.saturating_add(26).min(235);
            }
        }
        for speck in 0..5u64 {
            let chance = |what: u64| unit(self.seed, u64::from(index / 2) << 8 | speck << 4 | what);
            let (x, y) =
                ((chance(1) * (width - 4) as f32) as usize, (chance(2) * (height - 4) as f32) as usize);
            let dark = chance(3) < 0.5;
            for row in 0..3 {
                let at = (top + y + row) * width + x;
                frame.y[at..at + 3].fill(if dark { 40 } else { 215 });
            }
        }
    }
}

fn noise(seed: u64, strength: f32) -> Vec<i8> {
    (0..TEXTURE as u64)
        .map(|index| {
            // Two dice make a bell.
            let bell = unit(seed, index * 2) + unit(seed, index * 2 + 1) - 1.0;
            libm::roundf(bell * strength * 1.6) as i8
        })
        .collect()
}

/// Sums neighbours this far away, along the row and with a row below; a little more than their mean, as smoothing takes strength away.
fn smooth(texture: &[i8], width: usize, far: usize) -> Vec<i8> {
    let at = |index: usize| i32::from(texture[index % TEXTURE]);
    (0..TEXTURE)
        .map(|i| {
            ((at(i) + at(i + far) + at(i + width * far) + at(i + (width + 1) * far)) / 3).clamp(-60, 60) as i8
        })
        .collect()
}

/// Noise smoothed until its bumps are a few pixels wide.
fn dents(seed: u64, strength: f32, width: usize) -> Vec<i8> {
    [1, 2, 3, 5].into_iter().fold(noise(seed, strength * 4.0), |texture, far| smooth(&texture, width, far))
}

/// Draws lines where a sample differs from the ones to its right and below. What is smooth has none.
fn contours(luma: &mut [u8], width: usize, lines: Lines) {
    if lines == Lines::Relief {
        relief(luma, width);
        return;
    }
    let Some(last) = luma.len().checked_sub(width) else { return };
    for at in (0..last).step_by(width) {
        let (row, below) = luma[at..at + 2 * width].split_at_mut(width);
        let mut right = row[0];
        for x in 0..width {
            let here = right;
            right = row[(x + 1).min(width - 1)];
            let edge = u16::from(here.abs_diff(right)) + u16::from(here.abs_diff(below[x]));
            row[x] = match lines {
                Lines::Only => {
                    // Pencil: pale shading, and the harder the edge the blacker the line.
                    let shade = 176 + u16::from(here) / 4;
                    shade.min(234).saturating_sub(edge.saturating_sub(5) * 6).max(34) as u8
                }
                Lines::Over(strength) => {
                    let dark = (edge.saturating_sub(14) * strength).min(u16::from(here) * 3 / 4);
                    here - dark as u8
                }
                Lines::None | Lines::Relief => here,
            };
        }
    }
}

/// Lights what rises from the upper left and shades what falls away; from below upwards, as each row is made from one above.
fn relief(luma: &mut [u8], width: usize) {
    let step = (width / 480).max(1);
    for row in (step..luma.len() / width).rev() {
        let (above, here) = luma.split_at_mut(row * width);
        let above = &above[(row - step) * width..][..width - step];
        for (sample, above) in here[step..width].iter_mut().zip(above) {
            let slope = (i16::from(*sample) - i16::from(*above)) * 5 / 8;
            *sample = (i16::from(*sample) + slope.clamp(-30, 30)).clamp(16, 235) as u8;
        }
    }
}

/// Replaces every block by its middle sample.
fn blocks(frame: &mut Frame, view: View, side: usize) {
    let planes = [(&mut frame.y, 1, side), (&mut frame.u, 2, side / 2), (&mut frame.v, 2, side / 2)];
    for (plane, part, side) in planes {
        let (width, top, height) = (view.width / part, view.top / part, view.height / part);
        let side = side.max(1);
        for row in (0..height).step_by(side) {
            let middle = (top + (row + side / 2).min(height - 1)) * width;
            let mut line = plane[middle..middle + width].to_vec();
            for block in line.chunks_mut(side) {
                let sample = block[block.len() / 2];
                block.fill(sample);
            }
            for copy in row..(row + side).min(height) {
                plane[(top + copy) * width..][..width].copy_from_slice(&line);
            }
        }
    }
}
