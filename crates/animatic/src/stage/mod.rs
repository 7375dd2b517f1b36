//! The stage: a scene built once (light, painted layers, actors) and then photographed at any instant.
//!
//! Every frame is a function of the scene and the time alone, so frames can be drawn in any order on any thread.

mod actors;
mod camera;
mod finish;
mod light;
mod set;
mod show;

pub(crate) use finish::{Finish, Finisher, Grain, Lines};
pub(crate) use light::Light;
pub(crate) use set::{Brush, Motion, SetBuilder};
pub(crate) use show::{Desk, Show, view_of};
