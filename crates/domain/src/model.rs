//! A model as the core needs it: what it costs, where it goes, what its reference media may be. The catalogue's text
//! and everything a client reads of it belong to `contract`; it hands the core these.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::media::Size;
use crate::money::Micros;

/// What the bytes of reference media must satisfy. Counts and syntax were checked when the task was created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaRules {
    /// Images must have exactly the film's size.
    pub image_exact: bool,
    /// An image must be smaller than this, in bytes.
    pub image_bytes_below: u64,
    /// All videos together may last at most this, in milliseconds.
    pub videos_total_ms: u64,
    /// All videos together may have at most this many bytes.
    pub videos_total_bytes: u64,
    /// The shorter side of a video must have at least this many pixels.
    pub video_side_min: u32,
    /// The longer side of a video must have at most this many pixels.
    pub video_side_max: u32,
}

/// A public model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    /// Its name on the wire.
    pub name: String,
    /// What one task costs.
    pub tariff: Tariff,
    /// The resolution that each size it makes belongs to.
    pub resolutions: Vec<(Size, String)>,
    /// How many of its tasks may be at upstreams at once, if that is limited.
    pub concurrency: Option<usize>,
    /// The upstreams that can make it, in the order to try them.
    pub route: Route,
    /// What its references must be.
    pub media: MediaRules,
}

impl Model {
    /// The name of the resolution that `size` belongs to; empty when the model does not make it.
    pub fn resolution(&self, size: Size) -> &str {
        let known = self.resolutions.iter().find(|(made, _)| *made == size);
        known.map_or("", |(_, resolution)| resolution)
    }
}

/// What films of one model cost: a price, and rows for the lengths and resolutions that have another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tariff {
    /// What a film costs that no row fits.
    pub price: Micros,
    /// The first one that fits decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<TariffRow>,
}

/// Another price, for some films.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TariffRow {
    /// The film's length in seconds; any when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration: Option<u32>,
    /// The film's resolution by name; any when it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resolution: Option<String>,
    /// What such a film costs.
    pub price: Micros,
}

impl Tariff {
    /// The same price for every film.
    pub const fn flat(price: Micros) -> Self {
        Self { price, rows: Vec::new() }
    }

    /// What a film of `seconds` at `resolution` costs.
    pub fn price(&self, seconds: u32, resolution: &str) -> Micros {
        let fits = |row: &&TariffRow| {
            row.duration.is_none_or(|only| only == seconds)
                && row.resolution.as_deref().is_none_or(|only| only == resolution)
        };
        self.rows.iter().find(fits).map_or(self.price, |row| row.price)
    }
}

/// A model's upstreams by name: in the order to try them, or with the share of the work that each gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Names of upstreams; never empty.
    pub upstreams: Vec<String>,
    /// How much of the work each gets, in the same order; empty when the first that can gets all.
    pub weights: Vec<u32>,
}

/// Every model by name.
pub type Models = BTreeMap<String, Model>;

impl MediaRules {
    /// Whether a video of `size` has sides within the rules.
    pub fn video_size_fits(&self, size: Size) -> bool {
        size.width.min(size.height) >= self.video_side_min
            && size.width.max(size.height) <= self.video_side_max
    }
}
