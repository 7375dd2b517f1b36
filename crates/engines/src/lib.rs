//! WHO MAKES THE VIDEO.
//!
//! Dramatis personae: the [`Engine`](port::Engine) port, code for one protocol; an [`Upstream`](port::Upstream), an
//! engine with its limits under the name routes use; [`Animatic`](animatic::Animatic), the engine that is built in and
//! renders on this machine; [`Remote`](remote::Remote), every engine that is a file; the [`simulator`], which plays the services they talk to; the [`Guard`](guard::Guard), the one client that fetches what strangers' URLs point at;
//! [`Content`](content::Content), which says what may not be made.
//!
//! This crate is the only one that knows the outbound HTTP client. It knows no dialect, no row, no status code of
//! ours: a [`Job`](port::Job) goes in, [`Progress`](port::Progress) and bytes come out, and every error says by its
//! kind what to do about it.

pub mod address;
pub mod animatic;
pub mod content;
pub mod guard;
mod pause;
pub mod port;
pub mod remote;
pub mod simulator;
