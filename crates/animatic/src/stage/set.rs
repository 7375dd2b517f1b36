//! The set: the painted layers of a setting, ordered from the horizon to the lens.

use super::light::Light;
use crate::chance::{Chance, Noise};
use crate::raster::{Pen, Plate, Rgb, View, soften};
use crate::scene::{Camera, Scene};

/// How a layer moves by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Motion {
    Still,
    /// Blades and leaves: the top leans with the wind, the root stays. Pixels at the top.
    Sway(f32),
    /// Water: rows slide sideways, more towards the viewer. Pixels.
    Ripple(f32),
    /// Clouds and mist: the whole layer travels. Pixels per second.
    Travel(f32),
}

/// A painted layer and its place.
#[derive(Debug)]
pub(crate) struct Layer {
    pub(crate) plate: Plate,
    /// How far it follows the camera: 0 at the horizon, 1 where the actors stand, more in front of them.
    pub(crate) depth: f32,
    pub(crate) motion: Motion,
}

impl Layer {
    /// Whether it stands in front of the actors.
    pub(crate) fn in_front(&self) -> bool {
        self.depth > 1.0
    }
}

/// Where actors find their footing, as scene rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Levels {
    pub(crate) ground: f32,
    /// The middle of what flies or swims.
    pub(crate) air: f32,
    /// Whether the ground is water, on which ships lie and nothing else stands.
    pub(crate) afloat: bool,
    /// How strongly the ground mirrors, `0.0..=1.0`.
    pub(crate) mirror: f32,
}

/// What a setting paints with.
pub(crate) struct SetBuilder<'a> {
    pub(crate) scene: &'a Scene,
    pub(crate) light: Light,
    pub(crate) view: View,
    /// The measure of the picture: what counts as its height, whatever its shape. Pixels.
    pub(crate) unit: f32,
    pub(crate) levels: Levels,
    tint: &'a dyn Fn(Rgb) -> Rgb,
    layers: Vec<Layer>,
}

/// The brush of one layer: pixels, with the scene's own measure and chance.
pub(crate) struct Brush<'p, 'a> {
    pub(crate) pen: Pen<'p>,
    pub(crate) light: &'a Light,
    pub(crate) chance: Chance,
    /// Width of the layer before it repeats, pixels.
    pub(crate) width: f32,
    /// Height of the view, pixels.
    pub(crate) height: f32,
    pub(crate) unit: f32,
    pub(crate) seed: u64,
}

impl Brush<'_, '_> {
    /// Noise that closes on itself after this layer's width, with cells about `size` pixels wide.
    pub(crate) fn noise(&self, purpose: u64, size: f32) -> (Noise, f32) {
        let cells = libm::roundf(self.width / size).max(1.0);
        (Noise::new(crate::chance::mix(self.seed, purpose), cells as u32), cells / self.width)
    }
}

impl<'a> SetBuilder<'a> {
    pub(crate) fn new(scene: &'a Scene, view: View, tint: &'a dyn Fn(Rgb) -> Rgb) -> Self {
        let (w, h) = (view.width as f32, view.height as f32);
        let unit = h.min(w * 0.95);
        let levels = Levels { ground: h * 0.88, air: h * 0.45, afloat: false, mirror: 0.0 };
        Self { scene, light: Light::for_scene(scene), view, unit, levels, tint, layers: Vec::new() }
    }

    /// Rows as a share of the view's height.
    pub(crate) fn row(&self, share: f32) -> f32 {
        self.view.height as f32 * share
    }

    /// Paints a layer. `span` is its width in views (at least 1.0); `top` the scene row it may begin at.
    pub(crate) fn layer(
        &mut self,
        name: &str,
        depth: f32,
        span: f32,
        top: f32,
        motion: Motion,
        paint: impl FnOnce(&mut Brush),
    ) {
        // Rows to spare for a camera that tilts, steps or trembles.
        let spare = (self.view.height / 8).next_multiple_of(2) as i32;
        let top = (top as i32 - spare).max(-spare) & !1;
        let height = (self.view.height as i32 + spare - top) as usize;
        let grain = 16;
        let width = ((self.view.width as f32 * span) as usize).next_multiple_of(grain);
        let mut plate = Plate::new(width, height, top, true);
        let seed = self.scene.seed_for(name);
        let mut brush = Brush {
            pen: Pen::new(&mut plate, self.tint),
            light: &self.light,
            chance: Chance::new(self.scene.seed, name),
            width: width as f32,
            height: self.view.height as f32,
            unit: self.unit,
            seed,
        };
        paint(&mut brush);
        let reach = (self.blur(depth) * self.unit) as usize;
        if reach > 0 {
            soften(&mut plate, reach);
        }
        self.layers.push(Layer { plate: plate.finish(), depth, motion });
    }

    /// How far out of focus a layer is, in shares of the picture's measure; near things blur sooner than far ones.
    fn blur(&self, depth: f32) -> f32 {
        let near = if self.scene.camera == Camera::CloseUp { 0.004 } else { 0.0 };
        let strength = self.scene.style.blur().max(near);
        let away = if depth > 1.0 { (depth - 1.0) * 2.5 } else { (1.0 - depth - 0.12).max(0.0) };
        strength * away.min(1.0)
    }

    /// Ends the painting.
    pub(crate) fn finish(mut self) -> (Light, Levels, Vec<Layer>) {
        self.layers.sort_by(|a, b| a.depth.total_cmp(&b.depth));
        (self.light, self.levels, self.layers)
    }
}
