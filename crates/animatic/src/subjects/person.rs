//! People: woman, man, child, astronaut. One way of drawing, four sets of measures and clothes.

use super::rig::{Build, Stance, joint, outward, sit_on, stance};
use super::{Footing, Pose, Subject, props};
use crate::chance::wave;
use crate::raster::{Outline, Pen, Point, Rgb, point};
use crate::scene::{Action, Age, Prop};

const ADULT: Build =
    Build { hip: 0.50, shoulder: 0.80, head: 0.915, hip_width: 0.052, shoulder_width: 0.088, arm: 0.37 };
const SMALL: Build =
    Build { hip: 0.43, shoulder: 0.72, head: 0.88, hip_width: 0.055, shoulder_width: 0.088, arm: 0.33 };

const SKINS: [u32; 4] = [0xf0_c4a0, 0xc6_8a60, 0x8a_5a3c, 0xf6_d8bc];
const HAIRS: [u32; 4] = [0x3a_2620, 0x1e_1a1e, 0x7a_4a24, 0xc8_9a4a];
const GREY: u32 = 0xd6_d4d2;
/// Height of a chair.
const SEAT: f32 = 0.27;

/// What tells people apart.
struct Look {
    build: Build,
    skirt: bool,
    long_hair: bool,
    suit: bool,
    /// Degrees the clothes' hue is away from the scene's accent, so that two people differ.
    hue: u16,
}

macro_rules! person {
    ($name:ident, $doc:literal, $word:literal, $words:expr, $size:literal, $home:literal, $look:expr) => {
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
                if $home == "space" { Action::Fly } else { Action::Idle }
            }
            fn able(&self, action: Action) -> Action {
                match action {
                    Action::Play => Action::Jump,
                    Action::Rise => Action::Idle,
                    other => other,
                }
            }
            fn holds(&self, prop: Prop) -> bool {
                !$look.suit && prop != Prop::Branch
            }
            fn footing(&self, action: Action) -> Footing {
                if matches!(action, Action::Fly | Action::Swim) { Footing::Air } else { Footing::Ground }
            }
            fn size(&self) -> f32 {
                $size
            }
            fn girth(&self) -> f32 {
                0.2
            }
            fn reach(&self) -> f32 {
                1.1
            }
            fn coat(&self, accent: u16, copy: u8) -> Rgb {
                if $look.suit { Rgb::hex(0xec_ecf0) } else { super::bright(accent + $look.hue, copy) }
            }
            fn lift(&self, pose: &Pose) -> f32 {
                if pose.action == Action::Jump {
                    super::rig::hop(pose.t * 0.85 - libm::floorf(pose.t * 0.85))
                } else {
                    0.0
                }
            }
            fn draw(&self, pose: &Pose, pen: &mut Pen) {
                draw(&$look, pose, pen);
            }
        }
    };
}

person!(
    Woman,
    "A woman.",
    "woman",
    &[
        "woman",
        "girl",
        "lady",
        "female",
        "dancer",
        "ballerina",
        "mother",
        "princess",
        "queen",
        "she",
        "actress",
        "bride",
        "nurse",
        "witch",
        "goddess",
        "新娘",
        "护士",
        "女演员",
        "grandmother",
        "grandma",
        "老奶奶",
        "奶奶",
        "女人",
        "女孩",
        "女生",
        "女子",
        "女士",
        "少女",
        "姑娘",
        "舞者",
        "公主",
        "妈妈",
        "美女"
    ],
    0.72,
    "street",
    Look { build: ADULT, skirt: true, long_hair: true, suit: false, hue: 0 }
);
person!(
    Man,
    "A man, or somebody.",
    "man",
    &[
        "man",
        "person",
        "guy",
        "gentleman",
        "male",
        "human",
        "figure",
        "warrior",
        "soldier",
        "king",
        "detective",
        "father",
        "worker",
        "he",
        "friend",
        "student",
        "teacher",
        "chef",
        "doctor",
        "musician",
        "singer",
        "runner",
        "hiker",
        "traveler",
        "tourist",
        "farmer",
        "artist",
        "monk",
        "samurai",
        "wizard",
        "朋友",
        "学生",
        "老师",
        "厨师",
        "医生",
        "歌手",
        "旅行者",
        "农民",
        "武士",
        "grandfather",
        "grandpa",
        "老爷爷",
        "爷爷",
        "couple",
        "男人",
        "男子",
        "男生",
        "男士",
        "人",
        "人物",
        "行人",
        "战士",
        "爸爸",
        "老人",
        "侦探"
    ],
    0.74,
    "street",
    Look { build: ADULT, skirt: false, long_hair: false, suit: false, hue: 150 }
);
person!(
    Child,
    "A child.",
    "child",
    &[
        "child",
        "kid",
        "boy",
        "toddler",
        "baby boy",
        "little girl",
        "孩子",
        "小孩",
        "男孩",
        "小男孩",
        "小女孩",
        "儿童",
        "宝宝"
    ],
    0.58,
    "meadow",
    Look { build: SMALL, skirt: false, long_hair: false, suit: false, hue: 60 }
);
person!(
    Astronaut,
    "An astronaut.",
    "astronaut",
    &["astronaut", "cosmonaut", "spaceman", "diver", "宇航员", "航天员", "太空人", "潜水员"],
    0.66,
    "space",
    Look { build: SMALL, skirt: false, long_hair: false, suit: true, hue: 0 }
);

fn draw(look: &Look, pose: &Pose, pen: &mut Pen) {
    let seated = pose.seat && pose.action == Action::Sit && !look.suit;
    let mut s =
        if seated { sit_on(&look.build, SEAT, pose.t) } else { stance(&look.build, pose.action, pose.t) };
    hold(&mut s, look, pose);
    if matches!(pose.action, Action::Fly | Action::Swim) {
        // What floats is placed by its middle.
        let raise = |p: &mut Point| *p = p.plus(0.0, 0.5);
        [&mut s.hip, &mut s.chest, &mut s.head].into_iter().for_each(raise);
        for pair in [&mut s.hips, &mut s.knees, &mut s.feet, &mut s.shoulders, &mut s.elbows, &mut s.hands] {
            pair.iter_mut().for_each(raise);
        }
    }
    let kind = (libm::fabsf(pose.coat.r * 255.0) as usize + libm::fabsf(pose.coat.b * 99.0) as usize) % 4;
    let hair = if pose.age == Age::Old { GREY } else { HAIRS[[0, 1, 1, 3][kind]] };
    let (skin, hair) = (Rgb::hex(SKINS[kind]), Rgb::hex(hair));
    if seated {
        props::chair(pen, SEAT);
    }
    let cloth = Cloth::of(look, pose.coat, skin);
    if look.suit {
        pen.fill(
            &Outline::new().limb(s.chest.plus(0.0, 0.02), s.chest.plus(0.0, 0.2), 0.13, 0.12),
            cloth.top.times(0.75),
        );
    } else if look.long_hair {
        let swing = 0.03 * wave(pose.t * 0.9);
        pen.fill(
            &Outline::new().tail(
                &[
                    s.head.plus(0.0, -0.02),
                    s.head.plus(-0.015 + swing * 0.4, 0.10),
                    s.head.plus(-0.03 + swing, 0.22),
                ],
                0.078,
                0.035,
            ),
            hair.times(0.8),
        );
    }
    let hand = if look.suit { pose.coat.times(0.72) } else { skin };
    arm(pen, &s, 0, &cloth, hand);
    for i in 0..2 {
        leg(pen, &s, i, &cloth);
    }
    torso(pen, &s, look, &cloth, pose.t);
    face(pen, &s, look, skin, hair, pose);
    if pose.prop == Some(Prop::Umbrella) {
        props::umbrella(pen, s.hands[1], 0.36, pose.t, accessory(pose.coat));
    }
    arm(pen, &s, 1, &cloth, hand);
    match pose.prop {
        Some(Prop::Book) => props::book(pen, s.hands, pose.t, accessory(pose.coat)),
        Some(Prop::Cup) => props::cup(pen, s.hands[1], pose.t, Rgb::hex(0xf0_ece4)),
        None if leans(look, pose) => props::stick(pen, s.hands[1]),
        _ => {}
    }
}

/// A colour that stands out from the clothes.
fn accessory(coat: Rgb) -> Rgb {
    if coat.r > coat.b { Rgb::hex(0x2f_5fa8) } else { Rgb::hex(0xc4_3c34) }
}

/// Whether somebody old stands or walks with a free hand.
fn leans(look: &Look, pose: &Pose) -> bool {
    pose.age == Age::Old && !look.suit && matches!(pose.action, Action::Idle | Action::Walk)
}

/// Brings the hands to what they hold.
fn hold(s: &mut Stance, look: &Look, pose: &Pose) {
    let reach = if s.profile { 0.15 } else { 0.0 };
    let at = |x: f32, y: f32| s.chest.plus(x, y);
    let hands = match pose.prop {
        Some(Prop::Umbrella) => [None, Some(at(0.10 + reach * 0.3, 0.09))],
        Some(Prop::Book) => [Some(at(reach - 0.055, 0.17)), Some(at(reach + 0.055, 0.17))],
        Some(Prop::Cup) => {
            let sip = crate::chance::ease(wave(pose.t * 0.2) * 3.0 - 1.4);
            [None, Some(at(0.12 + reach * 0.4 - 0.05 * sip, 0.14 - 0.20 * sip))]
        }
        None if leans(look, pose) => [None, Some(at(0.15 + reach * 0.3, 0.30))],
        _ => [None, None],
    };
    for (i, hand) in hands.into_iter().enumerate() {
        let Some(hand) = hand else { continue };
        s.hands[i] = hand;
        let side = if s.profile { 1.0 } else { outward(s.chest, hand.plus(0.0, -0.06), i) };
        s.elbows[i] = joint(s.shoulders[i], hand, look.build.arm * 0.5, side);
    }
}

/// Colours from top to toe.
struct Cloth {
    top: Rgb,
    legs: Rgb,
    shoes: Rgb,
}

impl Cloth {
    fn of(look: &Look, coat: Rgb, skin: Rgb) -> Self {
        let legs = if look.suit {
            coat.times(0.92)
        } else if look.skirt {
            skin
        } else {
            Rgb::hex(0x38_4258)
        };
        Self { top: coat, legs, shoes: if look.suit { coat.times(0.6) } else { Rgb::hex(0x2c_2628) } }
    }
}

fn leg(pen: &mut Pen, s: &Stance, i: usize, cloth: &Cloth) {
    let colour = if s.profile && i == 0 { cloth.legs.times(0.78) } else { cloth.legs };
    let ankle = s.feet[i].plus(0.0, -0.03);
    pen.fill(
        &Outline::new().limb(s.hips[i], s.knees[i], 0.054, 0.040).limb(s.knees[i], ankle, 0.040, 0.027),
        colour,
    );
    let toe = if s.profile {
        0.07
    } else if i == 0 {
        -0.035
    } else {
        0.035
    };
    pen.fill(
        &Outline::new().limb(s.feet[i].plus(0.0, -0.022), s.feet[i].plus(toe, -0.016), 0.028, 0.020),
        cloth.shoes,
    );
}

fn arm(pen: &mut Pen, s: &Stance, i: usize, cloth: &Cloth, skin: Rgb) {
    let shade = if s.profile && i == 0 { 0.75 } else { 0.92 };
    pen.fill(
        &Outline::new().limb(s.shoulders[i], s.elbows[i], 0.038, 0.030).limb(
            s.elbows[i],
            s.hands[i],
            0.029,
            0.023,
        ),
        cloth.top.times(shade),
    );
    pen.fill(&Outline::new().circle(s.hands[i], 0.029), skin.times(shade + 0.08));
}

fn torso(pen: &mut Pen, s: &Stance, look: &Look, cloth: &Cloth, t: f32) {
    let (chest, hip) = (s.chest, s.hip);
    let wide = if s.profile { 0.75 } else { 1.0 };
    // Trousers begin at the belt; a skirt or a suit covers it.
    let hem = if look.skirt || look.suit { 0.03 } else { -0.008 };
    if hem < 0.0 {
        pen.fill(&Outline::new().ellipse(hip.plus(0.0, 0.02), 0.083 * wide, 0.05, 0.0), cloth.legs);
    }
    let body = Outline::new().blob(&[
        chest.plus(-0.095 * wide, -0.012),
        chest.plus(0.0, -0.04),
        chest.plus(0.095 * wide, -0.012),
        chest.to(hip, 0.55).plus(0.07 * wide, 0.0),
        hip.plus(0.078 * wide, hem),
        hip.plus(-0.078 * wide, hem),
        chest.to(hip, 0.55).plus(-0.07 * wide, 0.0),
    ]);
    pen.ramp(&body, cloth.top, cloth.top.times(0.8));
    if look.skirt {
        let swish = 0.03 * wave(t + 0.2);
        let hem = hip.y + 0.19;
        let cut = [
            chest.to(hip, 0.72).plus(-0.062 * wide, 0.0),
            chest.to(hip, 0.72).plus(0.062 * wide, 0.0),
            point(hip.x + 0.145 + swish, hem - 0.01),
            point(hip.x + swish, hem + 0.02),
            point(hip.x - 0.145 + swish, hem - 0.01),
        ];
        pen.ramp(&Outline::new().polygon(&cut), cloth.top.times(0.92), cloth.top.times(0.74));
    } else if !look.suit {
        pen.fill(
            &Outline::new().limb(hip.plus(-0.07 * wide, 0.005), hip.plus(0.07 * wide, 0.005), 0.016, 0.016),
            cloth.legs.times(0.6),
        );
    } else {
        pen.fill(&Outline::new().rect(chest.x - 0.05, chest.y + 0.08, 0.1, 0.07), cloth.top.times(0.7));
        for (x, colour) in [(-0.03, 0xd8_4a42), (0.0, 0x4f_b86a), (0.03, 0x4a_80d8)] {
            pen.fill(&Outline::new().circle(chest.plus(x, 0.105), 0.010), Rgb::hex(colour));
        }
    }
}

fn face(pen: &mut Pen, s: &Stance, look: &Look, skin: Rgb, hair: Rgb, pose: &Pose) {
    let large = if look.build.hip < 0.45 { 1.25 } else { 1.0 };
    let at = |x: f32, y: f32| {
        let on = point(x * large, y * large).turned(s.tilt);
        s.head.plus(on.x, on.y)
    };
    let neck = if look.suit { pose.coat.times(0.8) } else { skin.times(0.85) };
    pen.fill(&Outline::new().limb(s.chest.plus(0.0, -0.02), at(0.0, 0.05), 0.032, 0.028), neck);
    if look.suit {
        pen.fill(&Outline::new().circle(at(0.0, 0.0), 0.108 * large), pose.coat);
        pen.ramp(
            &Outline::new().ellipse(at(0.015, 0.008), 0.078 * large, 0.064 * large, s.tilt),
            Rgb::hex(0x3a_5a8c),
            Rgb::hex(0x10_1830),
        );
        pen.veil(
            &Outline::new().ellipse(at(-0.02, -0.025), 0.028 * large, 0.014 * large, -0.4),
            Rgb::WHITE,
            0.75,
        );
        return;
    }
    pen.fill(&Outline::new().ellipse(at(0.0, 0.0), 0.064 * large, 0.08 * large, s.tilt), skin);
    let fringe = if s.profile { -0.03 } else { 0.0 };
    let cap = Outline::new().blob(&[
        at(-0.07, 0.012),
        at(-0.072, -0.055),
        at(-0.03, -0.095),
        at(0.035, -0.093),
        at(0.07, -0.05),
        at(0.066 + fringe, -0.012),
        at(0.03 + fringe, -0.048),
        at(-0.02 + fringe, -0.05),
        at(-0.05 + fringe, -0.03),
    ]);
    pen.fill(&cap, hair);
    let dark = Rgb::hex(0x22_1c20);
    let open = super::pets::blink(pose.t);
    let look_to = if s.profile { 0.022 } else { 0.0 };
    for side in [-1.0f32, 1.0] {
        pen.fill(
            &Outline::new().ellipse(at(side * 0.024 + look_to, 0.006), 0.0075, 0.0115 * open, 0.0),
            dark,
        );
    }
    if pose.age == Age::Old && !look.long_hair {
        let beard =
            [at(look_to - 0.045, 0.03), at(look_to, 0.028), at(look_to + 0.045, 0.03), at(look_to, 0.105)];
        pen.fill(&Outline::new().blob(&beard), hair);
    }
    if pose.action == Action::Talk {
        let open = 0.006 + 0.012 * libm::fabsf(wave(pose.t * 2.7)) * libm::fabsf(wave(pose.t * 0.9));
        pen.fill(&Outline::new().ellipse(at(look_to, 0.042), 0.014, open, 0.0), Rgb::hex(0x7a_3434));
        return;
    }
    let smile = [at(-0.02 + look_to, 0.038), at(look_to, 0.047), at(0.02 + look_to, 0.038)];
    pen.fill(&Outline::new().tail(&smile, 0.005, 0.004), Rgb::hex(0x9a_4a44));
}
