//! The light of a scene: what the hour and the weather make of every colour.

use crate::raster::Rgb;
use crate::scene::{Scene, TimeOfDay};

/// Colours of sky, air and lamps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Light {
    /// The sky overhead and at the horizon.
    pub(crate) zenith: Rgb,
    pub(crate) horizon: Rgb,
    /// What falls on everything.
    pub(crate) ambient: Rgb,
    /// The strongest light, as seen on edges.
    pub(crate) key: Rgb,
    /// What distance fades into.
    pub(crate) haze: Rgb,
    /// How much lamps and windows are lit, `0.0..=1.0`.
    pub(crate) lamps: f32,
    /// Whether the sun (or by night the moon) stands in a clear sky.
    pub(crate) sun: bool,
    pub(crate) night: bool,
}

impl Light {
    /// The light of an hour under a clear sky.
    fn of(time: TimeOfDay) -> Self {
        let [zenith, horizon, ambient, key, haze] = match time {
            TimeOfDay::Dawn => [0x6a86bd, 0xf7c9b4, 0xeedcdc, 0xffd9b8, 0xe9c9c6],
            TimeOfDay::Day => [0x3a8ad8, 0xc5e6f4, 0xffffff, 0xfff4d2, 0xc4e0ee],
            TimeOfDay::Golden => [0x5f7fb4, 0xffc97e, 0xffdcb2, 0xffd27a, 0xffd6a0],
            TimeOfDay::Dusk => [0x25305e, 0xd08a80, 0x9d9cc4, 0xffb58a, 0x7c6c8f],
            TimeOfDay::Night => [0x050a1c, 0x1d2c52, 0x66759f, 0xaac4ff, 0x1c2a4c],
        }
        .map(Rgb::hex);
        let lamps = match time {
            TimeOfDay::Day => 0.0,
            TimeOfDay::Golden | TimeOfDay::Dawn => 0.35,
            TimeOfDay::Dusk => 0.9,
            TimeOfDay::Night => 1.0,
        };
        Self { zenith, horizon, ambient, key, haze, lamps, sun: true, night: time == TimeOfDay::Night }
    }

    /// The light of a scene: its hour, changed by its weather.
    pub(crate) fn for_scene(scene: &Scene) -> Self {
        let mut light = Self::of(scene.time);
        scene.weather.dim(&mut light);
        light
    }

    /// A colour as it looks at a distance (`0.0` here, `1.0` at the horizon).
    pub(crate) fn at(&self, colour: Rgb, distance: f32) -> Rgb {
        colour.under(self.ambient).to(self.haze, distance)
    }

    /// A colour on an actor: lit a little better than the scene, so that it stays readable.
    pub(crate) fn on_actor(&self, colour: Rgb) -> Rgb {
        colour.under(self.ambient.to(Rgb::WHITE, 0.58))
    }
}
