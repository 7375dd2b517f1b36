//! The hot-air balloon.

use super::{Footing, Pose, Subject, bright};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Balloon;

impl Subject for Balloon {
    fn name(&self) -> &'static str {
        "balloon"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "balloon",
            "hot air balloon",
            "airship",
            "kite",
            "lantern",
            "热气球",
            "气球",
            "飞艇",
            "风筝",
            "孔明灯",
        ]
    }
    fn home(&self) -> &'static str {
        "mountains"
    }
    fn habit(&self) -> Action {
        Action::Fly
    }
    fn able(&self, action: Action) -> Action {
        if action == Action::Rise { action } else { Action::Fly }
    }
    fn footing(&self, _action: Action) -> Footing {
        Footing::Air
    }
    fn size(&self) -> f32 {
        0.52
    }
    fn stride(&self) -> f32 {
        0.12
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        bright(accent, copy)
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let sway = 0.05 * wave(pose.t * 0.17);
        let at = |x: f32, y: f32| point(x, y).turned(sway);
        let pale = Rgb::hex(0xf8_eed8);
        let edge = [
            (0.0, -0.56),
            (0.2, -0.51),
            (0.335, -0.36),
            (0.36, -0.18),
            (0.27, 0.02),
            (0.11, 0.2),
            (0.075, 0.25),
        ];
        // Gores: the same outline, narrower and narrower, in turn.
        for (index, narrow) in [1.0f32, 0.74, 0.44, 0.15].into_iter().enumerate() {
            let mut through: Vec<_> = edge.iter().map(|(x, y)| at(x * narrow, *y)).collect();
            through.extend(edge.iter().rev().take(6).map(|(x, y)| at(-x * narrow, *y)));
            let colour = if index % 2 == 0 { pose.coat } else { pale };
            pen.ramp(&Outline::new().blob(&through), colour.to(Rgb::WHITE, 0.1), colour.times(0.72));
        }
        for side in [-1.0f32, 1.0] {
            pen.fill(
                &Outline::new().limb(at(side * 0.07, 0.25), at(side * 0.05, 0.39), 0.005, 0.005),
                Rgb::hex(0x4a_3a2c),
            );
        }
        if pose.night || wave(pose.t * 0.35) > 0.6 {
            pen.fill(
                &Outline::new().blob(&[at(-0.02, 0.31), at(0.0, 0.22), at(0.02, 0.31), at(0.0, 0.33)]),
                Rgb::hex(0xff_b84a),
            );
        }
        pen.ramp(
            &Outline::new().polygon(&[at(-0.065, 0.38), at(0.065, 0.38), at(0.055, 0.49), at(-0.055, 0.49)]),
            Rgb::hex(0x9a_6a3a),
            Rgb::hex(0x6a_4424),
        );
        pen.fill(
            &Outline::new().limb(at(-0.065, 0.385), at(0.065, 0.385), 0.012, 0.012),
            Rgb::hex(0x5a_3a20),
        );
    }
}
