//! WHAT THE WORDS MEAN.
//!
//! The nouns of the product and the only rules that may change them: a [`VideoRequest`](request::VideoRequest) asks,
//! a [`Task`](task::Task) lives, an [`Attempt`](task::Attempt) tries it at an upstream that was sent a
//! [`Translation`](translation::Translation) of it, a [`Lease`](lease::Lease)
//! says who may write, [`Micros`](money::Micros) say what it costs, a [`Line`](money::Line) of the ledger who paid.
//! An [`Account`](account::Account) owns; a [`Caller`](key::Caller) asks. Everything here is pure: no I/O, no clock, no
//! randomness. Time and chance come in as arguments, through the two doors [`Clock`](clock::Clock) and
//! [`Entropy`](id::Entropy).
//!
//! Deliberately absent: wire words (they are `contract`'s), SQL (`store`'s), anything that waits.

pub mod account;
pub mod address;
pub mod audit;
pub mod calendar;
pub mod clock;
pub mod failure;
pub mod id;
pub mod key;
pub mod lease;
pub mod limit;
pub mod media;
pub mod model;
pub mod money;
pub mod request;
pub mod task;
pub mod translation;
pub mod usage;
