//! The store as its callers see it: real folders, real SQLite, a clock that the test holds.

mod bench;
mod blobs;
mod changed;
mod claims;
mod fairness;
mod idempotency;
mod interleavings;
mod keys;
mod ledger;
mod lifecycle;
mod migration;
mod reads;
mod rows;
mod sweeps;
