//! Fish: small ones, and the whale.

use super::{Footing, Pose, Subject, bright};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Rgb, point};
use crate::scene::Action;

#[derive(Debug)]
pub(super) struct Fish;

impl Subject for Fish {
    fn name(&self) -> &'static str {
        "fish"
    }
    fn words(&self) -> &'static [&'static str] {
        &[
            "fish",
            "goldfish",
            "clownfish",
            "shark",
            "whale",
            "dolphin",
            "turtle",
            "jellyfish",
            "koi",
            "鱼",
            "小鱼",
            "金鱼",
            "鲨鱼",
            "鲸鱼",
            "鲸",
            "海豚",
            "小丑鱼",
            "锦鲤",
            "海龟",
            "水母",
        ]
    }
    fn home(&self) -> &'static str {
        "underwater"
    }
    fn habit(&self) -> Action {
        Action::Swim
    }
    fn able(&self, _action: Action) -> Action {
        Action::Swim
    }
    fn footing(&self, _action: Action) -> Footing {
        Footing::Air
    }
    fn size(&self) -> f32 {
        0.36
    }
    fn reach(&self) -> f32 {
        1.05
    }
    fn coat(&self, accent: u16, copy: u8) -> Rgb {
        if copy == 0 { Rgb::hex(0xf2_8a2e) } else { bright(accent, copy) }
    }
    fn draw(&self, pose: &Pose, pen: &mut Pen) {
        let t = pose.t;
        let (coat, dark, pale) = (pose.coat, pose.coat.times(0.66), pose.coat.to(Rgb::WHITE, 0.65));
        // A wave runs down the body and grows towards the tail.
        let bend = |x: f32| {
            let back = ((0.5 - x) / 1.1).max(0.0);
            0.14 * back * back * wave(t * 1.35 + x * 0.7)
        };
        let at = |x: f32, y: f32| point(x, y + bend(x));
        let fan = 0.09 * wave(t * 1.35 - 0.45);
        let tail = [
            at(-0.5, 0.0),
            at(-0.74, -0.30).plus(0.0, fan),
            at(-0.84, -0.22).plus(0.0, fan),
            at(-0.70, 0.0).plus(0.0, fan * 0.6),
            at(-0.84, 0.22).plus(0.0, fan),
            at(-0.74, 0.30).plus(0.0, fan),
        ];
        pen.fill(&Outline::new().polygon(&tail), dark);
        pen.fill(
            &Outline::new().blob(&[
                at(0.2, -0.24),
                at(0.0, -0.43),
                at(-0.26, -0.36),
                at(-0.36, -0.16),
                at(0.0, -0.18),
            ]),
            dark,
        );
        pen.fill(
            &Outline::new().blob(&[at(0.1, 0.22), at(-0.10, 0.40), at(-0.24, 0.30), at(-0.2, 0.16)]),
            dark,
        );
        let body = Outline::new().blob(&[
            at(0.62, 0.02),
            at(0.48, -0.17),
            at(0.16, -0.29),
            at(-0.2, -0.22),
            at(-0.5, -0.07),
            at(-0.56, 0.0),
            at(-0.5, 0.07),
            at(-0.2, 0.20),
            at(0.16, 0.28),
            at(0.48, 0.18),
        ]);
        pen.ramp(&body, coat, coat.to(pale, 0.55));
        for (x, wide, tall) in [(0.20, 0.045, 0.25), (-0.18, 0.04, 0.19)] {
            pen.fill(&Outline::new().limb(at(x, -tall), at(x - 0.01, tall * 0.96), wide, wide), pale);
        }
        let row = 0.11 * wave(t * 1.1);
        pen.fill(
            &Outline::new().blob(&[
                at(0.12, 0.03),
                at(-0.06, 0.14 + row),
                at(-0.17, 0.09 + row),
                at(-0.02, 0.0),
            ]),
            dark,
        );
        pen.fill(&Outline::new().circle(at(0.42, -0.05), 0.068), Rgb::WHITE);
        pen.fill(&Outline::new().circle(at(0.435, -0.05), 0.04), Rgb::hex(0x18_1618));
        pen.fill(&Outline::new().circle(at(0.425, -0.065), 0.013), Rgb::WHITE);
        pen.fill(
            &Outline::new().tail(&[at(0.60, 0.07), at(0.54, 0.10), at(0.49, 0.085)], 0.012, 0.008),
            dark.times(0.7),
        );
    }
}
