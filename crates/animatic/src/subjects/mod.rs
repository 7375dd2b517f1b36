//! Subjects: who and what a film can be about. One trait; those that are drawn alike share a file.
//!
//! A subject is drawn in its own measure: feet (or middle, if it flies or swims) at the origin, one unit tall, y down,
//! facing right. It is a function of the pose alone. To add one: write the file, name it in [`ALL`].

/// What is only there and does nothing has this in common.
macro_rules! scenery {
    () => {
        fn acts(&self) -> bool {
            false
        }
        fn able(&self, _action: crate::scene::Action) -> crate::scene::Action {
            crate::scene::Action::Idle
        }
    };
}

mod balloon;
mod beasts;
mod bird;
mod butterfly;
mod car;
mod cat;
mod dog;
mod dragon;
mod fire;
mod fish;
mod flower;
mod horse;
mod person;
mod pets;
mod plane;
mod props;
mod rig;
mod robot;
mod rocket;
mod ship;
mod table;
mod toys;
mod train;
mod tree;

use crate::raster::{Pen, Point, Rgb, point};
use crate::scene::{Action, Age, Prop};
use std::fmt;

/// Everything that can be cast.
pub(crate) const ALL: &[&dyn Subject] = &[
    &cat::Cat,
    &dog::Dog,
    &horse::Horse,
    &beasts::Panda,
    &beasts::Bear,
    &beasts::Fox,
    &beasts::Wolf,
    &beasts::Rabbit,
    &beasts::Lion,
    &beasts::Tiger,
    &bird::Bird,
    &dragon::Dragon,
    &butterfly::Butterfly,
    &fish::Fish,
    &person::Woman,
    &person::Man,
    &person::Child,
    &person::Astronaut,
    &robot::Robot,
    &car::Car,
    &train::Train,
    &train::Express,
    &plane::Plane,
    &ship::Ship,
    &rocket::Rocket,
    &balloon::Balloon,
    &toys::Ball,
    &tree::Tree,
    &tree::Cherry,
    &flower::Flower,
    &fire::Fire,
    &table::Fruit,
    &table::Bottle,
    &table::Cup,
];

/// The cup that stands on a table when nobody holds it.
pub(crate) fn cup() -> &'static dyn Subject {
    &table::Cup
}

/// Where a figure finds its hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Footing {
    Ground,
    Air,
    Afloat,
}

/// What a figure is drawn from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pose {
    pub(crate) action: Action,
    /// Seconds.
    pub(crate) t: f32,
    /// Main colour.
    pub(crate) coat: Rgb,
    /// Whether lights are on.
    pub(crate) night: bool,
    pub(crate) age: Age,
    pub(crate) prop: Option<Prop>,
    /// Whether it sits on something rather than on the ground.
    pub(crate) seat: bool,
    /// How high the sea goes, `0.0..=1.0`.
    pub(crate) swell: f32,
}

/// Something to see.
pub(crate) trait Subject: Sync {
    /// Its one name.
    fn name(&self) -> &'static str;
    /// Phrases that call for it, in any language.
    fn words(&self) -> &'static [&'static str];
    /// The setting it is seen in when the prompt names none.
    fn home(&self) -> &'static str;
    /// What it does when the prompt does not say.
    fn habit(&self) -> Action {
        Action::Idle
    }
    /// Whether it does things at all; trees do not.
    fn acts(&self) -> bool {
        true
    }
    /// The action nearest to what is asked that it can show.
    fn able(&self, action: Action) -> Action {
        action
    }
    /// Whether this can belong to it.
    fn holds(&self, _prop: Prop) -> bool {
        false
    }
    /// What it rests upon while it does this, if not on the ground.
    fn rests(&self, _action: Action) -> Option<Prop> {
        None
    }
    /// The subject it alights on when that is seen too.
    fn alights(&self) -> Option<&'static str> {
        None
    }
    /// Where something can alight on it.
    fn crown(&self) -> Point {
        point(0.0, -1.0)
    }
    /// Its height as a share of the picture's measure.
    fn size(&self) -> f32 {
        0.55
    }
    /// How much longer its steps are than its height suggests.
    fn stride(&self) -> f32 {
        1.0
    }
    fn footing(&self, _action: Action) -> Footing {
        Footing::Ground
    }
    /// How far it reaches to each side, in its own heights.
    fn reach(&self) -> f32 {
        0.75
    }
    /// How far it reaches above its feet.
    fn headroom(&self) -> f32 {
        1.35
    }
    /// Half the width of its shadow.
    fn girth(&self) -> f32 {
        0.3
    }
    /// How far it is off the ground, `0.0..=1.0`, for the shadow.
    fn lift(&self, _pose: &Pose) -> f32 {
        0.0
    }
    /// Its colour when the prompt names none; `accent` is a hue in degrees, `copy` counts several of a kind.
    fn coat(&self, accent: u16, copy: u8) -> Rgb;
    /// Draws it.
    fn draw(&self, pose: &Pose, pen: &mut Pen);
}

impl fmt::Debug for dyn Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A bright colour from a hue in degrees; several of a kind differ.
fn bright(accent: u16, copy: u8) -> Rgb {
    Rgb::hsl(f32::from(accent) / 360.0 + f32::from(copy) * 0.19, 0.62, 0.52)
}
