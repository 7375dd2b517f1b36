//! A still picture brought to life: a slow move over it, never stretched, with the prompt's weather on top.

use super::overlay::Overlay;
use crate::chance::{ease, wave};
use crate::raster::{Lens, Plate};
use crate::scene::{Camera, Scene};
use crate::stage::Desk;
use filmgate_media::frame::Frame;
use filmgate_media::picture::Picture;

/// How much larger than the view the picture is kept, so that there is somewhere to move.
const ROOM: f32 = 1.14;

/// A picture and the move over it.
pub(crate) struct Still {
    plate: Plate,
    camera: Camera,
    overlay: Overlay,
}

impl Still {
    pub(crate) fn new(picture: &Picture, scene: &Scene, overlay: Overlay, index: usize) -> Self {
        let grow = |size: usize| (size as f32 * ROOM) as u32 & !1;
        let mut frame = picture.cover(grow(overlay.view.width), grow(overlay.view.height));
        overlay.grade(&mut frame);
        // Left to itself, one picture is approached, the next left behind.
        let camera = match scene.camera {
            Camera::Drift | Camera::Orbit if index.is_multiple_of(2) => Camera::PushIn,
            Camera::Drift | Camera::Orbit => Camera::PullOut,
            said => said,
        };
        Self { plate: Plate::from_frame(&frame), camera, overlay }
    }

    pub(crate) fn draw(&self, index: u32, count: u32, desk: &mut Desk, frame: &mut Frame) {
        let share = index as f32 / count.max(2).saturating_sub(1) as f32;
        let lens = self.lens(share, index as f32 / crate::FPS as f32);
        desk.lay_plate(&self.plate, &lens, self.overlay.view, frame);
        self.overlay.lay(frame, index);
    }

    /// Where the view is cut from the picture.
    fn lens(&self, share: f32, t: f32) -> Lens {
        let smooth = 0.35 * ease(share) + 0.65 * share;
        let whole = 1.0 / ROOM;
        // Magnification, and the place between the picture's edges (0.5 is the middle).
        let (scale, x, y) = match self.camera {
            Camera::PushIn | Camera::CloseUp | Camera::Drift | Camera::Orbit => {
                (whole + (1.0 - whole) * smooth, 0.5, 0.46)
            }
            Camera::PullOut => (1.0 - (1.0 - whole) * smooth, 0.5, 0.46),
            Camera::PanLeft => (1.0, 1.0 - smooth, 0.5),
            Camera::PanRight => (1.0, smooth, 0.5),
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
            x: x * spare(self.plate.width, view.width),
            y: y * spare(self.plate.height, view.height),
            pivot_x: 0.0,
            pivot_y: 0.0,
            scale,
        }
    }
}
