//! The airliner, from its side, climbing a little.

use super::{Footing, Pose, Subject, bright};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Plane;

impl Subject for Plane {
    fn name(&self) -> &'static str {
        "plane"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "plane",
            "airplane",
            "aeroplane",
            "aircraft",
            "airliner",
            "jet",
            "passenger plane",
            "飞机",
            "客机",
            "喷气机",
            "航班",
        ]
    }
    fn home(&self) -> &'static str {
        "sky"
    }
    fn habit(&self) -> Action {
        Action::Fly
    }
    fn able(&self, _action: Action) -> Action {
        Action::Fly
    }
    fn footing(&self, _action: Action) -> Footing {
        Footing::Air
    }
    fn size(&self) -> f32 {
        0.5
    }
    fn stride(&self) -> f32 {
        0.9
    }
    fn reach(&self) -> f32 {
        1.25
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        if copy == 0 { Rgb::hex(0xf2_f4f8) } else { bright(accent, copy) }
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let pitch = -0.09 + 0.02 * wave(pose.t * 0.15);
        let at = |x: f32, y: f32| point(x, y).turned(pitch);
        let (hull, shade, livery) = (pose.coat, pose.coat.times(0.66), Rgb::hex(0x2a_5cb0));
        // The far wing, the fin and the far tailplane stand behind the hull.
        pen.fill(
            &Outline::new().polygon(&[at(0.18, -0.06), at(-0.12, -0.40), at(-0.24, -0.40), at(-0.14, -0.06)]),
            shade.times(0.9),
        );
        pen.ramp(
            &Outline::new().polygon(&[at(-0.66, -0.08), at(-1.0, -0.52), at(-1.16, -0.52), at(-1.02, -0.04)]),
            livery,
            livery.times(0.8),
        );
        let body = Outline::new().blob(&[
            at(1.16, 0.02),
            at(1.06, -0.07),
            at(0.86, -0.125),
            at(0.0, -0.135),
            at(-0.72, -0.12),
            at(-1.14, -0.07),
            at(-1.10, -0.03),
            at(-0.70, 0.09),
            at(0.0, 0.135),
            at(0.86, 0.125),
            at(1.08, 0.085),
        ]);
        pen.ramp(&body, hull, shade);
        pen.fill(&Outline::new().limb(at(-1.0, -0.03), at(1.05, 0.035), 0.012, 0.016), livery);
        for window in 0..19u8 {
            let lit = if pose.night { Rgb::hex(0xff_d88a) } else { Rgb::hex(0x2c_3c54) };
            pen.fill(&Outline::new().circle(at(-0.72 + f32::from(window) * 0.083, -0.05), 0.017), lit);
        }
        pen.fill(
            &Outline::new().polygon(&[
                at(0.93, -0.085),
                at(1.06, -0.045),
                at(1.05, -0.015),
                at(0.93, -0.035),
            ]),
            Rgb::hex(0x1c_2838),
        );
        pen.fill(
            &Outline::new().polygon(&[at(-0.86, 0.0), at(-1.16, 0.13), at(-1.24, 0.12), at(-1.04, -0.02)]),
            shade,
        );
        // The near wing comes towards the viewer, with its engine below.
        for x in [0.20f32, -0.02] {
            pen.ramp(
                &Outline::new().limb(at(x, 0.20), at(x - 0.18, 0.20), 0.062, 0.045),
                hull.times(0.95),
                shade.times(0.7),
            );
            pen.fill(&Outline::new().ellipse(at(x + 0.05, 0.20), 0.02, 0.058, 0.0), Rgb::hex(0x22_2830));
        }
        pen.ramp(
            &Outline::new().polygon(&[at(0.28, 0.05), at(-0.46, 0.50), at(-0.62, 0.50), at(-0.24, 0.06)]),
            hull.times(0.94),
            shade.times(0.85),
        );
        pen.fill(
            &Outline::new().polygon(&[at(-0.46, 0.50), at(-0.56, 0.42), at(-0.66, 0.42), at(-0.62, 0.50)]),
            livery,
        );
        if pose.night || wave(pose.t) > 0.7 {
            pen.glow(at(-0.58, 0.48), 0.05, 0.05, Rgb::hex(0xff_5a4a), 0.9);
        }
    }
}
