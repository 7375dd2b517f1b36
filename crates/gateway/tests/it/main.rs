//! The gateway over a real store and real engines, driven step by step with a clock that the tests hold.

mod bench;
mod content;
mod end;
mod film;
mod keys;
mod limits;
mod media;
mod money;
mod route;
mod submit;
mod sweep;
