//! Weathers: what comes out of the sky and what it does to the light. One file each, one trait.

mod aurora;
mod clear;
mod fog;
mod rain;
mod snow;

use crate::raster::View;
use crate::scene::TimeOfDay;
use crate::sound::Voice;
use crate::stage::{Light, SetBuilder};
use filmgate_media::frame::Frame;
use std::fmt;

/// Every weather.
pub(crate) const ALL: &[&dyn Weather] =
    &[&clear::Clear, &clear::Cloudy, &rain::Rain, &rain::Storm, &snow::Snow, &fog::Fog, &aurora::Aurora];

/// A state of the sky.
pub(crate) trait Weather: Sync {
    /// Its one name.
    fn name(&self) -> &'static str;
    /// Phrases that call for it, in any language.
    fn words(&self) -> &'static [&'static str];
    /// The hour it looks best at, when the prompt names none.
    fn hour(&self) -> Option<TimeOfDay> {
        None
    }
    /// Changes the light of the hour.
    fn dim(&self, light: &mut Light);
    /// Adds layers to the set.
    fn paint(&self, _set: &mut SetBuilder) {}
    /// Lays what falls over a frame; integers per pixel, closed form in `t` (seconds).
    fn fall(&self, _sky: &Sky, _frame: &mut Frame, _t: f32) {}
    /// What it sounds like.
    fn sounds(&self) -> &'static [(Voice, f32)];
}

/// What falling weather needs to know.
pub(crate) struct Sky {
    pub(crate) view: View,
    /// The picture's measure, pixels.
    pub(crate) unit: f32,
    /// Row the actors stand on.
    pub(crate) ground: f32,
    pub(crate) seed: u64,
}

/// A weather known by its name.
pub(crate) fn named(name: &str) -> &'static dyn Weather {
    ALL.iter().copied().find(|weather| weather.name() == name).unwrap_or(ALL[0])
}

impl fmt::Debug for dyn Weather {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
