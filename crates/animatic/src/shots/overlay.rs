//! The overlay: the prompt's weather, grade and frame, laid over pictures that come from elsewhere.

use crate::raster::{Ink, Rgb, View};
use crate::scene::Scene;
use crate::stage::{Finisher, view_of};
use crate::weathers::Sky;
use filmgate_media::frame::Frame;

/// What a scene lays over foreign frames.
pub(crate) struct Overlay {
    scene: Scene,
    pub(crate) view: View,
    finisher: Finisher,
    grade: Option<Table>,
}

/// A grade as tables: brightness by brightness, colour by brightness and a saturation.
struct Table {
    y: Vec<u8>,
    u: Vec<i16>,
    v: Vec<i16>,
    /// 256ths.
    saturation: i16,
}

impl Overlay {
    pub(crate) fn new(scene: &Scene, width: u32, height: u32) -> Self {
        let view = view_of(scene, width, height);
        let finisher = Finisher::new(scene.style.finish(), view, scene.seed_for("finish"));
        Self { scene: scene.clone(), view, finisher, grade: Table::of(scene) }
    }

    /// Grades a foreign picture, once or frame by frame.
    pub(crate) fn grade(&self, frame: &mut Frame) {
        let Some(table) = &self.grade else { return };
        let half = frame.width as usize / 2;
        for (index, (u, v)) in frame.u.iter_mut().zip(&mut frame.v).enumerate() {
            let at = index / half * 4 * half + index % half * 2;
            let y = usize::from(frame.y[at]);
            let turn = |c: u8, shift: i16| {
                let chroma = (((i32::from(c) - 128) * i32::from(table.saturation)) >> 8) as i16;
                (chroma + shift).clamp(16, 240) as u8
            };
            (*u, *v) = (turn(*u, table.u[y]), turn(*v, table.v[y]));
        }
        for y in &mut frame.y {
            *y = table.y[usize::from(*y)];
        }
    }

    /// Lays weather and finish over the view of a drawn frame; `t` in seconds.
    pub(crate) fn lay(&self, frame: &mut Frame, index: u32) {
        let view = self.view;
        let unit = (view.height as f32).min(view.width as f32 * 0.95);
        let ground = view.height as f32 * 0.9;
        let sky = Sky { view, unit, ground, seed: self.scene.seed_for("sky") };
        self.scene.weather.fall(&sky, frame, index as f32 / crate::FPS as f32);
        self.finisher.apply(frame, index);
    }
}

impl Table {
    /// Measures a style's grade; none if it changes nothing.
    fn of(scene: &Scene) -> Option<Self> {
        let grade = |colour: Rgb| scene.style.grade(colour).ink();
        let probe = Rgb::hex(0xc0_6040);
        if grade(probe) == probe.ink() {
            return None;
        }
        let greys: Vec<Ink> = (0..256u16)
            .map(|y| {
                let level = ((f32::from(y) - 16.0) / 219.0).clamp(0.0, 1.0);
                grade(Rgb { r: level, g: level, b: level })
            })
            .collect();
        // How far apart red and green-blue come out, compared with how they went in.
        let spread = |a: Ink, b: Ink| libm::fabsf(a.v - b.v);
        let (warm, cold) = (Rgb::hex(0xc0_6050), Rgb::hex(0x50_90c0));
        let saturation = spread(grade(warm), grade(cold)) / spread(warm.ink(), cold.ink());
        Some(Self {
            y: greys.iter().map(|ink| ink.samples()[0]).collect(),
            u: greys.iter().map(|ink| libm::roundf(ink.u) as i16).collect(),
            v: greys.iter().map(|ink| libm::roundf(ink.v) as i16).collect(),
            saturation: (saturation.clamp(0.0, 2.0) * 256.0) as i16,
        })
    }
}
