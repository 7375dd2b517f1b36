//! Cells: the tasks as memory has them. A cell never changes; when its task does, another takes its place. What a
//! reader makes of it, its face, is kept with it and goes with it, so no answer can be stale.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use filmgate_domain::clock::Timestamp;
use filmgate_domain::task::Summary;

use crate::memory::Place;

/// A task as readers see it.
#[derive(Debug)]
pub struct Cell {
    /// What there is to know.
    pub summary: Summary,
    /// Rises with every change of the task that a reader can see.
    pub version: u64,
    pub(crate) place: Place,
    /// Where it runs.
    pub(crate) upstream: Option<Arc<str>>,
    face: Mutex<Option<Arc<Kept>>>,
}

/// A ready-made answer. The store does not know what it says.
#[derive(Clone, Debug)]
pub struct Face {
    /// The body.
    pub body: Bytes,
    /// Its entity tag, quotes included.
    pub etag: Bytes,
    /// When it stops being true by itself, if ever.
    pub valid_until: Option<Timestamp>,
}

#[derive(Debug)]
struct Kept {
    base: Box<str>,
    face: Face,
}

impl Cell {
    pub(crate) const fn new(
        summary: Summary,
        version: u64,
        place: Place,
        upstream: Option<Arc<str>>,
    ) -> Self {
        Self { summary, version, place, upstream, face: Mutex::new(None) }
    }

    /// The answer for readers who came by `base`: the kept one, or what `make` makes now, which is kept from then on.
    /// One base is kept; readers of another make the slot change hands.
    pub fn face(&self, base: &str, now: Timestamp, make: impl FnOnce() -> Face) -> Face {
        let mut slot = self.face.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = &*slot
            && *kept.base == *base
            && kept.face.valid_until.is_none_or(|end| now < end)
        {
            return kept.face.clone();
        }
        let face = make();
        *slot = Some(Arc::new(Kept { base: base.into(), face: face.clone() }));
        face
    }
}
