//! Beasts: bear, panda, fox, wolf, rabbit, lion, tiger. The pets' bodies with heads, ears and tails of their own.

use super::pets::{Fur, blink, on_fours, sitting, upright};
use super::rig::{Build, Frame, gait, stance};
use super::{Pose, Subject};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::Action;

const UPRIGHT: Build =
    Build { hip: 0.27, shoulder: 0.50, head: 0.70, hip_width: 0.09, shoulder_width: 0.105, arm: 0.29 };
const FOURS: Frame = Frame { half: 0.28, leg: 0.42, pace: 1.0 };

/// What tells beasts apart.
struct Look {
    coat: u32,
    ears: Ears,
    tail: Tail,
    mark: Mark,
    /// How heavily they are built; a dog is 1.08.
    stout: f32,
}

#[derive(Clone, Copy, PartialEq)]
enum Ears {
    Round,
    Pointed,
    Long,
}

#[derive(Clone, Copy, PartialEq)]
enum Tail {
    Stub,
    Brush,
    Tuft,
}

#[derive(Clone, Copy, PartialEq)]
enum Mark {
    Plain,
    /// Dark limbs, ears and eyes.
    Panda,
    Mane,
    Stripes,
}

macro_rules! beast {
    ($name:ident, $doc:literal, $word:literal, $words:expr, $home:literal, $size:literal, $look:expr) => {
        #[doc = $doc]
        #[derive(Debug)]
        pub(super) struct $name;

        impl Subject for $name {
            fn name(&self) -> &'static str {
                $word
            }
            fn words(&self) -> &'static [&'static str] {
                $words
            }
            fn home(&self) -> &'static str {
                $home
            }
            fn habit(&self) -> Action {
                Action::Sit
            }
            fn able(&self, action: Action) -> Action {
                match action {
                    Action::Fly | Action::Swim => Action::Jump,
                    Action::Idle | Action::Talk | Action::Rise => Action::Sit,
                    Action::Play => Action::Run,
                    other => other,
                }
            }
            fn size(&self) -> f32 {
                $size
            }
            fn reach(&self) -> f32 {
                1.0
            }
            fn coat(&self, _accent: u16, copy: u8) -> Rgb {
                Rgb::hex($look.coat).times(1.0 - 0.09 * f32::from(copy % 3))
            }
            fn lift(&self, pose: &Pose) -> f32 {
                if pose.action == Action::Jump { gait(&FOURS, pose.action, pose.t).lift } else { 0.0 }
            }
            fn draw(&self, pose: &Pose, pen: &mut Pen) {
                draw(&$look, pose, pen);
            }
        }
    };
}

beast!(
    Panda,
    "A panda.",
    "panda",
    &["panda", "giant panda", "熊猫", "大熊猫"],
    "forest",
    0.66,
    Look { coat: 0xf2_eee6, ears: Ears::Round, tail: Tail::Stub, mark: Mark::Panda, stout: 1.5 }
);
beast!(
    Bear,
    "A bear.",
    "bear",
    &["bear", "grizzly", "polar bear", "teddy bear", "熊", "北极熊", "棕熊", "小熊"],
    "forest",
    0.72,
    Look { coat: 0x7a_5236, ears: Ears::Round, tail: Tail::Stub, mark: Mark::Plain, stout: 1.5 }
);
beast!(
    Fox,
    "A fox.",
    "fox",
    &["fox", "red fox", "raccoon", "狐狸", "小狐狸", "浣熊"],
    "forest",
    0.6,
    Look { coat: 0xd8_6a2c, ears: Ears::Pointed, tail: Tail::Brush, mark: Mark::Plain, stout: 0.92 }
);
beast!(
    Wolf,
    "A wolf.",
    "wolf",
    &["wolf", "gray wolf", "coyote", "狼", "灰狼", "狼群"],
    "forest",
    0.66,
    Look { coat: 0x82_868e, ears: Ears::Pointed, tail: Tail::Brush, mark: Mark::Plain, stout: 1.08 }
);
beast!(
    Rabbit,
    "A rabbit.",
    "rabbit",
    &["rabbit", "bunny", "hare", "兔子", "兔", "小兔子", "白兔"],
    "meadow",
    0.5,
    Look { coat: 0xe6_dccc, ears: Ears::Long, tail: Tail::Stub, mark: Mark::Plain, stout: 1.12 }
);
beast!(
    Lion,
    "A lion.",
    "lion",
    &["lion", "lioness", "狮子", "雄狮"],
    "desert",
    0.7,
    Look { coat: 0xd8_a456, ears: Ears::Round, tail: Tail::Tuft, mark: Mark::Mane, stout: 1.25 }
);
beast!(
    Tiger,
    "A tiger.",
    "tiger",
    &["tiger", "leopard", "cheetah", "panther", "老虎", "虎", "豹子", "猎豹"],
    "forest",
    0.68,
    Look { coat: 0xe6_8c34, ears: Ears::Round, tail: Tail::Tuft, mark: Mark::Stripes, stout: 1.2 }
);

fn draw(look: &Look, pose: &Pose, pen: &mut Pen) {
    let t = pose.t;
    let mut fur = Fur::new(pose.coat);
    if look.mark == Mark::Panda {
        let black = Rgb::hex(0x30_2c30);
        (fur.limbs, fur.paws) = (black, black.times(0.8));
    }
    match pose.action {
        Action::Dance => {
            let s = stance(&UPRIGHT, Action::Dance, t);
            tail(look, pen, &fur, s.hip.plus(0.08, 0.02), t);
            upright(pen, &s, &fur);
            head(look, pen, &fur, s.head, s.tilt, t);
        }
        Action::Sit | Action::Idle => {
            tail(look, pen, &fur, point(0.14, -0.1), t);
            let at = sitting(pen, &fur, t);
            head(look, pen, &fur, at, 0.10 * wave(t * 0.15), t);
        }
        action => {
            let g = gait(&FOURS, action, t);
            tail(look, pen, &fur, g.hip.plus(-0.08, -0.06), t);
            on_fours(pen, &g, &FOURS, &fur, look.stout);
            if look.mark == Mark::Stripes {
                stripes(pen, g.hip, g.shoulder, look.stout);
            }
            let at = g.hip.to(g.shoulder, 1.2).plus(0.12, -0.15 - 0.04 * g.nod);
            head(look, pen, &fur, at, g.nod, t);
        }
    }
}

/// Dark bands across the back.
fn stripes(pen: &mut Pen, hip: Point, shoulder: Point, stout: f32) {
    for band in 0..6u8 {
        let at = hip.to(shoulder, f32::from(band) / 5.2);
        let long = 0.10 * stout;
        pen.fill(
            &Outline::new().tail(
                &[at.plus(-0.02, -long * 1.15), at.plus(0.012, -long * 0.5), at.plus(-0.006, long * 0.3)],
                0.018,
                0.004,
            ),
            Rgb::hex(0x2c_2020),
        );
    }
}

fn tail(look: &Look, pen: &mut Pen, fur: &Fur, root: Point, t: f32) {
    let side = if root.x > 0.0 { 1.0 } else { -1.0 };
    let swing = 0.06 * wave(t * 0.9);
    let at = |x: f32, y: f32| root.plus(side * x, y);
    match look.tail {
        Tail::Stub => pen.fill(&Outline::new().circle(at(0.05, -0.03), 0.055), fur.pale),
        Tail::Brush => {
            let through =
                [at(0.0, 0.0), at(0.14, 0.03), at(0.28, -0.02 + swing), at(0.42, -0.12 + swing * 2.0)];
            pen.fill(&Outline::new().tail(&through[..3], 0.045, 0.095), fur.coat);
            pen.fill(&Outline::new().tail(&through[2..], 0.095, 0.018), fur.pale);
        }
        Tail::Tuft => {
            let tip = at(0.36, -0.26 + swing * 2.0);
            let through = [at(0.0, 0.0), at(0.16, 0.02), at(0.30, -0.08 + swing), tip];
            pen.fill(&Outline::new().tail(&through, 0.034, 0.022), fur.coat.to(fur.dark, 0.2));
            pen.fill(&Outline::new().circle(tip, 0.048), fur.dark.times(0.6));
        }
    }
}

fn head(look: &Look, pen: &mut Pen, fur: &Fur, centre: Point, tilt: f32, t: f32) {
    let at = |x: f32, y: f32| {
        let on = point(x, y).turned(tilt);
        centre.plus(on.x, on.y)
    };
    let dark = Rgb::hex(0x24_1c1c);
    if look.mark == Mark::Mane {
        let mane = Rgb::hex(0x8a_4e22);
        let mut edge = Outline::new();
        for lock in 0..12u8 {
            let turn = f32::from(lock) / 12.0;
            let sway = 0.012 * wave(t * 0.4 + turn * 2.0);
            edge = edge.circle(at(0.19 * wave(turn + 0.25) + sway, 0.01 + 0.19 * wave(turn)), 0.085);
        }
        pen.fill(&edge.circle(at(0.0, 0.0), 0.21), mane);
    }
    ears(look, pen, fur, &at, t);
    let skull = [(0.0, -0.16), (0.12, -0.13), (0.17, -0.01), (0.12, 0.12), (0.0, 0.16), (-0.12, 0.12)];
    let mut skull: Vec<Point> = skull.iter().map(|(x, y)| at(*x, *y)).collect();
    skull.extend([at(-0.17, -0.01), at(-0.12, -0.13)]);
    pen.ramp(&Outline::new().blob(&skull), fur.coat, fur.coat.times(0.82));
    let muzzle = if look.mark == Mark::Panda { fur.coat.to(Rgb::WHITE, 0.4) } else { fur.pale };
    if look.ears == Ears::Pointed {
        // Cheeks run out into points, the snout is narrow.
        for side in [-1.0_f32, 1.0] {
            let cheek =
                [at(side * 0.02, 0.03), at(side * 0.14, 0.02), at(side * 0.20, 0.11), at(side * 0.06, 0.13)];
            pen.fill(&Outline::new().polygon(&cheek), muzzle);
        }
    }
    pen.fill(&Outline::new().ellipse(at(0.0, 0.08), 0.085, 0.065, tilt), muzzle);
    if look.mark == Mark::Stripes {
        for (x, y) in [(-0.05, -0.13), (0.0, -0.14), (0.05, -0.13)] {
            pen.fill(&Outline::new().limb(at(x, y), at(x * 0.7, y + 0.06), 0.010, 0.004), dark);
        }
    }
    for side in [-1.0_f32, 1.0] {
        if look.mark == Mark::Panda {
            pen.fill(
                &Outline::new().ellipse(at(side * 0.078, -0.01), 0.045, 0.06, tilt + side * 0.5),
                fur.limbs,
            );
        }
        let open = (0.030 * blink(t)).max(0.006);
        pen.fill(&Outline::new().ellipse(at(side * 0.072, -0.02), 0.023, open, tilt), dark);
        pen.fill(&Outline::new().circle(at(side * 0.072 - 0.007, -0.03), 0.008), Rgb::WHITE);
        let lip = [at(0.0, 0.085), at(side * 0.025, 0.112), at(side * 0.06, 0.104)];
        pen.fill(&Outline::new().tail(&lip, 0.006, 0.004), dark);
    }
    pen.fill(&Outline::new().ellipse(at(0.0, 0.05), 0.034, 0.024, tilt), dark);
}

fn ears(look: &Look, pen: &mut Pen, fur: &Fur, at: &dyn Fn(f32, f32) -> Point, t: f32) {
    for side in [-1.0_f32, 1.0] {
        let twitch = 0.012 * wave(t * 0.6 + side * 0.2);
        match look.ears {
            Ears::Round => {
                let colour = if look.mark == Mark::Panda { fur.limbs } else { fur.coat.to(fur.dark, 0.5) };
                pen.fill(&Outline::new().circle(at(side * 0.125, -0.125 + twitch), 0.062), colour);
                pen.fill(&Outline::new().circle(at(side * 0.12, -0.118 + twitch), 0.034), colour.times(0.75));
            }
            Ears::Pointed => {
                let tip = at(side * 0.15 + twitch, -0.27);
                let ear = [at(side * 0.03, -0.12), tip, at(side * 0.165, -0.06)];
                pen.fill(&Outline::new().polygon(&ear), fur.coat.to(fur.dark, 0.3));
                let inner =
                    [at(side * 0.06, -0.12), tip.to(at(side * 0.1, -0.1), 0.25), at(side * 0.14, -0.08)];
                pen.fill(&Outline::new().polygon(&inner), fur.dark.times(0.6));
            }
            Ears::Long => {
                let tip = at(side * 0.11 + twitch * 3.0, -0.42);
                pen.fill(&Outline::new().limb(at(side * 0.06, -0.11), tip, 0.042, 0.034), fur.coat);
                let (from, to) = (at(side * 0.065, -0.14), tip.to(at(side * 0.06, -0.11), 0.12));
                pen.fill(&Outline::new().limb(from, to, 0.020, 0.016), fur.pink);
            }
        }
    }
}
