//! The ship: under sail, rolling.

use super::{Footing, Pose, Subject};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Ship;

impl Subject for Ship {
    fn name(&self) -> &'static str {
        "ship"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "ship",
            "boat",
            "sailboat",
            "sailing boat",
            "sailing ship",
            "yacht",
            "vessel",
            "pirate ship",
            "ferry",
            "canoe",
            "船",
            "帆船",
            "小船",
            "轮船",
            "游艇",
            "渔船",
            "海盗船",
        ]
    }
    fn home(&self) -> &'static str {
        "sea"
    }
    fn habit(&self) -> Action {
        Action::Walk
    }
    fn able(&self, action: Action) -> Action {
        if matches!(action, Action::Idle | Action::Sit) { Action::Idle } else { Action::Walk }
    }
    fn footing(&self, _action: Action) -> Footing {
        Footing::Afloat
    }
    fn size(&self) -> f32 {
        0.62
    }
    fn stride(&self) -> f32 {
        0.35
    }
    fn coat(&self, _accent: u16, copy: u8) -> Rgb {
        [Rgb::hex(0x7a_4a30), Rgb::hex(0x2f_4a6a), Rgb::hex(0xa8_3a34)][usize::from(copy) % 3]
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let roll = (0.035 + 0.08 * pose.swell) * wave(pose.t * 0.21);
        let rise = (0.012 + 0.055 * pose.swell) * wave(pose.t * 0.33);
        let at = |x: f32, y: f32| {
            let on = point(x, y).turned(roll);
            on.plus(0.0, rise)
        };
        let (hull, sail) = (pose.coat, Rgb::hex(0xf6_eedc));
        let belly = 0.05 + 0.02 * wave(pose.t * 0.27);
        for (x, top) in [(-0.17, -0.88), (0.13, -0.99)] {
            pen.fill(&Outline::new().limb(at(x, -0.1), at(x, top), 0.014, 0.009), hull.times(0.6));
        }
        let sheet = |pen: &mut Pen, x: f32, top: f32, foot: f32, wide: f32, shade: f32| {
            let cloth = [
                at(x - wide * 0.8, top),
                at(x + wide * 0.8, top),
                at(x + wide + belly, (top + foot) * 0.5),
                at(x + wide, foot),
                at(x - wide, foot),
                at(x - wide + belly * 1.4, (top + foot) * 0.5),
            ];
            pen.ramp(&Outline::new().blob(&cloth), sail.times(shade), sail.times(shade * 0.84));
        };
        sheet(pen, -0.17, -0.80, -0.54, 0.13, 0.95);
        sheet(pen, -0.17, -0.51, -0.24, 0.16, 0.92);
        sheet(pen, 0.13, -0.92, -0.62, 0.15, 1.0);
        sheet(pen, 0.13, -0.59, -0.24, 0.19, 0.97);
        pen.fill(
            &Outline::new().polygon(&[at(0.37, -0.22), at(0.66, -0.21), at(0.30, -0.74)]),
            sail.times(0.9),
        );
        let wind = 0.03 * wave(pose.t * 0.9);
        pen.fill(
            &Outline::new().polygon(&[at(0.13, -1.0), at(0.27, -0.98 + wind), at(0.13, -0.945)]),
            Rgb::hex(0xd8_3a34),
        );
        let side = [
            at(-0.52, -0.25),
            at(-0.40, -0.16),
            at(0.36, -0.16),
            at(0.66, -0.24),
            at(0.48, 0.0),
            at(0.40, 0.05),
            at(-0.36, 0.05),
            at(-0.46, -0.04),
        ];
        pen.ramp(&Outline::new().polygon(&side), hull, hull.times(0.6));
        pen.fill(&Outline::new().limb(at(-0.47, -0.14), at(0.55, -0.14), 0.012, 0.012), hull.to(sail, 0.6));
        for window in 0..5u8 {
            let glow = if pose.night { Rgb::hex(0xff_d48a) } else { hull.times(0.35) };
            pen.fill(&Outline::new().circle(at(-0.3 + 0.15 * f32::from(window), -0.075), 0.02), glow);
        }
        for ring in 0..4u8 {
            let x = -0.5 + 0.36 * f32::from(ring) + 0.02 * wave(pose.t * 0.5 + f32::from(ring) * 0.3);
            pen.veil(&Outline::new().ellipse(point(x, 0.055), 0.2, 0.022, 0.0), Rgb::hex(0xe8_f4f8), 0.75);
        }
    }
}
