//! What an independent decoder says of our films, and what we say of films made by others.
//!
//! All inputs are made here, procedurally or by ffmpeg, in a folder that cleans up after itself.

mod cutting;
mod ffmpeg;
mod film;
mod fuzz;
mod hostile;
mod patterns;
mod probing;
mod reading;
mod stills;
