//! A model as the core needs it: what it costs, where it goes, what its reference media may be. The catalogue's text
//! and everything a client reads of it belong to `contract`; it hands the core these.

use std::collections::BTreeMap;

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
    pub price: Micros,
    /// The upstreams that can make it, in the order to try them.
    pub route: Route,
    /// What its references must be.
    pub media: MediaRules,
}

/// A model's ordered upstreams, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// Names of upstreams; never empty.
    pub upstreams: Vec<String>,
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
