//! The model catalogue: for each public model which dialect serves it, what it accepts, what it costs and who makes it.
//!
//! It is data. A new member of a family is an entry in a file; nothing here or elsewhere knows a model by name. A file
//! with an unknown key, a duplicate name or a contradiction is refused as a whole, with line and reason, so that a
//! catalogue that was read can be trusted without further checks.

mod check;

use std::fmt;

use filmgate_domain::media::Size;
use filmgate_domain::model::{MediaRules, Model as DomainModel, Models, Route, Tariff, TariffRow};
use filmgate_domain::money::Micros;
use filmgate_domain::request::Dialect;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

/// The catalogue that is compiled in.
const BUILTIN: &str = include_str!("../models.toml");

/// Every public model, in the order of the file.
#[derive(Clone, Debug)]
pub struct Catalogue {
    models: Vec<Model>,
}

/// A public model as clients know it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its name on the wire.
    pub name: String,
    /// Which dialect, and so which route, serves it.
    pub dialect: Dialect,
    /// What it is for, in one line.
    pub description: String,
    /// What one film costs, in micro-units.
    pub price: Micros,
    /// Other prices by length and resolution; the first that fits decides.
    #[serde(default)]
    pub prices: Vec<TariffRow>,
    /// How many of its tasks may be at upstreams at once; without it the upstreams decide.
    pub concurrency: Option<usize>,
    /// Names of the upstreams that make it, in the order to try them.
    pub upstreams: Vec<String>,
    /// How much of the work each of them gets; without it the first that can gets all.
    #[serde(default)]
    pub weights: Vec<u32>,
    /// The longest prompt, in Unicode scalar values.
    pub prompt_max: usize,
    /// The lengths it makes.
    pub durations: Durations,
    /// The length when the client says nothing, in seconds; without it the client must say.
    pub default_duration: Option<u32>,
    /// The ratio when the client says nothing.
    pub default_ratio: String,
    /// The resolution when the client says nothing.
    pub default_resolution: String,
    /// The pictures it makes.
    pub pictures: Vec<Picture>,
    /// Pictures it takes from the client; `None` when it takes none.
    pub images: Option<ImageLimits>,
    /// Films it takes from the client; `None` when it takes none.
    pub videos: Option<VideoLimits>,
}

/// Lengths in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "expected a list of seconds, or { min, max }")]
pub enum Durations {
    /// These, rising.
    Listed(Vec<u32>),
    /// Every whole number from `min` to `max`.
    Between {
        /// The shortest.
        min: u32,
        /// The longest.
        max: u32,
    },
}

/// A picture format that a model makes.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// Width to height, e.g. `16:9`.
    pub ratio: String,
    /// The resolution's name, e.g. `720p`.
    pub resolution: String,
    /// What it is in pixels.
    #[serde(deserialize_with = "size")]
    pub size: Size,
}

/// What a model takes in pictures.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageLimits {
    /// How many reference images at most.
    pub references: usize,
    /// Whether it takes a first and a last frame.
    pub frames: bool,
    /// Whether an image must have exactly the film's size.
    pub exact_size: bool,
    /// An image must have fewer bytes than this.
    pub bytes_below: u64,
}

/// What a model takes in films.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VideoLimits {
    /// How many reference videos at most.
    pub references: usize,
    /// How long they may be together, in seconds.
    pub total_seconds: u32,
    /// How many bytes they may have together.
    pub total_bytes: u64,
    /// The shorter side of each has at least this many pixels.
    pub side_min: u32,
    /// The longer side of each has at most this many pixels.
    pub side_max: u32,
}

/// Why a catalogue was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct CatalogueError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong there and what is allowed.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    model: Vec<Spanned<Model>>,
}

impl Catalogue {
    /// The catalogue that is compiled in.
    pub fn builtin() -> Self {
        Self::parse(BUILTIN).expect("the compiled-in catalogue is read by every test")
    }

    /// Reads a catalogue from TOML.
    pub fn parse(text: &str) -> Result<Self, CatalogueError> {
        let file: File = toml::from_str(text).map_err(|error| CatalogueError {
            line: line_at(text, error.span().map_or(0, |span| span.start)),
            reason: error.message().to_owned(),
        })?;
        if file.model.is_empty() {
            return Err(CatalogueError { line: 1, reason: "there is no [[model]]".to_owned() });
        }
        let mut models: Vec<Model> = Vec::with_capacity(file.model.len());
        for entry in file.model {
            let start = entry.span().start;
            let model = entry.into_inner();
            if let Some(flaw) = check::flaw(&model, &models) {
                let line = line_of(text, start, flaw.key);
                return Err(CatalogueError {
                    line,
                    reason: format!("model `{}`: {}", model.name, flaw.reason),
                });
            }
            models.push(model);
        }
        Ok(Self { models })
    }

    /// Lets other upstreams make `model`; says whether there is such a model, and no contradiction.
    pub fn reroute(&mut self, model: &str, upstreams: &[String], weights: &[u32]) -> Result<(), String> {
        let names: Vec<_> = self.models.iter().map(|model| model.name.clone()).collect();
        let Some(place) = self.models.iter().position(|known| known.name == model) else {
            return Err(format!("there is no model `{model}`; there are {}", names.join(", ")));
        };
        let changed =
            Model { upstreams: upstreams.to_vec(), weights: weights.to_vec(), ..self.models[place].clone() };
        if let Some(flaw) = check::flaw(&changed, &self.models[..place]) {
            return Err(flaw.reason);
        }
        self.models[place] = changed;
        Ok(())
    }

    /// Every model, in the order of the file.
    pub fn models(&self) -> &[Model] {
        &self.models
    }

    /// The model called `name`.
    pub fn get(&self, name: &str) -> Option<&Model> {
        self.models.iter().find(|model| model.name == name)
    }

    /// The models that `dialect` serves.
    pub fn served_by(&self, dialect: Dialect) -> impl Iterator<Item = &Model> {
        self.models.iter().filter(move |model| model.dialect == dialect)
    }

    /// The same as the core needs it.
    pub fn domain_models(&self) -> Models {
        self.models.iter().map(|model| (model.name.clone(), model.to_domain())).collect()
    }
}

impl Model {
    /// The picture that is made when the client says nothing.
    pub fn default_picture(&self) -> Option<&Picture> {
        self.picture(&self.default_ratio, &self.default_resolution)
    }

    /// The picture of `ratio` at `resolution`.
    pub fn picture(&self, ratio: &str, resolution: &str) -> Option<&Picture> {
        self.pictures.iter().find(|picture| picture.ratio == ratio && picture.resolution == resolution)
    }

    /// Whether it takes a first and a last frame.
    pub fn takes_frames(&self) -> bool {
        self.images.as_ref().is_some_and(|images| images.frames)
    }

    /// How many reference images it takes.
    pub fn max_images(&self) -> usize {
        self.images.as_ref().map_or(0, |images| images.references)
    }

    /// How many reference videos it takes.
    pub fn max_videos(&self) -> usize {
        self.videos.as_ref().map_or(0, |videos| videos.references)
    }

    /// What its films cost.
    pub fn tariff(&self) -> Tariff {
        Tariff { price: self.price, rows: self.prices.clone() }
    }

    fn to_domain(&self) -> DomainModel {
        let images = self.images.as_ref();
        let videos = self.videos.as_ref();
        DomainModel {
            name: self.name.clone(),
            tariff: self.tariff(),
            resolutions: self.pictures.iter().map(|made| (made.size, made.resolution.clone())).collect(),
            concurrency: self.concurrency,
            route: Route { upstreams: self.upstreams.clone(), weights: self.weights.clone() },
            media: MediaRules {
                image_exact: images.is_some_and(|images| images.exact_size),
                image_bytes_below: images.map_or(0, |images| images.bytes_below),
                videos_total_ms: videos.map_or(0, |videos| u64::from(videos.total_seconds) * 1000),
                videos_total_bytes: videos.map_or(0, |videos| videos.total_bytes),
                video_side_min: videos.map_or(0, |videos| videos.side_min),
                video_side_max: videos.map_or(0, |videos| videos.side_max),
            },
        }
    }
}

impl Durations {
    /// Whether a film of `seconds` is among them.
    pub fn allow(&self, seconds: u32) -> bool {
        match self {
            Self::Listed(list) => list.contains(&seconds),
            Self::Between { min, max } => (*min..=*max).contains(&seconds),
        }
    }
}

/// As messages say it: `4, 8 or 12`; `4 to 15`.
impl fmt::Display for Durations {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(list) => out.write_str(&one_of(list)),
            Self::Between { min, max } => write!(out, "{min} to {max}"),
        }
    }
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn one_of<T: fmt::Display>(choices: &[T]) -> String {
    let texts: Vec<String> = choices.iter().map(ToString::to_string).collect();
    match texts.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        Some((only, _)) => only.clone(),
        None => "nothing".to_owned(),
    }
}

/// Reads `1280x720`.
pub(crate) fn parse_size(text: &str) -> Option<Size> {
    let (width, height) = text.split_once('x')?;
    Some(Size::new(width.parse().ok()?, height.parse().ok()?))
}

fn size<'de, D: Deserializer<'de>>(from: D) -> Result<Size, D::Error> {
    let text = String::deserialize(from)?;
    let size = parse_size(&text);
    size.ok_or_else(|| serde::de::Error::custom(format!("expected a size such as 1280x720, got `{text}`")))
}

fn line_at(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The line of `key` in the entry that starts at byte `start`; the entry's own line when the key is not there.
fn line_of(text: &str, start: usize, key: &str) -> usize {
    let first = line_at(text, start);
    let lines = text.lines().enumerate().skip(first);
    let entry = lines.take_while(|(_, line)| line.trim() != "[[model]]");
    let mut found = entry.filter(|(_, line)| line.trim_start().starts_with(key));
    found.next().map_or(first, |(place, _)| place + 1)
}
