//! WHAT THE PRODUCT DOES: one verb, one file.
//!
//! Dramatis personae: [`Gateway`], the whole product short of a socket; a `Caller`, whose key was checked ([`keys`]) and
//! whose request was let in ([`limit`]); the verbs [`create`], [`read`], [`end`], [`quote`]; the [`office`], where
//! operators see to accounts, keys and money, and [`overrule`] what happens to a task; the [`hint`]s of upstreams; [`content`], which says no to
//! prompts; the `route` to an upstream and the `health` of each; the [`worker`] that claims tasks and does one `step` at a time; the [`sweep`] that tidies up after them; the [`link`]s that films are downloaded by.
//!
//! Verbs decide and the store writes. A verb answers with what is true or with a [`Refusal`]; it knows no status code,
//! no header and no JSON of ours. Time and chance come in through [`Doors`].

use std::sync::Arc;

use filmgate_domain::clock::{Clock, Timestamp};
use filmgate_domain::id::Entropy;
use filmgate_domain::model::Models;
use filmgate_engines::content::Content;
use filmgate_engines::guard::Guard;
use filmgate_engines::port::Upstreams;
use filmgate_store::Store;
/// What operators may change, and what they may ask for.
pub use filmgate_store::{AccountPatch, KeyPatch, Lines, UsageFilter};
/// A task as readers see it, and the answer that is kept with it.
pub use filmgate_store::{Cell, Face};

pub mod content;
pub mod create;
pub mod end;
mod health;
pub mod hint;
pub mod keys;
pub mod limit;
pub mod link;
pub mod office;
pub mod overrule;
pub mod quote;
pub mod read;
pub mod refusal;
mod route;
pub mod settings;
mod step;
pub mod sweep;
pub mod worker;

pub use refusal::Refusal;
pub use settings::Settings;

/// Time and chance.
#[derive(Clone)]
pub struct Doors {
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where randomness comes from.
    pub entropy: Arc<dyn Entropy>,
}

/// Everything the gateway is made of.
pub struct Parts {
    /// Rows and bytes.
    pub store: Store,
    /// Who makes the films.
    pub upstreams: Upstreams,
    /// What can be asked for.
    pub models: Models,
    /// Fetches references.
    pub guard: Guard,
    /// Says what may not be made.
    pub content: Content,
    /// Signs links.
    pub signer: link::Signer,
    /// Spans and counts.
    pub settings: Settings,
    /// Time and chance.
    pub doors: Doors,
}

/// The product, short of a socket. Cheap to clone.
#[derive(Clone)]
pub struct Gateway {
    parts: Arc<Parts>,
    board: Arc<health::Board>,
    /// Before anything was asked of it: what was written earlier is another process's.
    born: Timestamp,
}

impl Gateway {
    /// Puts the parts together. Nothing runs until [`worker`] and [`sweep`] are started.
    pub fn new(parts: Parts) -> Self {
        let board = Arc::new(health::Board::of(parts.upstreams.keys()));
        Self { born: parts.doors.clock.now(), parts: Arc::new(parts), board }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.parts.doors.clock.now()
    }

    /// The store, for what only counts or asks after its health.
    pub fn store(&self) -> &Store {
        &self.parts.store
    }

    /// What signs and checks links.
    pub fn signer(&self) -> &link::Signer {
        &self.parts.signer
    }

    /// Spans and counts in force.
    pub fn settings(&self) -> &Settings {
        &self.parts.settings
    }

    fn entropy(&self) -> &dyn Entropy {
        &*self.parts.doors.entropy
    }
}
