//! The engines' two faces to the world: the guard that fetches references, and the engine that is built in.

mod animatic;
mod conformance;
mod content;
mod fixtures;
mod guard;
mod selfhosted;
