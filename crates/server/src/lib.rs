//! HOW THE WORLD REACHES IT.
//!
//! Dramatis personae: [`bind`] opens the listeners, one loop a core ([`listen`]); a connection's requests come in at the
//! [`front`], where the one table of [`routes`] says what each is for and what it must bring, and are let in or not
//! ([`admit`]); handlers ([`create`], [`poll`], [`tasks`], [`money`], [`films`], [`docs`], [`health`], and [`admin`] for
//! operators) translate an [`exchange`] into one verb of the gateway and its answer into a [`reply`]. On the way out
//! every exchange is counted and logged once ([`meter`]).
//!
//! Handlers translate, verbs decide. Every error leaves as a `contract` problem; the status codes are the contract's.
//! Deliberately absent: TLS (a proxy in front does it), HTTP/2, sessions and cookies, rules about tasks, SQL.

mod admin;
mod admit;
mod app;
mod ask;
mod callbacks;
mod create;
mod docs;
mod exchange;
mod films;
mod front;
mod health;
mod listen;
mod meter;
mod money;
mod origin;
mod page;
mod piece;
mod poll;
mod range;
mod reply;
mod routes;
mod settings;
mod strangers;
mod tasks;
mod upload;

pub use listen::{BindError, Bound, bind};
pub use meter::recorder;
pub use settings::{InvalidSettings, Settings};
