//! From a first frame to a last one: both exact at their ends, an eased dissolve and a gentle move between.

use crate::chance::ease;
use crate::raster::{Lens, Plate, View, rows};
use crate::stage::Desk;
use filmgate_media::frame::Frame;

/// How far the move goes at most.
const MOVE: f32 = 0.07;

/// Two pictures of the film's size.
pub(crate) struct Between {
    first: Plate,
    last: Plate,
}

impl Between {
    pub(crate) fn new(first: &Frame, last: &Frame) -> Self {
        Self { first: Plate::from_frame(first), last: Plate::from_frame(last) }
    }

    pub(crate) fn draw(&self, index: u32, count: u32, desk: &mut Desk, frame: &mut Frame) {
        let share = index as f32 / count.max(2).saturating_sub(1) as f32;
        // The move starts and ends at rest; the dissolve keeps away from both ends.
        let (moved, mixed) = (ease(share), ease((share - 0.22) / 0.56));
        let part = (mixed * 255.0 + 0.5) as u8;
        let view = View { width: frame.width as usize, height: frame.height as usize, top: 0 };
        if part < 255 {
            desk.lay_plate(&self.first, &lens(view, 1.0 + MOVE * moved), view, frame);
        }
        if part > 0 {
            let mut over = desk.spare(frame);
            desk.lay_plate(&self.last, &lens(view, 1.0 + MOVE * (1.0 - moved)), view, &mut over);
            rows::dissolve(&mut frame.y, &over.y, part);
            rows::dissolve(&mut frame.u, &over.u, part);
            rows::dissolve(&mut frame.v, &over.v, part);
            desk.keep(over);
        }
    }
}

fn lens(view: View, scale: f32) -> Lens {
    let middle = (view.width as f32 / 2.0, view.height as f32 / 2.0);
    Lens { x: middle.0, y: middle.1, pivot_x: middle.0, pivot_y: middle.1, scale }
}
