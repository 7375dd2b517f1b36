//! Deeds: what operators did, written down with what they changed and never changed afterwards.

use crate::clock::Timestamp;

/// Something that an operator does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Who: a key's id, or `cli`.
    pub actor: String,
    /// What, as `noun.verb`.
    pub action: &'static str,
    /// To which account, key or task.
    pub subject: String,
    /// The rest, as JSON; never a secret.
    pub detail: String,
}

/// A deed as it was written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditLine {
    /// Its number; later ones are higher.
    pub seq: i64,
    /// When.
    pub at: Timestamp,
    /// Who: a key's id, or `cli`.
    pub actor: String,
    /// What, as `noun.verb`.
    pub action: String,
    /// To which account, key or task.
    pub subject: String,
    /// The rest, as JSON.
    pub detail: String,
}
