//! The show: set, cast, weather and finish together, photographed at an instant.

use super::actors::{Actor, Photograph, place};
use super::camera::{Gaze, gaze};
use super::finish::Finisher;
use super::light::Light;
use super::set::{Layer, Levels, Motion, SetBuilder};
use crate::chance::wave;
use crate::raster::{Bench, Lens, Plate, Rgb, View, point};
use crate::scene::Scene;
use crate::settings::Shelter;
use crate::weathers::Sky;
use filmgate_media::frame::Frame;

/// Reused memory of one drawing thread.
#[derive(Debug)]
pub(crate) struct Desk {
    bench: Bench,
    sprite: Plate,
    spare: Option<Frame>,
}

impl Desk {
    /// Lays an opaque plate into a view, alone.
    pub(crate) fn lay_plate(&mut self, plate: &Plate, lens: &Lens, view: View, frame: &mut Frame) {
        let View { width, height, top } = view;
        for (row, dst) in frame.y.chunks_exact_mut(width).skip(top).take(height).enumerate() {
            plate.lay_luma(dst, lens, row, 0.0, &mut self.bench);
        }
        let half = width / 2;
        let (u, v) = (frame.u.chunks_exact_mut(half), frame.v.chunks_exact_mut(half));
        for (row, (u, v)) in u.zip(v).skip(top / 2).take(height / 2).enumerate() {
            plate.lay_chroma([u, v], lens, row, 0.0, &mut self.bench);
        }
    }

    /// A second frame as large as this one; give it back with [`Desk::keep`].
    pub(crate) fn spare(&mut self, like: &Frame) -> Frame {
        let fits = |frame: &Frame| (frame.width, frame.height) == (like.width, like.height);
        self.spare.take().filter(fits).unwrap_or_else(|| Frame::black(like.width, like.height))
    }

    pub(crate) fn keep(&mut self, frame: Frame) {
        self.spare = Some(frame);
    }
}

impl Default for Desk {
    fn default() -> Self {
        Self { bench: Bench::default(), sprite: Plate::new(2, 2, 0, false), spare: None }
    }
}

/// A scene, built for one picture size.
#[derive(Debug)]
pub(crate) struct Show {
    scene: Scene,
    view: View,
    unit: f32,
    light: Light,
    levels: Levels,
    layers: Vec<Layer>,
    cast: Vec<Actor>,
    finisher: Finisher,
    /// Pixels per second the set slides by, following who travels.
    speed: f32,
    sky_seed: u64,
}

/// The part of a frame a style leaves open.
pub(crate) fn view_of(scene: &Scene, width: u32, height: u32) -> View {
    let (w, h) = (width as f32, height as f32);
    let bar = match scene.style.letterbox() {
        // Never more than an eighth: an upright picture keeps its height.
        Some(ratio) => {
            ((h - w / ratio) / 2.0).max(0.0).min(h * 0.128).max(if h > w { h * 0.06 } else { 0.0 })
        }
        None => 0.0,
    };
    let bar = (bar as usize + 1) & !1;
    View { width: width as usize, height: height as usize - 2 * bar, top: bar }
}

impl Show {
    /// Paints everything that is painted once.
    pub(crate) fn build(scene: &Scene, width: u32, height: u32) -> Self {
        let view = view_of(scene, width, height);
        let tint = |colour: Rgb| scene.style.grade(colour);
        let mut builder = SetBuilder::new(scene, view, &tint);
        scene.setting.paint(&mut builder);
        scene.weather.paint(&mut builder);
        let unit = builder.unit;
        let (light, levels, layers) = builder.finish();
        let cast = place(scene, view, unit, &levels);
        let speed = cast.iter().map(Actor::speed).fold(0.0, f32::max);
        let finisher = Finisher::new(scene.style.finish(), view, scene.seed_for("finish"));
        Self {
            scene: scene.clone(),
            view,
            unit,
            light,
            levels,
            layers,
            cast,
            finisher,
            speed,
            sky_seed: scene.seed_for("sky"),
        }
    }

    /// Draws frame `index` of a shot of `count` frames. `frame` must be black or hold an earlier frame of this show.
    pub(crate) fn draw(&self, index: u32, count: u32, desk: &mut Desk, frame: &mut Frame) {
        let t = index as f32 / crate::FPS as f32;
        let share = index as f32 / count.max(2).saturating_sub(1) as f32;
        let gaze = gaze(self.scene.camera, share, t);
        let lenses: Vec<Lens> = self.layers.iter().map(|layer| self.lens(layer, &gaze, t)).collect();
        let split = self.layers.iter().take_while(|layer| !layer.in_front()).count();
        let shelter = self.scene.setting.shelter();
        let outside = usize::from(shelter == Shelter::Indoors);
        self.lay_layers(0..outside, &lenses, t, desk, frame);
        if shelter == Shelter::Indoors {
            self.fall(frame, t);
        }
        self.lay_layers(outside..split, &lenses, t, desk, frame);
        self.draw_cast(&gaze, t, share, desk, frame);
        self.lay_layers(split..self.layers.len(), &lenses, t, desk, frame);
        if shelter == Shelter::Open {
            self.fall(frame, t);
        }
        self.finisher.apply(frame, index);
    }

    fn fall(&self, frame: &mut Frame, t: f32) {
        let sky = Sky { view: self.view, unit: self.unit, ground: self.levels.ground, seed: self.sky_seed };
        self.scene.weather.fall(&sky, frame, t);
    }

    fn lens(&self, layer: &Layer, gaze: &Gaze, t: f32) -> Lens {
        let depth = layer.depth;
        let swing = gaze.swing * (depth - 1.0);
        let travel = if let Motion::Travel(speed) = layer.motion { speed * t } else { 0.0 };
        let x = ((gaze.x * depth + swing) * self.unit) + self.speed * t * depth + travel;
        // What is far grows less than what is near.
        let zoom = 1.0 + (gaze.zoom - 1.0) * (0.12 + 0.88 * depth.min(1.6));
        if (zoom - 1.0).abs() < 1e-4 {
            return Lens::still(x, gaze.y * self.unit * (0.35 + 0.65 * depth));
        }
        let pivot = self.pivot();
        Lens {
            x: x + pivot.0,
            y: pivot.1 + gaze.y * self.unit * depth,
            pivot_x: pivot.0,
            pivot_y: pivot.1,
            scale: zoom,
        }
    }

    fn pivot(&self) -> (f32, f32) {
        (self.view.width as f32 * 0.5, self.view.height as f32 * 0.55)
    }

    fn lay_layers(
        &self,
        which: std::ops::Range<usize>,
        lenses: &[Lens],
        t: f32,
        desk: &mut Desk,
        frame: &mut Frame,
    ) {
        let View { width, height, top } = self.view;
        let (layers, lenses) = (&self.layers[which.clone()], &lenses[which]);
        for row in 0..height {
            let dst = &mut frame.y[(top + row) * width..][..width];
            for (layer, lens) in from_solid(layers, lenses, row) {
                layer.plate.lay_luma(dst, lens, row, self.own_shift(layer, row, t), &mut desk.bench);
            }
        }
        let half = width / 2;
        for row in 0..height / 2 {
            let at = (top / 2 + row) * half;
            for (layer, lens) in from_solid(layers, lenses, row * 2) {
                let shift = self.own_shift(layer, row * 2, t);
                let dst = [&mut frame.u[at..at + half], &mut frame.v[at..at + half]];
                layer.plate.lay_chroma(dst, lens, row, shift, &mut desk.bench);
            }
        }
    }

    /// How far a row of this layer has moved by itself.
    fn own_shift(&self, layer: &Layer, row: usize, t: f32) -> f32 {
        match layer.motion {
            Motion::Still | Motion::Travel(_) => 0.0,
            Motion::Sway(amount) => {
                let span = (self.view.height as f32 - layer.plate.top as f32).max(1.0);
                let up = ((self.view.height - row) as f32 / span).clamp(0.0, 1.0);
                amount * up * up * (wave(t * 0.23) + 0.45 * wave(t * 0.61 + 0.3))
            }
            Motion::Ripple(amount) => {
                let near = (row as f32 - layer.plate.top as f32).max(0.0) / self.view.height as f32;
                let tight = 0.9 / (0.06 + near);
                amount * (0.25 + near) * wave(near * tight * 9.0 + row as f32 * 0.021 - t * 0.55)
            }
        }
    }

    /// The time of the pose that is held at `t`, seconds.
    fn held(&self, t: f32) -> f32 {
        let every = self.scene.style.holds() as f32 / crate::FPS as f32;
        libm::floorf(t / every + 1e-3) * every
    }

    fn draw_cast(&self, gaze: &Gaze, t: f32, share: f32, desk: &mut Desk, frame: &mut Frame) {
        let tint = |colour: Rgb| self.scene.style.grade(colour);
        let pivot = self.pivot();
        let shot = Photograph {
            view: self.view,
            light: &self.light,
            tint: &tint,
            mirror: self.levels.mirror,
            zoom: gaze.zoom,
            shift: point(gaze.x * self.unit, gaze.y * self.unit),
            pivot: point(pivot.0, pivot.1),
            t,
            pose_t: self.held(t),
            relief: self.scene.style.relief(),
            share,
            slide: self.speed * t,
        };
        for actor in &self.cast {
            actor.draw(&shot, &mut desk.sprite, frame);
        }
    }
}

/// The layers that show on a row: from the last one that hides everything behind it.
fn from_solid<'l>(
    layers: &'l [Layer],
    lenses: &'l [Lens],
    row: usize,
) -> impl Iterator<Item = (&'l Layer, &'l Lens)> {
    let first =
        layers.iter().zip(lenses).rposition(|(layer, lens)| layer.plate.hides(lens, row)).unwrap_or(0);
    layers[first..].iter().zip(&lenses[first..])
}
