//! Shots: what a film is cut from, and the order they are cut in.
//!
//! A shot that is a function of time is drawn frame by frame in any order; only a reel (somebody else's video) must
//! be run through from its beginning. Chunks never cross a cut, so every cut falls on a key frame.

mod between;
mod edit;
mod flow;
mod matte;
mod overlay;
mod reel;
mod still;

use crate::brief::{Brief, FPS, Guidance, RenderError};
use crate::plan::plan_shots;
use crate::scene::Scene;
use crate::sound::Tempo;
use crate::stage::{Desk, Show};
use between::Between;
use edit::Length;
use filmgate_media::frame::Frame;
use filmgate_media::h264::Settings;
use filmgate_media::picture::{self, Picture};
use overlay::Overlay;
pub(crate) use reel::Reel;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use still::Still;

/// One shot.
pub(crate) enum Shot {
    /// A scene of the prompt, whose set is built when it is drawn.
    Scene(Box<Scene>),
    /// A picture brought to life.
    Still(Box<Still>),
    /// From the first frame to the last.
    Between(Box<Between>),
    /// Frames of a video.
    Reel(Box<Reel>),
}

/// A shot, ready to be drawn.
pub(crate) enum Take<'s> {
    /// A set that stands for as long as somebody draws it.
    Show(Arc<Show>),
    /// What needs no set.
    Plain(&'s Shot),
}

impl Take<'_> {
    /// Draws frame `index` of `count`; reels are run instead ([`Reel::run`]). `frame` is black or an earlier frame of this shot.
    pub(crate) fn draw(&self, index: u32, count: u32, desk: &mut Desk, frame: &mut Frame) {
        match self {
            Self::Show(show) => show.draw(index, count, desk, frame),
            Self::Plain(Shot::Still(still)) => still.draw(index, count, desk, frame),
            Self::Plain(Shot::Between(between)) => between.draw(index, count, desk, frame),
            Self::Plain(Shot::Scene(_) | Shot::Reel(_)) => {}
        }
    }
}

/// A shot and how many frames of the film it takes.
pub(crate) struct Cut {
    pub(crate) shot: Shot,
    pub(crate) frames: u32,
}

/// A film, ready to be drawn.
pub(crate) struct Script {
    pub(crate) scene: Scene,
    pub(crate) cuts: Vec<Cut>,
    /// How it is encoded.
    pub(crate) coding: Settings,
    /// The set that stands, and of which cut. Sets are most of a film's memory: the next one takes the place of the last.
    standing: Mutex<Option<(usize, Arc<Show>)>>,
}

impl Script {
    /// Cut number `cut`, ready to be drawn. Cuts are best asked for in their order.
    pub(crate) fn take(&self, cut: usize, brief: &Brief) -> Take<'_> {
        let Shot::Scene(scene) = &self.cuts[cut].shot else { return Take::Plain(&self.cuts[cut].shot) };
        let mut standing = self.standing.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, show)) = standing.as_ref().filter(|(of, _)| *of == cut) {
            return Take::Show(show.clone());
        }
        *standing = None;
        let show = Arc::new(Show::build(scene, brief.width, brief.height));
        *standing = Some((cut, show.clone()));
        Take::Show(show)
    }
}

/// Reads the prompt and the references and builds whatever is built once.
pub(crate) fn write(brief: &Brief) -> Result<Script, RenderError> {
    let mut scenes = plan_shots(brief);
    let scene = scenes[0].clone();
    let (width, height, frames) = (brief.width, brief.height, brief.frames());
    let busy = matches!(scene.weather.name(), "rain" | "storm" | "snow");
    // What moves all over hides what a thorough search would find.
    let moves = busy || matches!(brief.guidance, Guidance::References { .. });
    let mut qp = if busy { 32 } else { 29 };
    let one = |shot: Shot| vec![Cut { shot, frames }];
    let cuts = match &brief.guidance {
        Guidance::Text => {
            scenes.truncate((frames / SHORTEST).max(1) as usize);
            shows(&scenes, brief)
        }
        Guidance::Image(path) => one(still(&scene, path, 0, brief)?),
        Guidance::Frames { first, last } => {
            qp = 22;
            let ends =
                [(first, 0), (last, 1)].map(|(path, index)| Ok(picture(path, index)?.cover(width, height)));
            let [first, last] = ends;
            one(Shot::Between(Box::new(Between::new(&first?, &last?))))
        }
        Guidance::References { images, videos } => references(&scene, images, videos, brief)?,
    };
    let coding = Settings { width, height, fps: FPS, qp, thorough: !moves };
    Ok(Script { scene, cuts, coding, standing: Mutex::default() })
}

/// A shot shorter than this is not cut to, frames.
const SHORTEST: u32 = 36;

/// The scenes of the prompt, one after the other.
fn shows(scenes: &[Scene], brief: &Brief) -> Vec<Cut> {
    let beat = Tempo::of(scenes).beat;
    let lengths = edit::share(brief.frames(), &vec![Length::Any; scenes.len()], beat);
    let shot = |scene: &Scene| Shot::Scene(Box::new(scene.clone()));
    scenes.iter().zip(lengths).map(|(scene, frames)| Cut { shot: shot(scene), frames }).collect()
}

/// The scene of the prompt opens; the references follow in their order.
fn references(
    scene: &Scene,
    images: &[std::path::PathBuf],
    videos: &[std::path::PathBuf],
    brief: &Brief,
) -> Result<Vec<Cut>, RenderError> {
    let mut shots = vec![(Shot::Scene(Box::new(scene.clone())), Length::Any)];
    for (index, path) in images.iter().enumerate() {
        shots.push((still(scene, path, index, brief)?, Length::Any));
    }
    for (index, path) in videos.iter().enumerate() {
        let reel = Reel::open(path, images.len() + index, Overlay::new(scene, brief.width, brief.height))?;
        let most = reel.most_frames();
        shots.push((Shot::Reel(Box::new(reel)), Length::AtMost(most)));
    }
    let limits: Vec<Length> = shots.iter().map(|(_, length)| *length).collect();
    let lengths = edit::share(brief.frames(), &limits, Tempo::of([scene]).beat);
    let cuts = shots.into_iter().zip(lengths).map(|((shot, _), frames)| Cut { shot, frames });
    Ok(cuts.filter(|cut| cut.frames > 0).collect())
}

fn still(scene: &Scene, path: &Path, index: usize, brief: &Brief) -> Result<Shot, RenderError> {
    let overlay = Overlay::new(scene, brief.width, brief.height);
    Ok(Shot::Still(Box::new(Still::new(&picture(path, index)?, scene, overlay, index))))
}

fn picture(path: &Path, index: usize) -> Result<Picture, RenderError> {
    let why = |why: String| RenderError::Reference { index, why };
    let bytes = std::fs::read(path).map_err(|error| why(format!("the image cannot be read: {error}")))?;
    picture::decode(&bytes, &picture::Limits::default()).map_err(|error| why(error.to_string()))
}
