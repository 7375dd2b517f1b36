//! Settings: where a film takes place. One file each, one trait: painted layers from the horizon to the lens.

mod bridge;
mod desert;
mod forest;
mod house;
mod meadow;
mod moon;
mod mountains;
mod nature;
mod room;
mod sea;
mod skies;
mod space;
mod street;
mod underwater;

use crate::sound::Voice;
use crate::stage::SetBuilder;
use std::fmt;

/// Every setting.
pub(crate) const ALL: &[&dyn Setting] = &[
    &meadow::Meadow,
    &street::Street,
    &street::City,
    &forest::Forest,
    &sea::Beach,
    &sea::Sea,
    &mountains::Mountains,
    &moon::Moon,
    &bridge::Bridge,
    &desert::Desert,
    &room::Room,
    &underwater::Underwater,
    &space::Space,
    &skies::OpenSky,
];

/// How a place keeps the weather off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelter {
    Open,
    /// It rains outside the windows, in front of the sky layer.
    Indoors,
    /// Nothing falls here.
    Sealed,
}

/// A place.
pub(crate) trait Setting: Sync {
    /// Its one name.
    fn name(&self) -> &'static str;
    /// Phrases that call for it, in any language.
    fn words(&self) -> &'static [&'static str];
    /// Paints its layers and says where actors stand.
    fn paint(&self, set: &mut SetBuilder);
    /// Whether weather falls on the actors, behind the windows only, or not at all.
    fn shelter(&self) -> Shelter {
        Shelter::Open
    }
    /// Whether people sit on chairs here rather than on the ground.
    fn seats(&self) -> bool {
        false
    }
    /// What it sounds like by day or by night.
    fn sounds(&self, night: bool) -> &'static [(Voice, f32)];
}

/// A setting known by its name.
pub(crate) fn named(name: &str) -> &'static dyn Setting {
    ALL.iter().copied().find(|setting| setting.name() == name).unwrap_or(ALL[0])
}

impl fmt::Debug for dyn Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
