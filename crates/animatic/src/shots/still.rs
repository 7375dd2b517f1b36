//! A still picture brought to life: a move over it, never stretched, with the prompt's weather on top.
//!
//! If something stands out of the picture, it is lifted off: what lay behind it is filled in, and it moves a little more
//! than its background does, as what is nearer would.

use super::matte::{Matte, Small, blur, stretch};
use super::overlay::Overlay;
use crate::chance::{ease, wave};
use crate::raster::{Lens, Plate, copy_plane, rows};
use crate::scene::{Camera, Scene};
use crate::stage::Desk;
use filmgate_media::frame::Frame;
use filmgate_media::picture::Picture;
use std::borrow::Cow;

/// Samples up to this are black.
const BLACK: u8 = 20;
/// How much larger than the view the picture is kept, so that there is somewhere to move.
const ROOM: f32 = 1.14;
/// How much the subject grows beyond its background.
const NEARER: f32 = 0.055;
/// How far it moves aside beyond its background, in widths of the view.
const ASIDE: f32 = 0.022;

/// A picture and the move over it.
pub(crate) struct Still {
    back: Plate,
    front: Option<Front>,
    camera: Camera,
    overlay: Overlay,
}

/// What is lifted off the picture.
struct Front {
    plate: Plate,
    /// Where it stands, in pixels of the plate: it grows from there.
    foot: (f32, f32),
}

impl Still {
    pub(crate) fn new(picture: &Picture, scene: &Scene, overlay: Overlay, index: usize) -> Self {
        let grow = |size: usize| (size as f32 * ROOM) as u32 & !1;
        let picture = &unbarred(picture);
        let mut frame = picture.cover(grow(overlay.view.width), grow(overlay.view.height));
        overlay.grade(&mut frame);
        // Left to itself, one picture is approached, the next left behind.
        let camera = match scene.camera {
            Camera::Drift | Camera::Orbit | Camera::Wide if index.is_multiple_of(2) => Camera::PushIn,
            Camera::Drift | Camera::Orbit | Camera::Wide => Camera::PullOut,
            Camera::Track => Camera::PanRight,
            said => said,
        };
        let front = (camera != Camera::Still).then(|| lift(&mut frame)).flatten();
        Self { back: Plate::from_frame(&frame), front, camera, overlay }
    }

    pub(crate) fn draw(&self, index: u32, count: u32, desk: &mut Desk, frame: &mut Frame) {
        let share = index as f32 / count.max(2).saturating_sub(1) as f32;
        let t = index as f32 / crate::FPS as f32;
        let lens = self.lens(share, t);
        desk.lay_plate(&self.back, &lens, self.overlay.view, frame);
        if let Some(front) = &self.front {
            let lens = nearer(&lens, front.foot, self.parallax(share, t), self.overlay.view.width as f32);
            desk.lay_plate(&front.plate, &lens, self.overlay.view, frame);
        }
        self.overlay.lay(frame, index);
    }

    /// How far the subject is ahead of its background: growth and steps aside, both `-1.0..=1.0`.
    fn parallax(&self, share: f32, t: f32) -> (f32, f32) {
        let smooth = 0.35 * ease(share) + 0.65 * share;
        match self.camera {
            Camera::PushIn | Camera::CloseUp | Camera::Drift | Camera::Orbit | Camera::Wide => (smooth, 0.0),
            Camera::PullOut | Camera::Aerial => (1.0 - smooth, 0.0),
            Camera::PanLeft => (0.2, smooth - 0.5),
            Camera::PanRight | Camera::Track => (0.2, 0.5 - smooth),
            Camera::TiltUp | Camera::TiltDown => (0.3 * smooth, 0.0),
            Camera::Handheld => (0.1, -0.3 * wave(t * 0.31) - 0.15 * wave(t * 0.83)),
            Camera::Still => (0.0, 0.0),
        }
    }

    /// Where the view is cut from the picture.
    fn lens(&self, share: f32, t: f32) -> Lens {
        let smooth = 0.35 * ease(share) + 0.65 * share;
        let whole = 1.0 / ROOM;
        // Magnification, and the place between the picture's edges (0.5 is the middle).
        let (scale, x, y) = match self.camera {
            Camera::PushIn | Camera::CloseUp | Camera::Drift | Camera::Orbit | Camera::Wide => {
                (whole + (1.0 - whole) * smooth, 0.5, 0.46)
            }
            Camera::PullOut => (1.0 - (1.0 - whole) * smooth, 0.5, 0.46),
            Camera::PanLeft => (1.0, 1.0 - smooth, 0.5),
            Camera::PanRight | Camera::Track => (1.0, smooth, 0.5),
            Camera::TiltUp => (1.0, 0.5, 1.0 - smooth),
            Camera::TiltDown => (1.0, 0.5, smooth),
            Camera::Aerial => (1.0 - (1.0 - whole) * smooth, 0.5, 0.3 + 0.4 * smooth),
            Camera::Handheld => (
                0.98,
                0.5 + 0.09 * wave(t * 0.31) + 0.04 * wave(t * 0.83),
                0.5 + 0.09 * wave(t * 0.27 + 0.4) + 0.04 * wave(t * 0.97),
            ),
            Camera::Still => (whole, 0.5, 0.5),
        };
        let view = self.overlay.view;
        let spare = |plate: usize, view: usize| (plate as f32 - view as f32 / scale).max(0.0);
        Lens {
            x: x * spare(self.back.width, view.width),
            y: y * spare(self.back.height, view.height),
            pivot_x: 0.0,
            pivot_y: 0.0,
            scale,
        }
    }
}

/// The picture without black bars at its edges: they belong to a frame, which the film has its own of.
fn unbarred(picture: &Picture) -> Cow<'_, Picture> {
    let (width, height) = (picture.width as usize, picture.height as usize);
    let black =
        |x: usize, y: usize| picture.rgb[(y * width + x) * 3..][..3].iter().all(|part| *part <= BLACK);
    let rows = (0..height).map(|y| (0..width).all(|x| black(x, y))).collect::<Vec<_>>();
    let columns = (0..width).map(|x| (0..height).all(|y| black(x, y))).collect::<Vec<_>>();
    let inside = |dark: &[bool]| {
        let first = dark.iter().take_while(|dark| **dark).count();
        let last = dark.len() - dark[first..].iter().rev().take_while(|dark| **dark).count();
        // What is mostly black is a dark picture, not one with bars.
        if (last - first) * 5 > dark.len() * 2 { first..last } else { 0..dark.len() }
    };
    let (across, down) = (inside(&columns), inside(&rows));
    if across.len() == width && down.len() == height {
        return Cow::Borrowed(picture);
    }
    let rgb =
        down.clone().flat_map(|y| &picture.rgb[(y * width + across.start) * 3..(y * width + across.end) * 3]);
    Cow::Owned(Picture { width: across.len() as u32, height: down.len() as u32, rgb: rgb.copied().collect() })
}

/// The lens of a plate that has grown about its foot and stepped aside, seen through `lens`.
fn nearer(lens: &Lens, foot: (f32, f32), (growth, aside): (f32, f32), width: f32) -> Lens {
    let grown = 1.0 + NEARER * growth;
    let along = |at: f32, foot: f32, aside: f32| (at - foot * (1.0 - grown) - aside) / grown;
    Lens {
        x: along(lens.x, foot.0, ASIDE * 2.0 * aside * width),
        y: along(lens.y, foot.1, 0.0),
        scale: lens.scale * grown,
        ..*lens
    }
}

/// Lifts the subject off a picture and fills what lay behind it; none if nothing stands out.
fn lift(frame: &mut Frame) -> Option<Front> {
    let small = Small::of(frame);
    let matte = Matte::find(&small)?;
    let (width, height) = (frame.width as usize, frame.height as usize);
    let (half_w, half_h) = (width / 2, height / 2);
    let full = matte.cover(|x, y| frame.y[y * width + x], width, height);
    let half = matte.cover(|x, y| frame.y[y * 2 * width + x * 2], half_w, half_h);
    let mut plate = Plate::new(width, height, 0, false);
    let (stride, half_stride) = (plate.stride(), plate.half_stride());
    veiled(&frame.y, &full, &mut plate.y, (width, stride));
    copy_plane(&full, width, &mut plate.a, stride);
    veiled(&frame.u, &half, &mut plate.u, (half_w, half_stride));
    veiled(&frame.v, &half, &mut plate.v, (half_w, half_stride));
    copy_plane(&half, half_w, &mut plate.half_a, half_stride);
    let filled = fill(&small, &matte.grown);
    hide(&mut frame.y, &grown(&full, width), &filled, (&small, 0), width);
    let half = grown(&half, half_w);
    hide(&mut frame.u, &half, &filled, (&small, 1), half_w);
    hide(&mut frame.v, &half, &filled, (&small, 2), half_w);
    let foot = (matte.foot.0 * width as f32, matte.foot.1 * height as f32);
    Some(Front { plate: plate.finish(), foot })
}

/// Lays what lies behind the subject over it.
fn hide(plane: &mut [u8], cover: &[u8], behind: &[[f32; 3]], (small, part): (&Small, usize), width: usize) {
    let behind: Vec<f32> = behind.iter().map(|sample| sample[part]).collect();
    let (height, mut fresh) = (plane.len() / width, vec![0.0; width]);
    for (row, line) in plane.chunks_exact_mut(width).enumerate() {
        let cover = &cover[row * width..(row + 1) * width];
        if cover.iter().all(|cover| *cover == 0) {
            continue;
        }
        stretch(&behind, (small.width, small.height), (row as f32 + 0.5) / height as f32, &mut fresh);
        for ((sample, cover), fresh) in line.iter_mut().zip(cover).zip(&fresh) {
            let share = f32::from(*cover) / 255.0;
            *sample = (f32::from(*sample) * (1.0 - share) + fresh * share + 0.5) as u8;
        }
    }
}

/// A cover that reaches a few pixels farther, so that no fringe of the subject is left behind.
fn grown(cover: &[u8], width: usize) -> Vec<u8> {
    let reach = (width / 300).max(1);
    let most = |at: &dyn Fn(usize) -> u8, index: usize, count: usize| {
        (index.saturating_sub(reach)..(index + reach + 1).min(count)).map(at).max().unwrap_or(0)
    };
    let height = cover.len() / width;
    let across: Vec<u8> =
        (0..cover.len()).map(|at| most(&|x| cover[at / width * width + x], at % width, width)).collect();
    (0..cover.len()).map(|at| most(&|y| across[y * width + at % width], at / width, height)).collect()
}

/// Copies rows into a plate's plane, multiplied by their cover.
fn veiled(from: &[u8], cover: &[u8], to: &mut [u8], (width, stride): (usize, usize)) {
    for (row, (line, cover)) in from.chunks_exact(width).zip(cover.chunks_exact(width)).enumerate() {
        let to = &mut to[row * stride..row * stride + width];
        for ((to, from), cover) in to.iter_mut().zip(line).zip(cover) {
            *to = rows::div255(u16::from(*from) * u16::from(*cover)) as u8;
        }
    }
}

/// What lies behind the subject, at small size: its surroundings run in from all sides, coarse first.
fn fill(small: &Small, hidden: &[f32]) -> Vec<[f32; 3]> {
    let mut filled = small.samples.clone();
    let seen: Vec<f32> = hidden.iter().map(|hidden| 1.0 - hidden).collect();
    for reach in [48, 24, 12, 6, 3, 1] {
        let weight = blur(&seen, small, reach);
        for part in 0..3 {
            let plane: Vec<f32> =
                filled.iter().zip(&seen).map(|(sample, seen)| sample[part] * seen).collect();
            for (at, mean) in blur(&plane, small, reach).into_iter().enumerate() {
                // Where enough is seen within reach, the nearer surroundings replace the farther ones.
                let trust = (weight[at] * 6.0).min(1.0);
                let near = if weight[at] > 1e-4 { mean / weight[at] } else { filled[at][part] };
                if hidden[at] > 0.0 {
                    filled[at][part] = filled[at][part] * (1.0 - trust) + near * trust;
                }
            }
        }
    }
    filled
}
